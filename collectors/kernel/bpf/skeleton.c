#include "collectors/kernel/bpf/skeleton.h"

#include <errno.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

#include "walk.lskel.h"

struct WalkSkeleton* OpenWalkSkeleton(void) {
  struct WalkSkeleton* walk = WalkSkeleton__open();
  if (walk == NULL) return NULL;
  int status = WalkSkeleton__load(walk);
  if (status == 0) return walk;
  WalkSkeleton__destroy(walk);
  errno = status < 0 ? -status : EINVAL;
  return NULL;
}

void CloseWalkSkeleton(struct WalkSkeleton* walk) { WalkSkeleton__destroy(walk); }

struct WalkParts PartsOfWalk(const struct WalkSkeleton* walk) {
  struct WalkParts parts = {
      .walk_connected_fd = walk->progs.walk_connected.prog_fd,
      .walk_bound_fd = walk->progs.walk_bound.prog_fd,
      .buffers_fd = walk->maps.buffers.map_fd,
      .control = &walk->bss->control,
  };
  return parts;
}
