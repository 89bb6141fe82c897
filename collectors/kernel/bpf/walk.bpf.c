// Walks the kernel's hash of connected TCP sockets, which network namespaces share, without a lock:
// under RCU, one run a piece of the table. Writes a record for each socket of the calling thread's
// namespace, or of all of them (wire.h). Another program does so for the hash of bound ports.
//
// Nearly all of the time would be spent waiting for memory. So LANES chains are followed in step,
// sockets are collected in a batch, and each cache line that the records need is touched in a tight
// loop before the loop that reads it: those misses overlap.
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

struct {
  u64 table;         // address of the first bucket
  u64 nulls_offset;  // of skc_nulls_node
  u32 mask;          // buckets - 1
  u32 bucket, end;   // not yet looked at
  u32 head, tail;    // of the queue
  u32 count;         // of the batch
  u32 lines, full, mini;
  u32 live;
  u64 sink;  // keeps the loads that only touch
} s;
u64 queue_node[QUEUE];
u32 queue_bucket[QUEUE];
u64 lane_node[LANES];
volatile u64 lane_next[LANES];  // volatile: else clang puts them on the stack
u32 lane_bucket[LANES];
u8 lane_idle[LANES];
u64 batch[BATCH];  // sockets found
u32 batch_bucket[BATCH];
u64 line[LINES];
u64 full_socket[BATCH], mini_socket[BATCH];
u32 full_record[BATCH], mini_record[BATCH];
u8 full_timer[BATCH];  // whether that of keepalive may run

static __always_inline void redo(u32 bucket) {
  u32 n = control.redo_count;
  if (n >= WIRE_REDO) {
    control.overflow = 1;
    return;
  }
  control.redo[n & (WIRE_REDO - 1)] = bucket;
  control.redo_count = n + 1;
}

// ---- from the batch to records

static long touch_batch(u32 i, void* unused) {
  if (i * 8 >= s.count) return 1;
  u64 sum = 0;
  UNROLL for (u32 j = 0; j < 8; ++j) sum += LOAD(batch[(i * 8 + j) & (BATCH - 1)]);
  s.sink += sum;
  return 0;
}

// What every kind of socket has, and which further lines this one needs.
static long write_common(u32 i, void* unused) {
  if (i >= s.count) return 1;
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  u64 at = batch[i & (BATCH - 1)];
  struct sock_common* sk = CAST(sock_common, at);
  if ((sk->skc_hash & s.mask) != batch_bucket[i & (BATCH - 1)]) {
    control.strangers++;
    return 0;
  }
  if (r.netns && (u64)sk->skc_net.net != r.netns) return 0;
  u64 socket_flags = sk->skc_flags;  // a pointer in what is no full socket
  struct WireRecord* record = write_identity(out, at);
  u8 state = record->state;
  u32 full = is_full(state);
  u32 flags = flags_of(socket_flags) * full;
  u32 timer = (flags & kWireKeepopen) != 0;
  if (state == FIN_WAIT2) timer = 1;
  record->flags |= flags;
  u32 n = control.records;
  control.records = n + 1;

  // Without branches: each is written, and counted where it is one.
  u32 lines = s.lines, f = s.full, m = s.mini;
  u64 mini_line = OFFSET(inet_timewait_sock, tw_timer.expires);
  u64 full_line = WORD(inet_connection_sock, icsk_pending);
  line[lines & (LINES - 1)] = at + mini_line + full * (full_line - mini_line);
  lines++;
  u64 mini_line2 = OFFSET(tcp_timewait_sock, tw_ts_recent_stamp);
  u64 full_line2 = WORD(sock, sk_userlocks);
  line[lines & (LINES - 1)] = at + mini_line2 + full * (full_line2 - mini_line2);
  lines++;
  line[lines & (LINES - 1)] = keepalive_timer(at) + OFFSET(timer_list, expires);
  lines += timer;
  if (can_have_own_range()) {
    line[lines & (LINES - 1)] = own_range(at);
    lines += full;
  }
  full_socket[f & (BATCH - 1)] = at;
  full_record[f & (BATCH - 1)] = n;
  full_timer[f & (BATCH - 1)] = (u8)timer;
  mini_socket[m & (BATCH - 1)] = at;
  mini_record[m & (BATCH - 1)] = n;
  s.lines = lines;
  s.full = f + full;
  s.mini = m + 1 - full;
  return 0;
}

