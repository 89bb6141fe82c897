// The fields of the kernel's structures that the programs read, and the numbers that they compare.
// Offsets here mean nothing: the kernel's own BTF relocates each access when a program is loaded.
//
// What has another place or form on some kernels has a line that says since when and what is done
// there. A struct with ___ in its name is another form of the one named before it: a program asks
// by bpf_core_field_exists() which of them the kernel has, never for a version, because stable
// updates move fields too. All else is the same from 5.10 to 7.3.
#pragma once

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __u64 u64;

// What the kernel's headers define, no BTF has, and user space can see as well, so that it stays as
// it is: net/tcp_states.h, linux/socket.h, linux/in.h.
enum {
  ESTABLISHED = 1,
  SYN_SENT = 2,
  FIN_WAIT2 = 5,
  TIME_WAIT = 6,
  CLOSED = 7,
  CLOSE_WAIT = 8,
  NEW_SYN_RECV = 12
};
enum { FULL_SOCKETS = 0x1fff & ~(1 << TIME_WAIT | 1 << NEW_SYN_RECV) };
enum { FAMILY_IPV6 = 10, PROTOCOL_TCP = 6 };
// net/sock.h. CONNECT_BIND, set where connect() chose the port: before 6.18 never set; which ports
// connect() chose is known from the hash of ports as well.
enum { BINDPORT_LOCK = 8, CONNECT_BIND = 16 };
// net/sock.h SHUTDOWN_MASK: close() sets it before the state, a failed connection after.
enum { CLOSED_BY_PROGRAM = 3 };
// net/inet_connection_sock.h
enum { PENDING_RETRANSMIT = 1, PENDING_PROBE0 = 3, PENDING_LOSS_PROBE = 5, PENDING_REORDER = 6 };
// As idiag_timer, of inet_diag.
enum { TIMER_RETRANSMIT = 1, TIMER_KEEPALIVE = 2, TIMER_TIME_WAIT = 3, TIMER_PROBE0 = 4 };

enum bpf_map_type { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2 };

enum { BPF_NOEXIST = 1 };

#define BPF_F_MMAPABLE (1u << 10)

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct timespec64 {
  __s64 tv_sec;
};

struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};

struct hlist_node {
  struct hlist_node *next, **pprev;
};

struct hlist_nulls_node {
  struct hlist_nulls_node *next, **pprev;
};

struct timer_list {
  struct hlist_node entry;
  unsigned long expires;
};

struct ns_common {
  unsigned int inum;
};

struct inet_ehash_bucket {
  struct hlist_nulls_node* first;
};

struct hlist_head {
  struct hlist_node* first;
};

struct net;

typedef struct {
  struct net* net;
} possible_net_t;

// A port that is held. Its sockets: until 6.7 a list (owners) of all, since 6.8 one for each
// address (bhash2, inet_bind2_bucket).
struct inet_bind_bucket {
  possible_net_t ib_net;
  int l3mdev;
  unsigned short port;
  signed char fastreuse;
  signed char fastreuseport;
  struct hlist_node node;
  struct hlist_head owners;
  struct hlist_head bhash2;
};

// 6.1. bhash_node: 6.8.
struct inet_bind2_bucket {
  struct hlist_node bhash_node;
  struct hlist_head owners;
};

struct inet_bind_hashbucket {
  struct hlist_head chain;
};

struct inet_hashinfo {
  struct inet_ehash_bucket* ehash;
  unsigned int ehash_mask;
  struct inet_bind_hashbucket* bhash;
  unsigned int bhash_size;
};

struct inet_timewait_death_row {
  struct inet_hashinfo* hashinfo;
};

// sysctl_tcp_tw_reuse_delay: 6.14. Where it is absent, TIME_WAIT is reused by whole seconds.
struct netns_ipv4 {
  struct inet_timewait_death_row tcp_death_row;
  unsigned int sysctl_tcp_tw_reuse_delay;
};
struct netns_ipv4___pointer {  // from 5.18 to 6.0
  struct inet_timewait_death_row* tcp_death_row;
};

struct net {
  struct ns_common ns;
  struct netns_ipv4 ipv4;
};

struct nsproxy {
  struct net* net_ns;
};

struct task_struct {
  struct nsproxy* nsproxy;
};

// sock_flags: bits of skc_flags.
enum sock_flags { SOCK_DEAD = 0, SOCK_KEEPOPEN = 3 };

// skc_v6_*: absent without CONFIG_IPV6. skc_ipv6only: a bit field of 1 bit.
struct sock_common {
  __u64 skc_addrpair;
  unsigned int skc_hash;
  __u32 skc_portpair;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  unsigned char skc_ipv6only : 1;
  int skc_bound_dev_if;
  struct hlist_node skc_bind_node;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  unsigned long skc_flags;
  struct hlist_nulls_node skc_nulls_node;
};

struct dst_entry;

// linux/net.h. UNCONNECTED until connect() has sent, or put off, its SYN.
struct socket {
  enum { UNCONNECTED = 1 } state;
};

// sk_timer: of keepalive and orphaned FIN_WAIT2, but where icsk_keepalive_timer exists.
// sk_userlocks, sk_shutdown: bit fields on older kernels, bytes now.
struct sock {
  struct sock_common __sk_common;
  struct timer_list sk_timer;
  __u8 sk_userlocks;
  __u8 sk_shutdown;
  struct dst_entry* sk_dst_cache;
  __u16 sk_protocol;
  int sk_err;
  struct socket* sk_socket;
};

struct sock___retransmit {  // 6.19; until then icsk_retransmit_timer
  struct timer_list tcp_retransmit_timer;
};

struct sock___inode {  // absent on older kernels; then sk_socket
  unsigned long sk_ino;
};

// IP_LOCAL_PORT_RANGE, 6.3 and stable updates of 6.1: the lower bound in the lower half.
struct inet_sock {
  __be16 inet_sport;
  __u32 local_port_range;
};
struct port_pair {
  __u16 lo, hi;
};
struct inet_sock___pair {  // at first
  struct port_pair local_port_range;
};

struct tcp_sock {
  __u32 segs_out;
  __u32 write_seq;
};

// icsk_bind2_hash: 6.1.
struct inet_connection_sock {
  struct inet_bind_bucket* icsk_bind_hash;
  struct inet_bind2_bucket* icsk_bind2_hash;
  struct timer_list icsk_retransmit_timer;
  __u8 icsk_retransmits;
  __u8 icsk_pending;
  __u8 icsk_probes_out;
};

struct inet_connection_sock___keepalive {  // 6.19, and stable updates of 6.1, 6.12 and others
  struct timer_list icsk_keepalive_timer;
};

struct request_sock {
  struct timer_list rsk_timer;
  __u8 num_timeout;
};

// tw_connect_bind, of CONNECT_BIND: 6.18.
struct inet_timewait_sock {
  struct timer_list tw_timer;
  volatile unsigned char tw_substate;
  unsigned int tw_connect_bind;
};

struct tcp_timewait_sock {
  unsigned int tw_ts_recent_stamp;
};

#pragma clang attribute pop
