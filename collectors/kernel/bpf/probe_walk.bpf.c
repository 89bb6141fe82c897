// The walk of walk.bpf.c for kernels that lack what it needs (bpf_rdonly_cast, bpf_rcu_read_lock):
// it follows one chain at a time and reads by bpf_probe_read_kernel(), which no bad address can
// hurt. A run is a test run of a raw tracepoint program, during which the kernel holds the RCU lock
// (__bpf_prog_test_run_raw_tp()). Loads from Linux 5.10 on.
//
// A run ends within a chain when it has taken its number of steps: the records of that chain are
// dropped and control.reached names its bucket. So is the beginning of a chain that led into
// another bucket, and the chain is followed anew.
#include "collectors/kernel/bpf/kernel_types.h"
#include "collectors/kernel/bpf/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define STEPS 2048  // of a run over connected sockets; far more than a chain has
// Steps of a run over ports: one may have WIRE_OWNERS sockets. The verifier allows no more.
#define PORT_STEPS 6000
#define HEADS 16  // buckets looked at in one step
#define UNROLL _Pragma("unroll")

// The struct sock_common of the socket that is looked at: one read instead of one a field.
u64 common[24];

static __always_inline u64 load(u64 address) {
  u64 value = 0;
  bpf_probe_read_kernel(&value, sizeof value, (const void*)address);
  return value;
}
#define LOAD(address) load(address)
#define GET(type, at, field) BPF_CORE_READ((struct type*)(at), field)
#define GET_BITS(type, at, field) BPF_CORE_READ_BITFIELD_PROBED((struct type*)(at), field)
#define COMMON(at, field) (((struct sock_common*)common)->field)

#include "collectors/kernel/bpf/records.bpf.inc"

// Set before each run: a raw tracepoint program has no argument of ours.
struct WireRequest request;

struct {
  u64 table;        // address of the first bucket
  u64 node;         // the next of the chain, or its end
  u32 mask;         // buckets - 1
  u32 bucket, end;  // the chain's, and the first that is not walked
  // What was there before the chain.
  u32 records, addresses6;
} chains;
u64 heads[HEADS];

static __always_inline void read_common(u64 at) {
  bpf_probe_read_kernel(common, bpf_core_type_size(struct sock_common), (const void*)at);
}

static __always_inline void drop_chain(void) {
  control.records = chains.records;
  control.addresses6 = chains.addresses6;
}

static __always_inline void keep_chain(void) {
  chains.records = control.records;
  chains.addresses6 = control.addresses6;
}

// Finds the next chain from `bucket` on.
static __always_inline int next_chain(u32 bucket) {
  keep_chain();
  control.reached = chains.bucket = bucket;
  if (bucket >= chains.end) return 1;
  u64 head = chains.table + 8 * (u64)bucket;
  if (chains.end - bucket < HEADS) {
    chains.node = LOAD(head);
    return 0;
  }
  bpf_probe_read_kernel(heads, sizeof heads, (const void*)head);
  u32 j = 0;
  UNROLL for (u32 k = 0; k < HEADS - 1; ++k) {
    if (!(heads[k] & 1)) break;
    ++j;
  }
  chains.node = heads[j & (HEADS - 1)];
  chains.bucket = bucket + j;
  return 0;
}

// A socket, or the way to the next chain. Global functions are verified once, not in the loop.
__noinline int step_connected(void) {
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  u64 node = chains.node;
  u32 bucket = chains.bucket;
  if (node & 1) {
    if (node == end_of_chain(bucket)) return next_chain(bucket + 1);
    drop_chain();
    chains.node = LOAD(chains.table + 8 * (u64)bucket);
    return 0;
  }
  if (control.records + 2 > run.most_records) {
    control.overflow = 1;
    return 1;
  }
  u64 at = node - OFFSET(sock_common, skc_nulls_node);
  read_common(at);
  chains.node = (u64)COMMON(at, skc_nulls_node.next);
  if ((COMMON(at, skc_hash) & chains.mask) != bucket) {
    control.strangers++;
    return 0;
  }
  if (run.netns && (u64)COMMON(at, skc_net.net) != run.netns) return 0;
  u64 socket_flags = COMMON(at, skc_flags);
  struct WireRecord* record = write_identity(out, at);
  control.records++;
  if (is_full(record->state)) {
    u32 flags = flags_of(socket_flags);
    record->flags |= flags;
    write_full(out, record, at, (flags & kWireKeepopen) != 0 || record->state == FIN_WAIT2);
  } else {
    write_mini(record, at);
  }
  return 0;
}