static long touch_lines(u32 i, void* unused) {
  if (i * 8 >= s.lines) return 1;
  u64 sum = 0;
  // What is beyond the end is an old address: harmless.
  UNROLL for (u32 j = 0; j < 8; ++j) sum += LOAD(line[(i * 8 + j) & (LINES - 1)]);
  s.sink += sum;
  return 0;
}

static long write_full_socket(u32 i, void* unused) {
  if (i >= s.full) return 1;
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  write_full(out, &out->records[full_record[i & (BATCH - 1)] & (WIRE_RECORDS - 1)],
             full_socket[i & (BATCH - 1)], full_timer[i & (BATCH - 1)]);
  return 0;
}

static long write_minisocket(u32 i, void* unused) {
  if (i >= s.mini) return 1;
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  write_mini(&out->records[mini_record[i & (BATCH - 1)] & (WIRE_RECORDS - 1)],
             mini_socket[i & (BATCH - 1)]);
  return 0;
}

// A global function: verified once, not in each of its callers.
__noinline int flush(void) {
  if (control.records + s.count > r.most_records) {
    control.overflow = 1;
    s.count = 0;
    return 0;
  }
  s.lines = s.full = s.mini = 0;
  bpf_loop(BATCH / 8, touch_batch, 0, 0);
  bpf_loop(BATCH, write_common, 0, 0);
  bpf_loop(LINES / 8, touch_lines, 0, 0);
  bpf_loop(BATCH, write_full_socket, 0, 0);
  bpf_loop(BATCH, write_minisocket, 0, 0);
  s.count = 0;
  return 0;
}

// ---- from the table to the batch

// Whether the next EMPTY buckets of a table that is mostly empty all are.
static __always_inline int are_empty(u64 buckets) {
  u64 all = 1;
  UNROLL for (u32 j = 0; j < EMPTY; ++j) all &= LOAD(buckets + 8 * j);
  return (int)all;
}

// Eight buckets: puts those that are not empty into the queue.
static long look_at_buckets(u32 i, void* unused) {
  u32 bucket = s.bucket, end = s.end, tail = s.tail;
  u64 table = s.table;
  if (bucket >= end || tail - s.head > QUEUE - 8) return 1;
  if (end - bucket >= EMPTY && are_empty(table + 8 * (u64)bucket)) {
    s.bucket = bucket + EMPTY;
    return 0;
  }
  UNROLL for (u32 j = 0; j < 8; ++j) {
    u32 b = bucket + j, inside = (b - end) >> 31;
    u64 node = LOAD(table + 8 * (u64)(b * inside + bucket * (1 - inside)));
    u64 empty = node & 1;
    asm volatile("" : "+r"(empty));  // else clang makes a branch of it
    queue_node[tail & (QUEUE - 1)] = node;
    queue_bucket[tail & (QUEUE - 1)] = b;
    tail += (1 - (u32)empty) * inside;
  }
  s.tail = tail;
  s.bucket = bucket + 8;
  return 0;
}

__noinline int fill_queue(void) {
  bpf_loop(1 << 20, look_at_buckets, 0, 0);
  return 0;
}

static long check_lane(u32 j, void* unused) {
  if (j >= LANES) return 1;
  u64 next = lane_next[j & (LANES - 1)];
  u32 bucket = lane_bucket[j & (LANES - 1)];
  if ((next & 1) && next != end_of_chain(bucket)) redo(bucket);
  return 0;
}

__noinline int check_lanes(void) {
  bpf_loop(LANES, check_lane, 0, 0);
  return 0;
}

// While all lanes are busy. Each yields a socket: the next of its chain, or the first of another.
static long step(u32 i, void* unused) {
  if (s.tail - s.head < LANES) {
    fill_queue();
    if (s.tail - s.head < LANES) return 1;
  }
  UNROLL for (u32 j = 0; j < LANES; ++j) lane_next[j] = LOAD(lane_node[j]);
  u32 head = s.head, count = s.count;
  u64 offset = s.nulls_offset, strayed = 0;
  UNROLL for (u32 j = 0; j < LANES; ++j) {
    u64 next = lane_next[j], ended = next & 1;
    asm volatile("" : "+r"(ended));
    strayed |= ended * (next ^ end_of_chain(lane_bucket[j]));
  }
  if (strayed) check_lanes();
  UNROLL for (u32 j = 0; j < LANES; ++j) {
    u64 node = lane_next[j], ended = node & 1;
    asm volatile("" : "+r"(ended));
    u32 bucket = lane_bucket[j], queued_bucket = queue_bucket[head & (QUEUE - 1)];
    u64 queued = queue_node[head & (QUEUE - 1)];
    node += ended * (queued - node);
    bucket += (u32)ended * (queued_bucket - bucket);
    head += (u32)ended;
    lane_node[j] = node;
    lane_bucket[j] = bucket;
    batch[(count + j) & (BATCH - 1)] = node - offset;
    batch_bucket[(count + j) & (BATCH - 1)] = bucket;
  }
  s.head = head;
  s.count = count + LANES;
  if (s.count > BATCH - LANES) flush();
  return control.overflow != 0;
}

