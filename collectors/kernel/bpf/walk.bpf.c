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
#include "collectors/kernel/bpf/wire.h"

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

// include/net/tcp_states.h, linux/socket.h, net/sock.h, net/inet_connection_sock.h
enum {
  ESTABLISHED = 1,
  FIN_WAIT2 = 5,
  TIME_WAIT = 6,
  CLOSED = 7,
  CLOSE_WAIT = 8,
  NEW_SYN_RECV = 12
};
enum { FULL_SOCKETS = 0x1fff & ~(1 << TIME_WAIT | 1 << NEW_SYN_RECV) };
enum { FAMILY_IPV6 = 10 };
enum { SOCK_DEAD = 0, SOCK_KEEPOPEN = 3 };  // bits of skc_flags
enum { BINDPORT_LOCK = 8, CONNECT_BIND = 16 };
enum { PENDING_RETRANSMIT = 1, PENDING_PROBE0 = 3, PENDING_LOSS_PROBE = 5, PENDING_REORDER = 6 };
enum { TIMER_RETRANSMIT = 1, TIMER_KEEPALIVE = 2, TIMER_TIME_WAIT = 3, TIMER_PROBE0 = 4 };

// A cast costs nothing, and a load through it cannot fault: a bad address reads as 0.
#define CAST(type, address) \
  ((struct type*)bpf_rdonly_cast((const void*)(address), bpf_core_type_id_kernel(struct type)))
#define LOAD(address) ((u64)CAST(timespec64, (address))->tv_sec)
#define OFFSET(type, field) ((u64)bpf_core_field_offset(struct type, field))
// The aligned word that a field of one byte is in, and the field out of that word.
#define WORD(type, field) (OFFSET(type, field) & ~7ull)
#define BYTE(word, type, field) ((u8)((word) >> ((OFFSET(type, field) & 7) * 8)))

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, u32);
  __type(value, struct WireBuffer);
} buffers SEC(".maps");

struct WireControl control;

