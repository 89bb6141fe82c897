#include "collectors/kernel/bpf/skeleton.h"

#include <errno.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

#include "events.lskel.h"
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
      .walk_ports_fd = walk->progs.walk_ports.prog_fd,
      .buffers_fd = walk->maps.buffers.map_fd,
      .control = &walk->bss->control,
  };
  return parts;
}

struct EventsSkeleton* OpenEventsSkeleton(uint32_t netns_inode) {
  struct EventsSkeleton* events = EventsSkeleton__open();
  if (events == NULL) return NULL;
  int status = EventsSkeleton__load(events);
  if (status == 0) {
    events->bss->watched_netns = netns_inode;
    status = EventsSkeleton__attach(events);
  }
  if (status == 0) return events;
  EventsSkeleton__destroy(events);
  errno = status < 0 ? -status : EINVAL;
  return NULL;
}

void CloseEventsSkeleton(struct EventsSkeleton* events) { EventsSkeleton__destroy(events); }

struct EventsParts PartsOfEvents(const struct EventsSkeleton* events) {
  struct EventsParts parts = {
      .destinations_fd = events->maps.destinations.map_fd,
      .failures_fd = events->maps.failures.map_fd,
  };
  return parts;
}
