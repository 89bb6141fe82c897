// The fields of the kernel's structures that the walk reads. Their offsets here mean nothing: the
// kernel's own BTF relocates each access when the program is loaded.
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
typedef __u64 u64;

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

// Of a port; the next of a port at an address.
struct inet_bind_bucket {
  possible_net_t ib_net;
  int l3mdev;
  unsigned short port;
  signed char fastreuse;
  signed char fastreuseport;
  struct hlist_node node;
  struct hlist_head bhash2;
};

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

struct netns_ipv4 {
  struct inet_timewait_death_row tcp_death_row;
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

struct sock_common {
  __u64 skc_addrpair;
  unsigned int skc_hash;
  __u32 skc_portpair;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  int skc_bound_dev_if;
  struct hlist_node skc_bind_node;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  unsigned long skc_flags;
  struct hlist_nulls_node skc_nulls_node;
};

struct socket;

struct sock {
  struct sock_common __sk_common;
  struct timer_list sk_timer;
  __u8 sk_userlocks;
  __u16 sk_protocol;
  int sk_err;
  struct socket* sk_socket;
};

struct tcp_sock {
  __u32 segs_out;
};

struct inet_connection_sock {
  struct inet_bind2_bucket* icsk_bind2_hash;
  struct timer_list icsk_retransmit_timer;
  __u8 icsk_retransmits;
  __u8 icsk_pending;
  __u8 icsk_probes_out;
};

struct request_sock {
  struct timer_list rsk_timer;
  __u8 num_timeout;
};

struct inet_timewait_sock {
  struct timer_list tw_timer;
  volatile unsigned char tw_substate;
  unsigned int tw_connect_bind;
};

struct tcp_timewait_sock {
  unsigned int tw_ts_recent_stamp;
};

#pragma clang attribute pop