SEC("raw_tp/test_run")
int walk_connected(void* context) {
  u64 table = begin(&request, (u64)bpf_get_current_task());
  u32 buckets = GET(inet_hashinfo, table, ehash_mask) + 1;
  chains.table = (u64)GET(inet_hashinfo, table, ehash);
  chains.mask = buckets - 1;
  chains.end = request.end < buckets ? request.end : buckets;
  control.buckets = buckets;
  control.table = chains.table;
  if (next_chain(request.first)) return 0;
  for (u32 i = 0; i < STEPS; ++i) {
    if (step_connected()) break;
  }
  drop_chain();
  return 0;
}

// ---- ports, as in walk.bpf.c
//
// No marker tells here whether a list led astray, so each socket is checked to be the port's own.

struct {
  u64 chain;           // where that of the next bucket begins
  u64 port;            // next nodes: of the chain,
  u64 address, owner;  // of the port's addresses (not before 6.8), of one list of its sockets
  u64 holder;          // to which the sockets of the list belong
  u32 owners;          // of the list, looked at
  u32 bucket, end;
} ports;

static __always_inline int add_port(struct WireBuffer* out, u64 at) {
  u64 net = (u64)GET(inet_bind_bucket, at, ib_net.net);
  if (run.netns && net != run.netns) return 0;
  if (GET(inet_bind_bucket, at, fastreuse) < 0 && GET(inet_bind_bucket, at, fastreuseport) < 0) {
    return 0;
  }
  struct WireRecord* record = &out->records[control.records & (WIRE_RECORDS - 1)];
  control.records++;
  record->local_port = GET(inet_bind_bucket, at, port);
  record->flags = kWireBlocked | netns_bits(net);
  record->scope = (u32)GET(inet_bind_bucket, at, l3mdev);
  if (run.bound_left == 0) return 0;
  if (EXISTS(inet_bind_bucket, bhash2)) {
    ports.address = (u64)GET(inet_bind_bucket, at, bhash2.first);
  } else {
    ports.owner = (u64)GET(inet_bind_bucket, at, owners.first);
    ports.holder = at;
    ports.owners = 0;
  }
  return 0;
}

static __always_inline u64 holder_of(u64 at) {
  if (EXISTS(inet_bind_bucket, bhash2)) return (u64)GET(inet_connection_sock, at, icsk_bind2_hash);
  return (u64)GET(inet_connection_sock, at, icsk_bind_hash);
}

static __always_inline int add_owner(struct WireBuffer* out, u64 at) {
  read_common(at);
  ports.owner = ++ports.owners < WIRE_OWNERS ? (u64)COMMON(at, skc_bind_node.next) : 0;
  if (COMMON(at, skc_state) != CLOSED || holder_of(at) != ports.holder) return 0;
  write_bound(out, at);
  if (--run.bound_left == 0) ports.owner = ports.address = 0;
  return 0;
}

__noinline int step_ports(void) {
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  if (control.records >= run.most_records) {
    control.overflow = 1;
    return 1;
  }
  if (ports.owner) return add_owner(out, ports.owner - OFFSET(sock_common, skc_bind_node));
  if (EXISTS(inet_bind_bucket, bhash2) && ports.address) {
    u64 node = ports.address;
    ports.address = LOAD(node);
    u64 at = node - OFFSET(inet_bind2_bucket, bhash_node);
    ports.holder = at;
    ports.owner = (u64)GET(inet_bind2_bucket, at, owners.first);
    ports.owners = 0;
    return 0;
  }
  if (ports.port) {
    u64 node = ports.port;
    ports.port = LOAD(node);
    return add_port(out, node - OFFSET(inet_bind_bucket, node));
  }
  keep_chain();
  control.reached = ports.bucket;
  if (ports.bucket >= ports.end) return 1;
  ports.port = LOAD(ports.chain);
  ports.chain += bpf_core_type_size(struct inet_bind_hashbucket);
  ports.bucket++;
  return 0;
}

SEC("raw_tp/test_run")
int walk_ports(void* context) {
  u64 table = begin(&request, (u64)bpf_get_current_task());
  u32 buckets = GET(inet_hashinfo, table, bhash_size), first = request.first;
  ports.chain = (u64)GET(inet_hashinfo, table, bhash) +
                first * bpf_core_type_size(struct inet_bind_hashbucket) +
                OFFSET(inet_bind_hashbucket, chain);
  ports.bucket = first;
  ports.end = request.end < buckets ? request.end : buckets;
  ports.port = ports.address = ports.owner = 0;
  control.buckets = buckets;
  control.reached = first;
  keep_chain();
  for (u32 i = 0; i < PORT_STEPS; ++i) {
    if (step_ports()) break;
  }
  drop_chain();
  return 0;
}
