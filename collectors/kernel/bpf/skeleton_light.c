#include <errno.h>
#include <linux/types.h>

#include "collectors/kernel/bpf/skeleton.h"

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

#include "events.lskel.h"
#include "probe_walk.lskel.h"
#include "walk.lskel.h"

// How each part of a light skeleton is named.
#define PROGRAM(skeleton, name) ((skeleton)->progs.name.prog_fd)
#define MAP(skeleton, name) ((skeleton)->maps.name.map_fd)
#define LOADER(name) Load##name##Light
#define SKELETON(name, part) name##Light##part

#include "collectors/kernel/bpf/skeleton_parts.h"
