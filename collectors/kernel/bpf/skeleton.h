// The light skeleton of walk.bpf.c, which is C and does not compile as C++.
#pragma once

#include "collectors/kernel/bpf/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct WalkSkeleton;

// Loads the programs; null with errno. The pointers of WalkParts stay good until it is closed.
struct WalkSkeleton* OpenWalkSkeleton(void);
void CloseWalkSkeleton(struct WalkSkeleton* walk);

struct WalkParts {
  int walk_connected_fd, walk_bound_fd;  // the programs
  int buffers_fd;                        // the map of one WireBuffer
  const struct WireControl* control;
};
struct WalkParts PartsOfWalk(const struct WalkSkeleton* walk);

#ifdef __cplusplus
}
#endif