// The first and the last chains, when lanes are idle.
static long step_lane(u32 j, void* unused) {
  if (j >= LANES) return 1;
  j &= LANES - 1;
  u64 node;
  u32 bucket;
  if (lane_idle[j]) {
    u32 head = s.head;
    if (head == s.tail) return 0;
    node = queue_node[head & (QUEUE - 1)];
    bucket = queue_bucket[head & (QUEUE - 1)];
    s.head = head + 1;
    lane_idle[j] = 0;
    lane_bucket[j] = bucket;
  } else {
    node = LOAD(lane_node[j]);
    bucket = lane_bucket[j];
    if (node & 1) {
      if (node != end_of_chain(bucket)) redo(bucket);
      lane_idle[j] = 1;
      s.live = 1;
      return 0;
    }
  }
  u32 count = s.count;
  batch[count & (BATCH - 1)] = node - s.nulls_offset;
  batch_bucket[count & (BATCH - 1)] = bucket;
  s.count = count + 1;
  lane_node[j] = node;
  s.live = 1;
  return 0;
}

static long drain(u32 i, void* unused) {
  s.live = 0;
  bpf_loop(LANES, step_lane, 0, 0);
  if (s.count > BATCH - LANES) flush();
  return !s.live || control.overflow != 0;
}

static long make_idle(u32 j, void* unused) {
  if (j >= LANES) return 1;
  lane_idle[j & (LANES - 1)] = 1;
  return 0;
}

SEC("syscall")
int walk_connected(struct WireRequest* request) {
  struct inet_hashinfo* table =
      CAST(inet_hashinfo, begin(request, (u64)bpf_get_current_task_btf()));
  u32 buckets = table->ehash_mask + 1;
  u32 first = request->first, end = request->end;
  if (end > buckets) end = buckets;
  control.buckets = buckets;
  control.reached = end;
  control.table = (u64)table->ehash;
  if (first >= end) return 0;
  s.table = (u64)table->ehash;
  s.mask = buckets - 1;
  s.nulls_offset = OFFSET(sock_common, skc_nulls_node);
  s.bucket = first;
  s.end = end;
  s.count = s.head = s.tail = 0;
  bpf_rcu_read_lock();
  fill_queue();
  bpf_loop(LANES, make_idle, 0, 0);
  if (s.tail >= 2 * LANES) {
    bpf_loop(LANES, step_lane, 0, 0);
    bpf_loop(1 << 22, step, 0, 0);
  }
  bpf_loop(1 << 22, drain, 0, 0);
  flush();
  bpf_rcu_read_unlock();
  if (control.overflow) control.reached = first;
  return 0;
}

// ---- ports that connect() does not choose, and bound sockets that are not connected
//
// The hash of ports has a bucket for each that is held. Where autobinding connect() alone holds it,
// fastreuse and fastreuseport are below 0: only then may the next one share it. Bound sockets can
// only be in the others, which are few where there are many, among all that hold the port. No
// marker tells here whether a list led astray, so each socket is checked to be the bucket's own.
//
// Here the batch has ports: the first of so many chains, then the second of each, and so on.

struct {
  u64 chain;           // where that of the next bucket begins
  u64 size;            // of a bucket
  u32 next, end;       // buckets not yet looked at
  u32 kept;            // of the batch: the next of their chains
  u64 address, owner;  // nodes of the lists of a port's addresses (6.8), and of one's sockets
  u64 holder;          // to which the sockets of the list belong
} b;

static __always_inline u64 holder_of(u64 at) {
  struct inet_connection_sock* sk = CAST(inet_connection_sock, at);
  return EXISTS(inet_bind_bucket, bhash2) ? (u64)sk->icsk_bind2_hash : (u64)sk->icsk_bind_hash;
}

