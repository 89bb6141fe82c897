#include "collectors/kernel/sock_diag/request.h"

#include <gtest/gtest.h>
#include <linux/sock_diag.h>

#include "tests/unit/kernel/sock_diag/messages.h"

namespace tcp_lifecycle {
namespace {

template <typename Body>
struct Decoded {
  nlmsghdr header;
  Body body;
};

template <typename Body>
Decoded<Body> Decode(const Bytes& message) {
  Decoded<Body> decoded = {};
  EXPECT_EQ(message.size(), sizeof decoded.header + sizeof decoded.body);
  std::memcpy(&decoded.header, message.data(), sizeof decoded.header);
  std::memcpy(&decoded.body, message.data() + sizeof decoded.header, sizeof decoded.body);
  EXPECT_EQ(decoded.header.nlmsg_len, message.size());
  EXPECT_EQ(decoded.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  return decoded;
}

TEST(EncodeRequest, OneLegacyRequestAsksForBothFamilies) {
  const auto [header, body] = Decode<inet_diag_req>(
      EncodeRequest({.name = "rest", .states = {TcpState::kEstablished}}, 42));
  EXPECT_EQ(header.nlmsg_type, TCPDIAG_GETSOCK);
  EXPECT_EQ(header.nlmsg_seq, 42u);
  EXPECT_EQ(body.idiag_family, AF_UNSPEC);
  EXPECT_EQ(body.idiag_states, 1u << 1);
}

TEST(EncodeRequest, ByFamilyItNamesFamilyAndProtocol) {
  const auto [header, body] = Decode<inet_diag_req_v2>(EncodeRequest(
      {.name = "x", .family = DumpFamily::kIpv6, .states = {TcpState::kTimeWait}}, 42));
  EXPECT_EQ(header.nlmsg_type, SOCK_DIAG_BY_FAMILY);
  EXPECT_EQ(body.sdiag_family, AF_INET6);
  EXPECT_EQ(body.sdiag_protocol, IPPROTO_TCP);
  EXPECT_EQ(body.idiag_states, 1u << 6);
}

TEST(EncodeRequest, OnlyListenersAreAskedForTheirMemoryFigures) {
  const DumpRequest listen = {.name = "listen", .states = {TcpState::kListen}};
  EXPECT_EQ(Decode<inet_diag_req>(EncodeRequest(listen, 1)).body.idiag_ext,
            1 << (INET_DIAG_SKMEMINFO - 1));
  const DumpRequest rest = {.name = "rest", .states = {TcpState::kEstablished}};
  EXPECT_EQ(Decode<inet_diag_req>(EncodeRequest(rest, 1)).body.idiag_ext, 0);
}

TEST(EncodeRequest, AsksForEveryStateButTheClosed) {
  const auto [header, body] =
      Decode<inet_diag_req>(EncodeRequest({.name = "all", .states = TcpStateSet::All()}, 1));
  // ESTABLISHED (1) to NEW_SYN_RECV (12) without CLOSE (7), and bound-inactive (13).
  EXPECT_EQ(body.idiag_states, 0x1ffeu - (1u << 7) + (1u << 13));
}

TEST(EncodeRequest, SynRecvIncludesRequestSockets) {
  const auto [header, body] =
      Decode<inet_diag_req>(EncodeRequest({.name = "x", .states = {TcpState::kSynRecv}}, 1));
  EXPECT_EQ(body.idiag_states, 1u << 3 | 1u << 12);
}

}  // namespace
}  // namespace tcp_lifecycle
