#include <errno.h>
#include <linux/types.h>

#include "collectors/kernel/bpf/skeleton.h"

typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

#include "events.skel.h"
#include "probe_walk.skel.h"
#include "walk.skel.h"

// How each part of a skeleton of libbpf is named.
#define PROGRAM(skeleton, name) bpf_program__fd((skeleton)->progs.name)
#define MAP(skeleton, name) bpf_map__fd((skeleton)->maps.name)
#define LOADER(name) Load##name##ByLibbpf
#define SKELETON(name, part) name##Full##part

#include "collectors/kernel/bpf/skeleton_parts.h"
