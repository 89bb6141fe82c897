// Builds the bytes of netlink and inet_diag answers for tests.
#pragma once

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace tcp_lifecycle {

using Bytes = std::vector<std::byte>;

template <typename T>
Bytes BytesOf(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes Padded(Bytes bytes) {
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

struct MessageOptions {
  uint16_t type = TCPDIAG_GETSOCK;
  uint16_t flags = NLM_F_MULTI;
  uint32_t sequence = 7;
};

// Nothing but a header, which says `length`.
inline Bytes Header(uint32_t length, const MessageOptions& options = {}) {
  return BytesOf(nlmsghdr{.nlmsg_len = length,
                          .nlmsg_type = options.type,
                          .nlmsg_flags = options.flags,
                          .nlmsg_seq = options.sequence,
                          .nlmsg_pid = 0});
}

inline Bytes Message(const Bytes& payload, const MessageOptions& options = {}) {
  const auto length = static_cast<uint32_t>(sizeof(nlmsghdr) + payload.size());
  return Padded(Header(length, options) + payload);
}

inline Bytes Done(int32_t code = 0, uint32_t sequence = 7) {
  return Message(BytesOf(code), {.type = NLMSG_DONE, .sequence = sequence});
}

inline Bytes Error(int32_t code, uint32_t sequence = 7) {
  return Message(BytesOf(nlmsgerr{.error = code, .msg = {}}),
                 {.type = NLMSG_ERROR, .flags = 0, .sequence = sequence});
}

inline Bytes Attribute(uint16_t type, const Bytes& value) {
  const nlattr header = {.nla_len = static_cast<uint16_t>(sizeof header + value.size()),
                         .nla_type = type};
  return Padded(BytesOf(header) + value);
}

// A row with the fields as the kernel numbers them; an accepted IPv4 connection unless told.
struct RowOptions {
  uint8_t family = AF_INET;
  uint8_t state = 1;
  uint8_t timer = 0;
  uint8_t retransmits = 0;
  std::string local = "10.0.0.1";
  std::string remote = "10.0.0.2";
  uint16_t local_port = 80;
  uint16_t remote_port = 55555;
  uint32_t interface = 0;
  uint32_t expires = 0;
  uint32_t rqueue = 0;
  uint32_t wqueue = 0;
  uint32_t inode = 4711;
};

inline Bytes Row(const RowOptions& options = {}) {
  inet_diag_msg row = {};
  row.idiag_family = options.family;
  row.idiag_state = options.state;
  row.idiag_timer = options.timer;
  row.idiag_retrans = options.retransmits;
  inet_pton(options.family, options.local.c_str(), row.id.idiag_src);
  inet_pton(options.family, options.remote.c_str(), row.id.idiag_dst);
  row.id.idiag_sport = htons(options.local_port);
  row.id.idiag_dport = htons(options.remote_port);
  row.id.idiag_if = options.interface;
  row.idiag_expires = options.expires;
  row.idiag_rqueue = options.rqueue;
  row.idiag_wqueue = options.wqueue;
  row.idiag_inode = options.inode;
  return BytesOf(row);
}

}  // namespace tcp_lifecycle
