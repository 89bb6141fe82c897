// The loaded BPF walk (walk.bpf.c): one run reads one piece of one of the kernel's hashes of TCP
// sockets. An interface, so that what drives it can be tested without a kernel.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collectors/kernel/bpf/wire.h"

namespace tcp_lifecycle {

// Connected sockets and TIME_WAIT; ports that no autobinding connect() takes, and the bound sockets
// that neither listen nor are connected.
enum class WalkedTable { kConnected, kPorts };
// Whose: the calling thread's alone, or every namespace's that uses the same table.
enum class WalkedNetns { kOwn, kEvery };

class WalkProgram {
 public:
  virtual ~WalkProgram() = default;

  // Buckets [first, end) of the table that the calling thread's network namespace uses; what it
  // found is in control() and buffer() until the next run. An empty piece tells the table's size.
  // control().reached says how many of them one run could take.
  virtual absl::Status Run(WalkedTable table, WalkedNetns netns, uint32_t first, uint32_t end) = 0;
  // For the next runs over kPorts: that so many bound sockets can be there at most.
  virtual void SetMostBound(uint32_t /*sockets*/) {}
  virtual const WireControl& control() const = 0;
  virtual WireBuffer& buffer() = 0;
};

// How the programs read the kernel's memory: by a cast that is checked when the program is loaded
// (walk.bpf.c), or by a call for each read, slower and on older kernels too (probe_walk.bpf.c).
enum class WalkKind { kCast, kProbe };

// `most_records`: a run's, at least 512; tests make it small. Errors as those of Load() in
// object.h; Unimplemented also where this program was built without BPF.
absl::StatusOr<std::unique_ptr<WalkProgram>> LoadWalkProgram(WalkKind kind,
                                                             uint32_t most_records = WIRE_RECORDS);

}  // namespace tcp_lifecycle
