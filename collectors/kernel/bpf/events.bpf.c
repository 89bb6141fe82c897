// Counts connections that fail, where the kernel changes a socket's state: from SYN_SENT to CLOSE.
// Then sk_err is the reason, but inside connect(), which returns its error and leaves sk_err as it
// was: there only a lack of ports is counted. A connection that its own program closed has not
// failed.
#include "collectors/kernel/bpf/events_wire.h"
#include "collectors/kernel/bpf/kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum { EADDRNOTAVAIL = 99 };  // asm-generic/errno.h

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, WIRE_DESTINATIONS);
  __type(key, struct WireDestination);
  __type(value, u64);
} destinations SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, WIRE_FAILURES);
  __type(key, struct WireFailure);
  __type(value, u64);
} failures SEC(".maps");

// Inode number of the only network namespace to be counted. Not static: see walk.bpf.c.
u32 watched_netns;

// Whether it could: a full map takes no further key.
static __always_inline int count(void* map, const void* key) {
  u64* counter = bpf_map_lookup_elem(map, key);
  if (!counter) {
    u64 zero = 0;
    bpf_map_update_elem(map, key, &zero, BPF_NOEXIST);
    counter = bpf_map_lookup_elem(map, key);
    if (!counter) return 0;
  }
  __sync_fetch_and_add(counter, 1);
  return 1;
}

static __always_inline void write_address(struct sock* sk, u8 address[16]) {
  if (sk->__sk_common.skc_family == FAMILY_IPV6 &&
      bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
    __builtin_memcpy(address, sk->__sk_common.skc_v6_daddr.in6_u.u6_addr8, 16);
    return;
  }
  address[10] = address[11] = 0xff;
  u32 ipv4 = (u32)sk->__sk_common.skc_addrpair;
  __builtin_memcpy(address + 12, &ipv4, 4);
}

// Whether connect() itself gives up: it has sent nothing yet. A Fast Open connect that is put off
// until the first write has sent nothing either, and has left connect().
static __always_inline int is_in_connect(struct sock* sk) {
  return sk->sk_socket->state == UNCONNECTED && BPF_CORE_READ((struct tcp_sock*)sk, segs_out) == 0;
}

// Whether connect() found no port in the range. It did where it has left none in inet_sport, nor
// has an earlier connection of the same socket. Else one was there: the program's own, if it is
// locked; one that connect() chose before a later step failed; or a stale one, of an earlier
// connection. That one's end leaves write_seq other than 0, and no route: an IPv4 connect() stores
// the route after the port, so that it has one where the step after failed. Counted wrongly is a
// socket used again whose port a routing rule rejects; missed one whose connection before failed in
// such a step.
static __always_inline int lacks_port(struct sock* sk) {
  if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks) & BINDPORT_LOCK) return 0;
  if (BPF_CORE_READ((struct inet_sock*)sk, inet_sport) == 0) return 1;
  if (BPF_CORE_READ((struct tcp_sock*)sk, write_seq) == 0) return 0;
  return sk->__sk_common.skc_family == FAMILY_IPV6 || BPF_CORE_READ(sk, sk_dst_cache) == 0;
}

SEC("tp_btf/inet_sock_set_state")
int on_state(u64* context) {
  if ((int)context[1] != SYN_SENT || (int)context[2] != CLOSED) return 0;
  struct sock* sk = (struct sock*)context[0];
  if (sk->sk_protocol != PROTOCOL_TCP) return 0;
  if (sk->__sk_common.skc_net.net->ns.inum != watched_netns) return 0;
  struct WireFailure failure = {(u32)sk->sk_err};
  if (is_in_connect(sk)) {
    if (!lacks_port(sk)) return 0;
    failure.error = EADDRNOTAVAIL;
    struct WireDestination destination = {};
    write_address(sk, destination.address);
    destination.port = (u16)sk->__sk_common.skc_portpair;
    if (!count(&destinations, &destination)) {
      struct WireFailure elsewhere = {kWireElsewhere};
      count(&failures, &elsewhere);
    }
  } else if (failure.error == 0 ||
             BPF_CORE_READ_BITFIELD_PROBED(sk, sk_shutdown) == CLOSED_BY_PROGRAM) {
    return 0;  // sk_err may be of an earlier connection of the same socket
  }
  count(&failures, &failure);
  return 0;
}