// All loop state is global, and not static: the stack has 512 bytes, and clang takes a static
// struct apart, whose BTF the kernel then refuses.
struct {
  u64 netns;         // only its sockets are written; 0 for those of all
  u64 table;         // address of the first bucket
  u64 nulls_offset;  // of skc_nulls_node
  u32 mask;          // buckets - 1
  u32 now;           // jiffies
  u32 bucket, end;   // not yet looked at
  u32 head, tail;    // of the queue
  u32 count;         // of the batch
  u32 lines, full, mini;
  u32 live;
  u32 most_records;
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
u8 full_timer[BATCH];  // whether sk_timer may run

static __always_inline struct WireBuffer* buffer(void) {
  u32 first = 0;
  return bpf_map_lookup_elem(&buffers, &first);
}

static __always_inline u64 end_of_chain(u32 bucket) { return 2 * (u64)bucket + 1; }

static __always_inline u32 until(u32 jiffies) {
  u32 left = jiffies - s.now;
  return left * (1 - (left >> 31));
}

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

// Of a record's flags, those that tell its namespace.
static __always_inline u32 netns_bits(u64 net) {
  return CAST(net, net)->ns.inum << kWireNetnsShift;
}

// Who the socket is, its state, and zeroes: the next record, which the caller counts.
static __always_inline struct WireRecord* write_identity(struct WireBuffer* out, u64 at) {
  struct sock_common* sk = CAST(sock_common, at);
  struct WireRecord* record = &out->records[control.records & (WIRE_RECORDS - 1)];
  u64 addresses = sk->skc_addrpair;
  u8 family = kWireIpv4;
  if (sk->skc_family == FAMILY_IPV6 && bpf_core_field_exists(sk->skc_v6_daddr)) {
    u64 remote = at + OFFSET(sock_common, skc_v6_daddr);
    u64 high = LOAD(remote), low = LOAD(remote + 8);
    if (high != 0 || (u32)low != 0xffff0000u) {  // else ::ffff:a.b.c.d, and addresses has it
      u32 m = control.addresses6;
      u64* to = (u64*)&out->addresses6[m & (WIRE_RECORDS - 1)];
      u64 local = at + OFFSET(sock_common, skc_v6_rcv_saddr);
      to[0] = LOAD(local);
      to[1] = LOAD(local + 8);
      to[2] = high;
      to[3] = low;
      addresses = (u64)m << 32;
      family = kWireIpv6;
      control.addresses6 = m + 1;
    }
  }
  u32 ports = sk->skc_portpair;
  record->remote_address = (u32)addresses;
  record->local_address = (u32)(addresses >> 32);
  record->remote_port = (u16)ports;
  record->local_port = (u16)(ports >> 16);
  record->hash = sk->skc_hash;
  record->state = sk->skc_state;
  record->timer = 0;
  record->retransmits = 0;
  record->family = family;
  record->flags = netns_bits((u64)sk->skc_net.net);
  record->jiffies_left = 0;
  record->scope = sk->skc_bound_dev_if;
  return record;
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
  if (s.netns && (u64)sk->skc_net.net != s.netns) return 0;
  u64 socket_flags = sk->skc_flags;  // a pointer in what is no full socket
  struct WireRecord* record = write_identity(out, at);
  u8 state = record->state;
  u32 full = FULL_SOCKETS >> (state & 15) & 1;
  u32 keepopen = (u32)(socket_flags >> SOCK_KEEPOPEN) & full;
  u32 orphan = (u32)(socket_flags >> SOCK_DEAD) & full;
  u32 sk_timer = keepopen;
  if (state == FIN_WAIT2) sk_timer = 1;
  record->flags |= keepopen * kWireKeepopen | orphan * kWireOrphan;
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
  line[lines & (LINES - 1)] = at + OFFSET(sock, sk_timer.expires);
  lines += sk_timer;
  full_socket[f & (BATCH - 1)] = at;
  full_record[f & (BATCH - 1)] = n;
  full_timer[f & (BATCH - 1)] = (u8)sk_timer;
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

static long write_full(u32 i, void* unused) {
  if (i >= s.full) return 1;
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  u64 at = full_socket[i & (BATCH - 1)];
  struct WireRecord* record = &out->records[full_record[i & (BATCH - 1)] & (WIRE_RECORDS - 1)];
  struct sock* sk = CAST(sock, at);
  u32 locks = BPF_CORE_READ_BITFIELD(sk, sk_userlocks);
  u32 flags = record->flags;
  if (locks & CONNECT_BIND) {
    flags |= kWireAutobound;
  } else if (locks & BINDPORT_LOCK) {
    flags |= kWireBoundToPort;
  } else if (record->state == ESTABLISHED || record->state == CLOSE_WAIT) {
    if (!sk->sk_socket) flags |= kWireUnaccepted;
  }
  record->flags = flags;

  u64 word = LOAD(at + WORD(inet_connection_sock, icsk_pending));  // has all three
  u8 pending = BYTE(word, inet_connection_sock, icsk_pending);
  if (pending == PENDING_RETRANSMIT || pending == PENDING_LOSS_PROBE ||
      pending == PENDING_REORDER || pending == PENDING_PROBE0) {
    struct inet_connection_sock* icsk = CAST(inet_connection_sock, at);
    record->jiffies_left = until((u32)icsk->icsk_retransmit_timer.expires);
    if (pending == PENDING_PROBE0) {
      record->timer = TIMER_PROBE0;
      record->retransmits = BYTE(word, inet_connection_sock, icsk_probes_out);
    } else {
      record->timer = TIMER_RETRANSMIT;
      record->retransmits = BYTE(word, inet_connection_sock, icsk_retransmits);
    }
  } else if (full_timer[i & (BATCH - 1)] && sk->sk_timer.entry.pprev) {
    record->timer = TIMER_KEEPALIVE;
    record->jiffies_left = until((u32)sk->sk_timer.expires);
    record->retransmits = BYTE(word, inet_connection_sock, icsk_probes_out);
  }
  return 0;
}

static long write_mini(u32 i, void* unused) {
  if (i >= s.mini) return 1;
  struct WireBuffer* out = buffer();
  if (!out) return 1;
  u64 at = mini_socket[i & (BATCH - 1)];
  struct WireRecord* record = &out->records[mini_record[i & (BATCH - 1)] & (WIRE_RECORDS - 1)];
  if (record->state == NEW_SYN_RECV) {
    struct request_sock* request = CAST(request_sock, at);
    record->timer = TIMER_RETRANSMIT;
    record->jiffies_left = until((u32)request->rsk_timer.expires);
    record->retransmits = (u8)BPF_CORE_READ_BITFIELD(request, num_timeout);
    return 0;
  }
  struct inet_timewait_sock* tw = CAST(inet_timewait_sock, at);
  record->state = tw->tw_substate;
  record->timer = TIMER_TIME_WAIT;
  record->jiffies_left = until((u32)tw->tw_timer.expires);
  u32 flags = record->flags | kWireMinisocket;
  if (CAST(tcp_timewait_sock, at)->tw_ts_recent_stamp) flags |= kWireTimestamps;
  if (bpf_core_field_exists(tw->tw_connect_bind) && BPF_CORE_READ_BITFIELD(tw, tw_connect_bind)) {
    flags |= kWireAutobound;
  }
  record->flags = flags;
  return 0;
}

// A global function: verified once, not in each of its callers.
__noinline int flush(void) {
  if (control.records + s.count > s.most_records) {
    control.overflow = 1;
    s.count = 0;
    return 0;
  }
  s.lines = s.full = s.mini = 0;
  bpf_loop(BATCH / 8, touch_batch, 0, 0);
  bpf_loop(BATCH, write_common, 0, 0);
  bpf_loop(LINES / 8, touch_lines, 0, 0);
  bpf_loop(BATCH, write_full, 0, 0);
  bpf_loop(BATCH, write_mini, 0, 0);
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

static __always_inline struct inet_hashinfo* begin(const struct WireRequest* request) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
  struct net* netns = task->nsproxy->net_ns;
  control.records = control.addresses6 = control.overflow = control.redo_count = 0;
  control.netns = netns->ns.inum;
  s.most_records = request->most_records;
  s.netns = request->every_namespace ? 0 : (u64)netns;
  control.jiffies = bpf_jiffies64();
  control.uptime_ns = bpf_ktime_get_ns();
  return netns->ipv4.tcp_death_row.hashinfo;
}

SEC("syscall")
int walk_connected(struct WireRequest* request) {
  struct inet_hashinfo* table = begin(request);
  u32 buckets = table->ehash_mask + 1;
  u32 first = request->first, end = request->end;
  if (end > buckets) end = buckets;
  control.buckets = buckets;
  control.table = (u64)table->ehash;
  if (first >= end) return 0;
  s.table = (u64)table->ehash;
  s.mask = buckets - 1;
  s.now = (u32)control.jiffies;
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
  u64 address, owner;  // nodes of the two lists of a port, one within the other
  u64 bucket;          // inet_bind2_bucket
} b;

static long look_at_owner(u32 i, void* unused) {
  u64 node = b.owner;
  if (!node) return 1;
  b.owner = LOAD(node);
  u64 at = node - OFFSET(sock_common, skc_bind_node);
  struct sock_common* sk = CAST(sock_common, at);
  if (sk->skc_state != CLOSED || (u64)CAST(inet_connection_sock, at)->icsk_bind2_hash != b.bucket) {
    return 0;
  }
  struct WireBuffer* out = buffer();
  if (!out || control.records >= s.most_records) {
    control.overflow = 1;
    return 1;
  }
  write_identity(out, at);
  control.records++;
  return 0;
}

static long look_at_address(u32 i, void* unused) {
  u64 node = b.address;
  if (!node) return 1;
  b.address = LOAD(node);
  b.bucket = node - OFFSET(inet_bind2_bucket, bhash_node);
  b.owner = (u64)CAST(inet_bind2_bucket, b.bucket)->owners.first;
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
  if (s.netns && net != s.netns) return 0;
  if (port->fastreuse < 0 && port->fastreuseport < 0) return 0;
  struct WireBuffer* out = buffer();
  if (!out || control.records >= s.most_records) {
    control.overflow = 1;
    return 1;
  }
  struct WireRecord* record = &out->records[control.records++ & (WIRE_RECORDS - 1)];
  record->local_port = port->port;
  record->flags = kWireBlocked | netns_bits(net);
  record->scope = (u32)port->l3mdev;
  b.address = (u64)port->bhash2.first;
  bpf_loop(1 << 16, look_at_address, 0, 0);
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
  struct inet_hashinfo* table = begin(request);
  u32 buckets = table->bhash_size;
  u32 first = request->first, end = request->end;
  // Before Linux 6.9 these lists are others.
  if (!bpf_core_field_exists(((struct inet_bind_bucket*)0)->bhash2)) buckets = 0;
  if (end > buckets) end = buckets;
  control.buckets = buckets;
  if (first >= end) return 0;
  b.size = bpf_core_type_size(struct inet_bind_hashbucket);
  b.chain = (u64)table->bhash + first * b.size + OFFSET(inet_bind_hashbucket, chain);
  b.next = first;
  b.end = end;
  bpf_rcu_read_lock();
  bpf_loop(1 << 16, look_at_ports, 0, 0);
  bpf_rcu_read_unlock();
  return 0;
}
