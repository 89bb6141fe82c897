#include "collectors/kernel/sock_diag/netlink.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// Steps over a part of `length` bytes and the padding behind it, which the last part may lack.
std::span<const std::byte> After(std::span<const std::byte> rest, size_t length) {
  const size_t aligned = (length + NLMSG_ALIGNTO - 1) & ~size_t{NLMSG_ALIGNTO - 1};
  return rest.subspan(std::min(aligned, rest.size()));
}

}  // namespace

bool NetlinkMessages::Next(NetlinkMessage& message) {
  if (rest_.empty()) return false;
  nlmsghdr header;
  if (rest_.size() < sizeof header) {
    status_ = absl::DataLossError(absl::StrCat(rest_.size(), " bytes where a netlink header of ",
                                               sizeof header, " was expected"));
    return false;
  }
  std::memcpy(&header, rest_.data(), sizeof header);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest_.size()) {
    status_ = absl::DataLossError(absl::StrCat("netlink message of type ", header.nlmsg_type,
                                               " says it has ", header.nlmsg_len, " of the ",
                                               rest_.size(), " bytes there are"));
    return false;
  }
  message = {.type = header.nlmsg_type,
             .flags = header.nlmsg_flags,
             .sequence = header.nlmsg_seq,
             .payload = rest_.subspan(sizeof header, header.nlmsg_len - sizeof header)};
  rest_ = After(rest_, header.nlmsg_len);
  return true;
}

bool NetlinkAttributes::Next(NetlinkAttribute& attribute) {
  if (rest_.empty()) return false;
  nlattr header;
  whole_ = rest_.size() >= sizeof header;
  if (!whole_) return false;
  std::memcpy(&header, rest_.data(), sizeof header);
  whole_ = header.nla_len >= sizeof header && header.nla_len <= rest_.size();
  if (!whole_) return false;
  attribute = {.type = static_cast<uint16_t>(header.nla_type & NLA_TYPE_MASK),
               .value = rest_.subspan(sizeof header, header.nla_len - sizeof header)};
  rest_ = After(rest_, header.nla_len);
  return true;
}

absl::Status DecodeResult(std::span<const std::byte> payload) {
  int32_t code = 0;
  if (payload.size() < sizeof code) return absl::OkStatus();
  std::memcpy(&code, payload.data(), sizeof code);
  // Unsigned, because the least number has no opposite.
  return absl::ErrnoToStatus(static_cast<int>(0 - static_cast<uint32_t>(code)),
                             "the kernel answers");
}

}  // namespace tcp_lifecycle
