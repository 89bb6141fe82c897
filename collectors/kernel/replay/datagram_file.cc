#include "collectors/kernel/replay/datagram_file.h"

#include <bit>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {

std::string DatagramFileHeader() {
  return absl::StrCat("netlink datagrams, version 1, ",
                      std::endian::native == std::endian::little ? "little" : "big", " endian\n");
}

DatagramLength LengthBefore(Datagram datagram) {
  const auto length = static_cast<uint32_t>(datagram.size());
  DatagramLength bytes;
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes;
}

absl::StatusOr<std::vector<Datagram>> ParseDatagramFile(absl::string_view file) {
  absl::string_view rest = file;
  const std::string header = DatagramFileHeader();
  if (!absl::ConsumePrefix(&rest, header)) {
    return absl::DataLossError(absl::StrCat(
        "starts with \"", absl::CHexEscape(file.substr(0, header.size())), "\" instead of \"",
        absl::CHexEscape(header), "\": no recording, or one from a host of other byte order"));
  }
  std::vector<Datagram> datagrams;
  while (!rest.empty()) {
    uint32_t length = 0;
    const size_t offset = file.size() - rest.size();
    if (rest.size() < sizeof length) {
      return absl::DataLossError(
          absl::StrCat("truncated at byte ", offset, ": half a length at the end"));
    }
    std::memcpy(&length, rest.data(), sizeof length);
    rest.remove_prefix(sizeof length);
    if (rest.size() < length) {
      return absl::DataLossError(absl::StrCat("truncated at byte ", offset, ": a datagram of ",
                                              length, " bytes has only ", rest.size()));
    }
    datagrams.push_back(std::as_bytes(std::span(rest.data(), length)));
    rest.remove_prefix(length);
  }
  return datagrams;
}

}  // namespace tcp_lifecycle
