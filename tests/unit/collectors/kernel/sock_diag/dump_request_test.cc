#include "collectors/kernel/sock_diag/dump_request.h"

#include <gtest/gtest.h>
#include <linux/sock_diag.h>

#include "tests/unit/builders.h"
#include "tests/unit/collectors/kernel/sock_diag/messages.h"

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

TEST(EncodeRequest, OneConnectionIsAskedForByItsTuple) {
  const Bytes message = EncodeRequest({.local_address = Ip("10.0.0.1"),
                                       .remote_address = Ip("10.0.0.2"),
                                       .local_port = 40000,
                                       .remote_port = 80,
                                       .scope = 3},
                                      42);
  nlmsghdr header;
  inet_diag_req_v2 body;
  ASSERT_EQ(message.size(), sizeof header + sizeof body);
  std::memcpy(&header, message.data(), sizeof header);
  std::memcpy(&body, message.data() + sizeof header, sizeof body);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST);  // no dump
  EXPECT_EQ(body.sdiag_family, AF_INET);
  EXPECT_EQ(body.id.idiag_src[0], htonl(0x0a000001));
  EXPECT_EQ(body.id.idiag_dst[0], htonl(0x0a000002));
  for (const size_t rest : {1, 2, 3}) {
    EXPECT_EQ(body.id.idiag_src[rest] | body.id.idiag_dst[rest], 0u);
  }
  EXPECT_EQ(body.id.idiag_sport, htons(40000));
  EXPECT_EQ(body.id.idiag_dport, htons(80));
  EXPECT_EQ(body.id.idiag_if, 3u);
  EXPECT_EQ(body.id.idiag_cookie[0], INET_DIAG_NOCOOKIE);
}

}  // namespace
}  // namespace tcp_lifecycle
