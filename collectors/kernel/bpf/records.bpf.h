// From a socket of the kernel to a record (wire.h): what both walks have in common. The including
// program says how it reads memory:
//
//   LOAD(address)              8 bytes
//   GET(type, at, field)       a field of the struct at `at`
//   GET_BITS(type, at, field)  a field that is a bit field on some kernels
//   COMMON(at, field)          of the struct sock_common at `at`, the socket that is looked at
#pragma once

#include "collectors/kernel/bpf/kernel_types.h"
#include "collectors/kernel/bpf/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define OFFSET(type, field) ((u64)bpf_core_field_offset(struct type, field))
#define EXISTS(type, field) bpf_core_field_exists(((struct type*)0)->field)
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

// Loop state is global, and not static: the stack has 512 bytes, and clang takes a static struct
// apart, whose BTF the kernel then refuses.
struct {
  u64 netns;  // only its sockets are written; 0 for those of all
  u32 now;    // jiffies
  u32 now_seconds;
  u32 most_records;
  u32 bound_left;  // how many bound sockets there can be besides those found
} r;

static __always_inline struct WireBuffer* buffer(void) {
  u32 first = 0;
  return bpf_map_lookup_elem(&buffers, &first);
}

static __always_inline u64 end_of_chain(u32 bucket) { return 2 * (u64)bucket + 1; }

static __always_inline u32 until(u32 jiffies) {
  u32 left = jiffies - r.now;
  return left * (1 - (left >> 31));
}

// Begins a run; the table of the calling thread's namespace.
static __always_inline u64 begin(const struct WireRequest* request, u64 task) {
  u64 proxy = (u64)GET(task_struct, task, nsproxy);
  u64 netns = (u64)GET(nsproxy, proxy, net_ns);
  u64 ipv4 = netns + OFFSET(net, ipv4), row;
  control.records = control.addresses6 = control.overflow = control.redo_count = 0;
  control.netns = GET(net, netns, ns.inum);
  control.jiffies = bpf_jiffies64();
  control.uptime_ns = bpf_ktime_get_ns();
  r.most_records = request->most_records;
  r.netns = request->every_namespace ? 0 : netns;
  r.now = (u32)control.jiffies;
  r.now_seconds = (u32)(control.uptime_ns / 1000000000);
  r.bound_left = request->most_bound;
  if (EXISTS(netns_ipv4___pointer, tcp_death_row)) {
    row = (u64)GET(netns_ipv4___pointer, ipv4, tcp_death_row);
  } else {
    row = ipv4 + OFFSET(netns_ipv4, tcp_death_row);
  }
  return (u64)GET(inet_timewait_death_row, row, hashinfo);
}

static __always_inline u64 keepalive_timer(u64 at) {
  if (EXISTS(inet_connection_sock___keepalive, icsk_keepalive_timer)) {
    return at + OFFSET(inet_connection_sock___keepalive, icsk_keepalive_timer);
  }
  return at + OFFSET(sock, sk_timer);
}

static __always_inline u64 retransmit_timer(u64 at) {
  if (EXISTS(sock___retransmit, tcp_retransmit_timer)) {
    return at + OFFSET(sock___retransmit, tcp_retransmit_timer);
  }
  return at + OFFSET(inet_connection_sock, icsk_retransmit_timer);
}

static __always_inline int can_have_own_range(void) {
  return EXISTS(inet_sock, local_port_range) || EXISTS(inet_sock___pair, local_port_range);
}
static __always_inline u64 own_range(u64 at) {
  if (EXISTS(inet_sock, local_port_range)) return at + OFFSET(inet_sock, local_port_range);
  return at + OFFSET(inet_sock___pair, local_port_range);
}

// The flags of a record that tell its namespace.
static __always_inline u32 netns_bits(u64 net) { return GET(net, net, ns.inum) << kWireNetnsShift; }

static __always_inline u32 is_full(u8 state) { return FULL_SOCKETS >> (state & 15) & 1; }

