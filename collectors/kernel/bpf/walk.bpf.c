// Walks the kernel's hash of connected TCP sockets, which network namespaces share, without a lock:
// under RCU, one run a piece of the table. Writes a record for each socket of the calling thread's
// namespace, or of all of them (wire.h). Another program does so for the hash of bound ports.
//
// Nearly all of the time would be spent waiting for memory. So LANES chains are followed in step,
// sockets are collected in a batch, and each cache line that the records need is touched in a tight
// loop before the loop that reads it: those misses overlap. The three parts of this program:
//
//   walk_batch.bpf.inc  from the batch to records
//   walk_chains.bpf.inc   from the hash of connected sockets to the batch
//   walk_ports.bpf.inc    the hash of bound ports
//
// Sockets come, go and move while this runs, and their memory may be another socket's the next
// moment (SLAB_TYPESAFE_BY_RCU). A chain ends in a marker that names its bucket: one that ends in
// another's is reported in control.redo, and what was read of it is to be dropped. A socket that
// does not belong to the bucket in which it was met is left out.
#include "collectors/kernel/bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern void* bpf_rdonly_cast(const void* object, __u32 btf_id) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

#define LANES 32   // powers of two, like the next three
#define BATCH 256  // sockets collected before they are written
#define QUEUE 512  // chains found before they are followed
#define LINES (4 * BATCH)
#define EMPTY 16  // buckets passed over at once
#define UNROLL _Pragma("unroll")

// A cast costs nothing, and a load through it cannot fault: a bad address reads as 0.
#define CAST(type, address) \
  ((struct type*)bpf_rdonly_cast((const void*)(address), bpf_core_type_id_kernel(struct type)))
#define LOAD(address) ((u64)CAST(timespec64, (address))->tv_sec)
#define GET(type, at, field) (CAST(type, at)->field)
#define GET_BITS(type, at, field) BPF_CORE_READ_BITFIELD(CAST(type, at), field)
#define COMMON(at, field) GET(sock_common, at, field)

#include "collectors/kernel/bpf/records.bpf.inc"
#include "collectors/kernel/bpf/walk_batch.bpf.inc"
#include "collectors/kernel/bpf/walk_chains.bpf.inc"
#include "collectors/kernel/bpf/walk_ports.bpf.inc"
