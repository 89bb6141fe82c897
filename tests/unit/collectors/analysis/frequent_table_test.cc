#include "collectors/analysis/frequent_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace tcp_lifecycle {
namespace {

using Table = FrequentTable<uint32_t, uint64_t>;

void Count(Table& table, uint32_t key, int rows = 1) {
  for (int i = 0; i < rows; ++i) ++table.Count(key);
}

std::map<uint32_t, uint64_t> Contents(const Table& table) {
  std::map<uint32_t, uint64_t> contents;
  table.ForEach([&](uint32_t key, uint64_t rows, uint64_t) { contents[key] = rows; });
  return contents;
}

uint32_t UpTo(std::mt19937& random, uint32_t most) {
  return std::uniform_int_distribution<uint32_t>(1, most)(random);
}

TEST(FrequentTableTest, IsExactWhileTheKeysFit) {
  Table table(4);
  for (uint32_t key : {1, 2, 3, 4, 1, 1}) Count(table, key);
  EXPECT_EQ(Contents(table), (std::map<uint32_t, uint64_t>{{1, 3}, {2, 1}, {3, 1}, {4, 1}}));
  EXPECT_EQ(*table.Find(1), 3u);
  EXPECT_EQ(table.Find(5), nullptr);
  EXPECT_EQ(table.evictions(), 0);
  EXPECT_EQ(table.error(), 0);
  EXPECT_EQ(table.distinct(), 4);
}

TEST(FrequentTableTest, OneKeyTooManyEvictsTheLighterOnes) {
  Table table(4);
  Count(table, 1, 9);
  Count(table, 2, 5);
  Count(table, 3, 1);
  Count(table, 4, 1);
  Count(table, 5, 1);
  EXPECT_EQ(Contents(table), (std::map<uint32_t, uint64_t>{{1, 9}, {5, 1}}));
  EXPECT_EQ(table.evictions(), 3);
  EXPECT_EQ(table.error(), 5);
}

TEST(FrequentTableTest, AnEvictedKeyThatComesBackSaysWhatItMayHaveLost) {
  Table table(2);
  Count(table, 1, 3);
  Count(table, 2, 2);
  Count(table, 3);  // evicts both: the median of two is the larger
  Count(table, 1);
  table.ForEach([](uint32_t key, uint64_t rows, uint64_t missed) {
    EXPECT_EQ(rows, 1u);
    EXPECT_EQ(missed, 3u) << key;
  });
}

// The two promises, on streams with some heavy keys among very many light ones, in random order.
TEST(FrequentTableTest, NoKeyLosesMoreThanTheErrorAndTheErrorHasItsBound) {
  constexpr size_t kLimit = 64;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<uint32_t> stream;
    std::map<uint32_t, uint64_t> truth;
    for (uint32_t key = 0; key < 5000; ++key) {
      const uint32_t rows = key < 10 ? UpTo(random, 800) + 200 : UpTo(random, 3);
      truth[key] = rows;
      stream.insert(stream.end(), rows, key);
    }
    std::shuffle(stream.begin(), stream.end(), random);
    Table table(kLimit);
    for (const uint32_t key : stream) Count(table, key);

    EXPECT_LE(table.size(), kLimit);
    EXPECT_LE(table.error(), 2 * stream.size() / kLimit);
    const std::map<uint32_t, uint64_t> contents = Contents(table);
    for (const auto& [key, rows] : truth) {
      const auto found = contents.find(key);
      const uint64_t counted = found == contents.end() ? 0 : found->second;
      EXPECT_LE(counted, rows) << key;
      EXPECT_GE(counted + table.error(), rows) << "seed " << seed << ", key " << key;
    }
    EXPECT_NEAR(static_cast<double>(table.distinct()), 5000, 5000 * 0.06);
  }
}

}  // namespace
}  // namespace tcp_lifecycle
