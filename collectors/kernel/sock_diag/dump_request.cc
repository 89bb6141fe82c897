#include "collectors/kernel/sock_diag/dump_request.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

namespace tcp_lifecycle {
namespace {

// The bits of idiag_states, indexed by TcpState (the kernel's enum in net/tcp_states.h). Request
// sockets have a bit of their own, 12; bound-inactive ones are asked for by bit 13.
constexpr std::array<uint32_t, kTcpStateCount> kStateBits = {
    1u << 1, 1u << 2, 1u << 3 | 1u << 12, 1u << 4,  1u << 5, 1u << 6,
    1u << 8, 1u << 9, 1u << 10,           1u << 11, 1u << 13};

uint32_t StateBits(TcpStateSet states) {
  uint32_t bits = 0;
  for (size_t i = 0; i < kTcpStateCount; ++i) {
    if (states.Contains(static_cast<TcpState>(i))) bits |= kStateBits[i];
  }
  return bits;
}

constexpr uint16_t kDump = NLM_F_REQUEST | NLM_F_DUMP;

template <typename Body>
std::vector<std::byte> Message(uint16_t type, uint16_t flags, uint32_t sequence, const Body& body) {
  const nlmsghdr header = {.nlmsg_len = sizeof header + sizeof body,
                           .nlmsg_type = type,
                           .nlmsg_flags = flags,
                           .nlmsg_seq = sequence,
                           .nlmsg_pid = 0};
  std::vector<std::byte> message(header.nlmsg_len);
  std::memcpy(message.data(), &header, sizeof header);
  std::memcpy(message.data() + sizeof header, &body, sizeof body);
  return message;
}

// An IPv4 address is the first word, and in an IpAddress the last.
void CopyAddress(const IpAddress& address, uint8_t family, __be32 (&words)[4]) {
  const std::array<uint8_t, 16>& bytes = address.bytes();
  if (family == AF_INET) {
    std::memcpy(words, bytes.data() + 12, 4);
  } else {
    std::memcpy(words, bytes.data(), bytes.size());
  }
}

}  // namespace

std::vector<std::byte> EncodeRequest(const DumpRequest& request, uint32_t sequence) {
  const uint8_t extensions =
      request.states.Contains(TcpState::kListen) ? 1 << (INET_DIAG_SKMEMINFO - 1) : 0;
  const uint32_t states = StateBits(request.states);
  if (request.family == DumpFamily::kBoth) {
    inet_diag_req legacy = {};
    legacy.idiag_family = AF_UNSPEC;
    legacy.idiag_ext = extensions;
    legacy.idiag_states = states;
    return Message(TCPDIAG_GETSOCK, kDump, sequence, legacy);
  }
  inet_diag_req_v2 v2 = {};
  v2.sdiag_family = request.family == DumpFamily::kIpv4 ? AF_INET : AF_INET6;
  v2.sdiag_protocol = IPPROTO_TCP;
  v2.idiag_ext = extensions;
  v2.idiag_states = states;
  return Message(SOCK_DIAG_BY_FAMILY, kDump, sequence, v2);
}

std::vector<std::byte> EncodeRequest(const LookupRequest& request, uint32_t sequence) {
  inet_diag_req_v2 v2 = {};
  // The tuple of an IPv4-mapped socket is an IPv4 one, and is found as such.
  v2.sdiag_family = request.local_address.family() == Family::kIpv4 ? AF_INET : AF_INET6;
  v2.sdiag_protocol = IPPROTO_TCP;
  v2.idiag_states = ~0U;
  CopyAddress(request.local_address, v2.sdiag_family, v2.id.idiag_src);
  CopyAddress(request.remote_address, v2.sdiag_family, v2.id.idiag_dst);
  v2.id.idiag_sport = htons(request.local_port);
  v2.id.idiag_dport = htons(request.remote_port);
  v2.id.idiag_if = request.scope;
  v2.id.idiag_cookie[0] = v2.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return Message(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, sequence, v2);
}

}  // namespace tcp_lifecycle
