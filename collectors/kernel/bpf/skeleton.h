// The light skeletons of the BPF programs, which are C and do not compile as C++.
#pragma once

#include "collectors/kernel/bpf/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct WalkSkeleton;

// Loads the programs of walk.bpf.c; null with errno. The pointers of WalkParts stay good until it
// is closed.
struct WalkSkeleton* OpenWalkSkeleton(void);
void CloseWalkSkeleton(struct WalkSkeleton* walk);

struct WalkParts {
  int walk_connected_fd, walk_ports_fd;  // the programs
  int buffers_fd;                        // the map of one WireBuffer
  const struct WireControl* control;
};
struct WalkParts PartsOfWalk(const struct WalkSkeleton* walk);

struct EventsSkeleton;

// Loads and attaches events.bpf.c, which counts from now on; null with errno.
struct EventsSkeleton* OpenEventsSkeleton(uint32_t netns_inode);
void CloseEventsSkeleton(struct EventsSkeleton* events);

struct EventsParts {
  int destinations_fd, failures_fd;  // maps, as events_wire.h has them
};
struct EventsParts PartsOfEvents(const struct EventsSkeleton* events);

#ifdef __cplusplus
}
#endif