static long look_at_owner(u32 i, void* unused) {
  u64 node = b.owner;
  if (!node) return 1;
  b.owner = LOAD(node);
  u64 at = node - OFFSET(sock_common, skc_bind_node);
  struct sock_common* sk = CAST(sock_common, at);
  if (sk->skc_state != CLOSED || holder_of(at) != b.holder) return 0;
  struct WireBuffer* out = buffer();
  if (!out || control.records >= r.most_records) {
    control.overflow = 1;
    return 1;
  }
  write_identity(out, at);
  control.records++;
  return --r.bound_left == 0;
}

static long look_at_address(u32 i, void* unused) {
  u64 node = b.address;
  if (!node || r.bound_left == 0) return 1;
  b.address = LOAD(node);
  b.holder = node - OFFSET(inet_bind2_bucket, bhash_node);
  b.owner = (u64)CAST(inet_bind2_bucket, b.holder)->owners.first;
  bpf_loop(WIRE_OWNERS, look_at_owner, 0, 0);
  return 0;
}

static long look_at_port(u32 i, void* unused) {
  if (i >= s.count) return 1;
  u64 node = batch[i & (BATCH - 1)], next = LOAD(node);
  batch[b.kept & (BATCH - 1)] = next;
  b.kept += next != 0;
  struct inet_bind_bucket* port = CAST(inet_bind_bucket, node - OFFSET(inet_bind_bucket, node));
  u64 net = (u64)port->ib_net.net;
  if (r.netns && net != r.netns) return 0;
  if (port->fastreuse < 0 && port->fastreuseport < 0) return 0;
  struct WireBuffer* out = buffer();
  if (!out || control.records >= r.most_records) {
    control.overflow = 1;
    return 1;
  }
  struct WireRecord* record = &out->records[control.records++ & (WIRE_RECORDS - 1)];
  record->local_port = port->port;
  record->flags = kWireBlocked | netns_bits(net);
  record->scope = (u32)port->l3mdev;
  if (r.bound_left == 0) return 0;
  if (EXISTS(inet_bind_bucket, bhash2)) {
    b.address = (u64)port->bhash2.first;
    bpf_loop(1 << 16, look_at_address, 0, 0);
  } else {
    b.owner = (u64)port->owners.first;
    b.holder = (u64)port;
    bpf_loop(WIRE_OWNERS, look_at_owner, 0, 0);
  }
  return control.overflow != 0;
}

static long look_at_batch(u32 i, void* unused) {
  if (s.count == 0) return 1;
  bpf_loop(BATCH / 8, touch_batch, 0, 0);
  b.kept = 0;
  bpf_loop(BATCH, look_at_port, 0, 0);
  s.count = b.kept;
  return control.overflow != 0;
}

// Eight buckets: puts the first port of each into the batch.
static long look_at_chains(u32 i, void* unused) {
  u32 count = s.count;
  if (b.next >= b.end || count > BATCH - 8) return 1;
  UNROLL for (u32 j = 0; j < 8; ++j) {
    u32 inside = (b.next + j - b.end) >> 31;
    u64 node = LOAD(b.chain + j * b.size);
    batch[count & (BATCH - 1)] = node;
    count += inside & (node != 0);
  }
  s.count = count;
  b.next += 8;
  b.chain += 8 * b.size;
  return 0;
}

static long look_at_ports(u32 i, void* unused) {
  s.count = 0;
  bpf_loop(1 << 10, look_at_chains, 0, 0);
  bpf_loop(1 << 16, look_at_batch, 0, 0);
  return b.next >= b.end || control.overflow != 0;
}

SEC("syscall")
int walk_ports(struct WireRequest* request) {
  struct inet_hashinfo* table =
      CAST(inet_hashinfo, begin(request, (u64)bpf_get_current_task_btf()));
  u32 buckets = table->bhash_size;
  u32 first = request->first, end = request->end;
  if (end > buckets) end = buckets;
  control.buckets = buckets;
  control.reached = end;
  if (first >= end) return 0;
  b.size = bpf_core_type_size(struct inet_bind_hashbucket);
  b.chain = (u64)table->bhash + first * b.size + OFFSET(inet_bind_hashbucket, chain);
  b.next = first;
  b.end = end;
  bpf_rcu_read_lock();
  bpf_loop(1 << 16, look_at_ports, 0, 0);
  bpf_rcu_read_unlock();
  if (control.overflow) control.reached = first;
  return 0;
}
