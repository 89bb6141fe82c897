// The BPF objects that this program carries, and what is in one when the kernel has taken it.
//
// Each can be loaded in two ways. A light skeleton is the object's own loader, a BPF program too:
// little memory, on kernels that have BPF_PROG_TYPE_SYSCALL (5.14) and relocate by BTF themselves
// (5.17). libbpf does it on older ones, parses all of the kernel's BTF for it (about 15 MB for the
// moment), and says what the kernel refuses. Both are C and do not compile as C++.
#pragma once

#include "collectors/kernel/bpf/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

// Null or -1: this object has no such part.
struct BpfObject {
  void* skeleton;
  void (*close)(void* skeleton);
  int walk_connected_fd, walk_ports_fd, on_state_fd;  // programs
  int buffers_fd;                                     // the map of one WireBuffer
  int destinations_fd, failures_fd;                   // maps, as events_wire.h has them
  const struct WireControl* control;
  struct WireRequest* request;  // null: the context of a run
  uint32_t* watched_netns;
};

// Fills `object`: 0; or an errno, and `object` is as it was.
// NOLINTNEXTLINE(modernize-use-using): it is C as well
typedef int (*BpfLoader)(struct BpfObject* object);

int LoadWalkLight(struct BpfObject* object);
int LoadWalkByLibbpf(struct BpfObject* object);
int LoadProbeWalkLight(struct BpfObject* object);
int LoadProbeWalkByLibbpf(struct BpfObject* object);
int LoadEventsLight(struct BpfObject* object);
int LoadEventsByLibbpf(struct BpfObject* object);

#ifdef __cplusplus
}
#endif
