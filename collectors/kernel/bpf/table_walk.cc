#include "collectors/kernel/bpf/table_walk.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

constexpr uint32_t kFirstPieceBuckets = 256;
constexpr int kMostRewalks = 100;  // of one bucket: each time a socket would have to move just then

std::span<WireRecord> RecordsOf(WalkProgram& program) {
  return std::span(program.buffer().records).first(program.control().records);
}

// Buckets of the next run, when one of `buckets` has found so many sockets.
uint32_t NextPiece(uint32_t buckets, uint32_t sockets, uint32_t most) {
  const uint64_t fitting = uint64_t{buckets} * kPieceSockets / std::max(sockets, 1u);
  return static_cast<uint32_t>(std::clamp<uint64_t>(fitting, 1, most));
}

// The buckets to be walked again, each once.
std::vector<uint32_t> RedoOf(const WireControl& control) {
  std::vector<uint32_t> redo(control.redo, control.redo + control.redo_count);
  std::sort(redo.begin(), redo.end());
  redo.erase(std::unique(redo.begin(), redo.end()), redo.end());
  return redo;
}

// Drops the records of `buckets`, in place; what stays.
std::span<WireRecord> Without(std::span<WireRecord> records, uint32_t mask,
                              const std::vector<uint32_t>& buckets) {
  if (buckets.empty()) return records;
  const auto end = std::remove_if(records.begin(), records.end(), [&](const WireRecord& record) {
    return std::binary_search(buckets.begin(), buckets.end(), record.hash & mask);
  });
  return records.first(static_cast<size_t>(end - records.begin()));
}

absl::Status Restless(uint32_t bucket) {
  return absl::DataLossError(
      absl::StrCat("BPF walk: bucket ", bucket, " was not read to its end in ", kMostRewalks,
                   " runs: its sockets moved each time, or are more than one run can take"));
}

}  // namespace

absl::StatusOr<TableWalkCounts> WalkTable(
    WalkProgram& program, WalkedTable table, WalkedNetns netns, const Deadline& deadline,
    absl::FunctionRef<void(std::span<const WireRecord>)> visit) {
  TableWalkCounts counts;
  const WireControl& control = program.control();
  if (absl::Status status = program.Run(table, netns, 0, 0); !status.ok()) return status;
  const uint32_t buckets = control.buckets;
  uint32_t size = kFirstPieceBuckets;
  uint32_t most = kPieceBuckets;
  int stuck = 0;  // runs that did not get beyond their first bucket
  for (uint32_t first = 0; first < buckets;) {
    if (deadline.Passed()) {
      return absl::DeadlineExceededError(
          absl::StrCat("BPF walk: bucket ", first, " of ", buckets, " at the deadline"));
    }
    const uint32_t end = first + std::min(size, buckets - first);
    if (absl::Status status = program.Run(table, netns, first, end); !status.ok()) return status;
    const uint32_t reached = control.reached;
    if (reached == first) {
      if (control.overflow == 0) {
        if (++stuck > kMostRewalks) return Restless(first);
        continue;
      }
      if (end - first == 1) {
        return absl::DataLossError(
            absl::StrCat("BPF walk: more than ", WIRE_RECORDS, " sockets in bucket ", first));
      }
      size = most = (end - first) / 2;
      continue;
    }
    stuck = 0;
    ++counts.pieces;
    size = NextPiece(reached - first, control.records, most);
    const std::vector<uint32_t> redo = RedoOf(control);
    visit(Without(RecordsOf(program), buckets - 1, redo));
    for (const uint32_t bucket : redo) {
      int tries = 0;
      do {
        if (++tries > kMostRewalks) return Restless(bucket);
        if (absl::Status status = program.Run(table, netns, bucket, bucket + 1); !status.ok()) {
          return status;
        }
        ++counts.rewalks;
      } while (control.redo_count != 0 || control.overflow != 0);
      visit(RecordsOf(program));
    }
    first = reached;
  }
  return counts;
}

}  // namespace tcp_lifecycle
