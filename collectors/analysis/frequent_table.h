// Counts the rows of each key in bounded memory and keeps the frequent keys: the Misra-Gries
// algorithm ("Frequent"), with its decrements taken in batches and remembered instead of applied,
// so that what is kept beside a key is never scaled down. Pure.
//
// While no more keys than `limit` have been seen, everything is exact. When one more comes, the
// lighter half goes: with m the median weight, every key loses m of its weight, and a key without
// weight left is evicted. The sum of all m is error(): no key has lost more rows than that by
// having been evicted, and after N rows it is at most 2 N / limit. So every key with more than
// error() rows is in the table. A key that has been there from the start has lost none.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/hash/hash.h"

namespace tcp_lifecycle {

template <typename Key, typename Value>
class FrequentTable {
 public:
  explicit FrequentTable(size_t limit) : limit_(limit) {}

  // Counts one row of `key`; its value stays where it is until the next call.
  Value& Count(const Key& key) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      if (entries_.size() >= limit_) EvictLighterHalf();
      found = entries_.try_emplace(key).first;
      found->second.missed = error_;
      NoteDistinct(key);
    }
    ++found->second.rows;
    return found->second.value;
  }

  // nullptr where the table does not have it.
  const Value* Find(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }

  // Calls `take(key, value, missed)` for each key in the table; at most `missed` rows of it, from
  // before it was entered (again), are not in its value.
  template <typename Take>
  void ForEach(Take take) const {
    for (const auto& [key, entry] : entries_) take(key, entry.value, entry.missed);
  }

  size_t size() const { return entries_.size(); }
  size_t limit() const { return limit_; }
  uint64_t evictions() const { return evictions_; }
  // The largest number of rows that any key can have lost.
  uint64_t error() const { return error_; }
  // Distinct keys seen: exact until the first eviction, then an estimate (HyperLogLog, standard
  // error 1.6 %), never below size().
  uint64_t distinct() const {
    if (evictions_ == 0) return size();
    double sum = 0;
    double empty = 0;
    for (const uint8_t rank : ranks_) {
      sum += std::ldexp(1, -rank);
      empty += rank == 0 ? 1 : 0;
    }
    constexpr double kRegisters = kRanks;
    double estimate = 0.7213 / (1 + 1.079 / kRegisters) * kRegisters * kRegisters / sum;
    if (estimate <= 2.5 * kRegisters && empty > 0) {
      estimate = kRegisters * std::log(kRegisters / empty);
    }
    return std::max<uint64_t>(size(), static_cast<uint64_t>(estimate));
  }

 private:
  static constexpr size_t kRankBits = 12;
  static constexpr size_t kRanks = size_t{1} << kRankBits;

  struct Entry {
    Value value{};
    uint64_t rows = 0;    // since it was entered
    uint64_t missed = 0;  // error() when it was entered
  };

  uint64_t WeightOf(const Entry& entry) const { return entry.rows - (error_ - entry.missed); }

  void EvictLighterHalf() {
    std::vector<uint64_t> weights;
    weights.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) weights.push_back(WeightOf(entry));
    const auto median = weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2);
    std::nth_element(weights.begin(), median, weights.end());
    const uint64_t least = *median;
    evictions_ +=
        absl::erase_if(entries_, [&](const auto& item) { return WeightOf(item.second) <= least; });
    error_ += least;
  }

  // A key is entered at least once, however often it is evicted.
  void NoteDistinct(const Key& key) {
    // absl's hash is for hash tables; here every bit must count (the finalizer of MurmurHash3).
    uint64_t hash = absl::Hash<Key>{}(key);
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    hash ^= hash >> 33;
    const auto rank = static_cast<uint8_t>(std::countl_zero(hash << kRankBits | 1) + 1);
    uint8_t& highest = ranks_[hash >> (64 - kRankBits)];
    highest = std::max(highest, rank);
  }

  size_t limit_;
  absl::node_hash_map<Key, Entry> entries_;
  uint64_t evictions_ = 0;
  uint64_t error_ = 0;
  std::array<uint8_t, kRanks> ranks_{};
};

}  // namespace tcp_lifecycle
