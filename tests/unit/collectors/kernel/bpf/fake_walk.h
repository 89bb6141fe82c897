// A WalkProgram over tables that the test fills, in which sockets move when the test says so. A
// thread is in namespace 0 and uses table 0, unless the test says otherwise of where it is.
#pragma once

#include <arpa/inet.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "collectors/kernel/bpf/walk_program.h"
#include "tests/unit/collectors/kernel/new_namespace.h"

namespace tcp_lifecycle {

// An ESTABLISHED IPv4 socket 10.0.0.1:`local_port` to 10.0.0.2:80.
inline WireRecord RecordOf(uint16_t local_port, uint32_t hash = 0) {
  WireRecord record = {};
  record.local_address = htonl(0x0a000001);
  record.remote_address = htonl(0x0a000002);
  record.local_port = local_port;
  record.remote_port = htons(80);
  record.hash = hash;
  record.state = 1;
  record.family = kWireIpv4;
  return record;
}

// As the kernel's clock stands after that many seconds.
inline void SetClock(WireControl& control, uint32_t ticks_per_second, uint64_t seconds) {
  control.jiffies = (uint64_t{1} << 32) - 300 * ticks_per_second + seconds * ticks_per_second;
  control.uptime_ns = seconds * 1'000'000'000;
}

class FakeWalk : public WalkProgram {
 public:
  using Table = std::vector<std::vector<WireRecord>>;  // by bucket
  struct Piece {
    WalkedTable table;
    uint32_t first, end;
    bool operator==(const Piece&) const = default;
  };

  FakeWalk() { SetClock(control_, 250, 1000); }

  absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) override {
    asked.push_back(netns);
    if (before_run) before_run();
    const Place place = places[NamespaceInode()];
    control_.netns = place.netns;
    control_.table = place.table;
    const Table& buckets = tables[table];
    control_.buckets = static_cast<uint32_t>(buckets.size());
    control_.records = control_.overflow = control_.redo_count = 0;
    control_.reached = end;
    if (first == end) return empty_status;
    pieces.push_back({table, first, end});
    if (!status.ok()) return status;
    if (place.table != 0 && place.table == failing_table) return absl::InternalError("table");
    for (uint32_t bucket = first; bucket < end; ++bucket) {
      if (control_.records + buckets[bucket].size() > most_per_run) {
        control_.reached = bucket;
        return absl::OkStatus();
      }
      if (restless[bucket] > 0) {
        --restless[bucket];
        for (int times = 0; times < 2; ++times) control_.redo[control_.redo_count++] = bucket;
      }
      for (const WireRecord& record : buckets[bucket]) {
        if (netns == WalkedNetns::kOwn && record.flags >> kWireNetnsShift != 0) continue;
        if (control_.records == capacity) {
          control_.overflow = 1;
          control_.reached = first;
          return absl::OkStatus();
        }
        buffer_->records[control_.records++] = record;
      }
    }
    return absl::OkStatus();
  }
  void SetMostBound(uint32_t sockets) override { most_bound = sockets; }
  const WireControl& control() const override { return control_; }
  WireBuffer& buffer() override { return *buffer_; }

  struct Place {
    uint32_t netns = 0;
    uint64_t table = 0;
  };

  std::vector<WalkedNetns> asked;
  std::map<WalkedTable, Table> tables;
  std::map<ino_t, Place> places;     // by the calling thread's namespace
  uint64_t failing_table = 0;        // 0: none
  std::map<uint32_t, int> restless;  // bucket -> in how many runs a socket moves out of it
  uint32_t capacity = WIRE_RECORDS;
  uint32_t most_per_run = UINT32_MAX;  // records, of whole buckets
  uint32_t most_bound = 0;             // as told last
  absl::Status status;
  absl::Status empty_status;  // of runs over an empty piece
  std::function<void()> before_run;
  std::vector<Piece> pieces;

 private:
  WireControl control_ = {};
  std::unique_ptr<WireBuffer> buffer_ = std::make_unique<WireBuffer>();
};

}  // namespace tcp_lifecycle