// Who the socket is, its state, and zeroes: the next record, which the caller counts.
static __always_inline struct WireRecord* write_identity(struct WireBuffer* out, u64 at) {
  struct WireRecord* record = &out->records[control.records & (WIRE_RECORDS - 1)];
  u64 addresses = COMMON(at, skc_addrpair);
  u8 family = kWireIpv4;
  if (COMMON(at, skc_family) == FAMILY_IPV6 && EXISTS(sock_common, skc_v6_daddr)) {
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
  u32 ports = COMMON(at, skc_portpair);
  record->remote_address = (u32)addresses;
  record->local_address = (u32)(addresses >> 32);
  record->remote_port = (u16)ports;
  record->local_port = (u16)(ports >> 16);
  record->hash = COMMON(at, skc_hash);
  record->state = COMMON(at, skc_state);
  record->timer = 0;
  record->retransmits = 0;
  record->family = family;
  record->flags = netns_bits((u64)COMMON(at, skc_net.net));
  record->jiffies_left = 0;
  record->scope = COMMON(at, skc_bound_dev_if);
  return record;
}

// The flags of a full socket that its skc_flags tell.
static __always_inline u32 flags_of(u64 socket_flags) {
  u32 keepopen = (u32)(socket_flags >> SOCK_KEEPOPEN) & 1;
  u32 orphan = (u32)(socket_flags >> SOCK_DEAD) & 1;
  return keepopen * kWireKeepopen | orphan * kWireOrphan;
}

// A socket's own range as a record of its own, behind all others so far.
static __always_inline void write_own_range(struct WireBuffer* out, const struct WireRecord* record,
                                            u32 range) {
  u32 n = control.records;
  if (n >= r.most_records) {
    control.overflow = 1;
    return;
  }
  struct WireRecord* own = &out->records[n & (WIRE_RECORDS - 1)];
  *own = *record;
  own->family |= kWireOwnRange;
  own->jiffies_left = range;
  control.records = n + 1;
}

// What a full socket has beyond its identity. `timer_may_run`: that of keepalive and FIN_WAIT2.
static __always_inline void write_full(struct WireBuffer* out, struct WireRecord* record, u64 at,
                                       u32 timer_may_run) {
  u32 locks = GET_BITS(sock, at, sk_userlocks);
  u32 flags = record->flags;
  if (locks & CONNECT_BIND) {
    flags |= kWireAutobound;
  } else if (locks & BINDPORT_LOCK) {
    flags |= kWireBoundToPort;
  } else if (record->state == ESTABLISHED || record->state == CLOSE_WAIT) {
    if (!GET(sock, at, sk_socket)) flags |= kWireUnaccepted;
  }
  record->flags = flags;

  u64 word = LOAD(at + WORD(inet_connection_sock, icsk_pending));
  u8 pending = BYTE(word, inet_connection_sock, icsk_pending);
  // Neighbours, on every kernel so far within one word.
#define OF_WORD(field)                                                           \
  (WORD(inet_connection_sock, field) == WORD(inet_connection_sock, icsk_pending) \
       ? BYTE(word, inet_connection_sock, field)                                 \
       : GET(inet_connection_sock, at, field))
  if (pending == PENDING_RETRANSMIT || pending == PENDING_LOSS_PROBE ||
      pending == PENDING_REORDER || pending == PENDING_PROBE0) {
    u64 timer = retransmit_timer(at);
    record->jiffies_left = until((u32)GET(timer_list, timer, expires));
    if (pending == PENDING_PROBE0) {
      record->timer = TIMER_PROBE0;
      record->retransmits = OF_WORD(icsk_probes_out);
    } else {
      record->timer = TIMER_RETRANSMIT;
      record->retransmits = OF_WORD(icsk_retransmits);
    }
  } else if (timer_may_run) {
    u64 timer = keepalive_timer(at);
    if (GET(timer_list, timer, entry.pprev)) {
      record->timer = TIMER_KEEPALIVE;
      record->jiffies_left = until((u32)GET(timer_list, timer, expires));
      record->retransmits = OF_WORD(icsk_probes_out);
    }
  }
#undef OF_WORD
  if (can_have_own_range()) {
    u32 range = (u32)LOAD(own_range(at));
    if (range) write_own_range(out, record, range);
  }
}

// What TIME_WAIT, an orphaned FIN_WAIT2 and a request have.
static __always_inline void write_mini(struct WireRecord* record, u64 at) {
  if (record->state == NEW_SYN_RECV) {
    record->timer = TIMER_RETRANSMIT;
    record->jiffies_left = until((u32)GET(request_sock, at, rsk_timer.expires));
    record->retransmits = (u8)GET_BITS(request_sock, at, num_timeout);
    return;
  }
  record->state = GET(inet_timewait_sock, at, tw_substate);
  record->timer = TIMER_TIME_WAIT;
  record->jiffies_left = until((u32)GET(inet_timewait_sock, at, tw_timer.expires));
  u32 flags = record->flags | kWireMinisocket;
  u32 stamp = GET(tcp_timewait_sock, at, tw_ts_recent_stamp);
  if (stamp) flags |= kWireTimestamps;
  if (!EXISTS(netns_ipv4, sysctl_tcp_tw_reuse_delay) && (s32)(r.now_seconds - stamp) <= 0) {
    flags |= kWireReusedNextSecond;
  }
  if (EXISTS(inet_timewait_sock, tw_connect_bind) &&
      GET_BITS(inet_timewait_sock, at, tw_connect_bind)) {
    flags |= kWireAutobound;
  }
  record->flags = flags;
}
