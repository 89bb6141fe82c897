#include "collectors/kernel/procfs/facts_reader.h"

#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collectors/kernel/procfs/ip_local_port_range.h"
#include "collectors/kernel/procfs/ip_local_reserved_ports.h"
#include "collectors/kernel/procfs/parse_error.h"
#include "collectors/kernel/procfs/snmp.h"
#include "collectors/kernel/procfs/sockstat.h"
#include "collectors/kernel/procfs/sysctls.h"
#include "collectors/kernel/procfs/tcp_mem.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kSysctlBytes = 64;  // for one number

// What `parse` makes of the file `prefix` and `path`, which is below `files` by `path` alone; its
// errors with the whole name.
template <typename Parse>
auto ReadAs(const ProcFiles& files, absl::string_view path, Parse parse,
            size_t likely_bytes = ProcFiles::kUsualBytes, absl::string_view prefix = "")
    -> decltype(parse(absl::string_view())) {
  const absl::StatusOr<std::string> text = files.Read(path, likely_bytes);
  if (!text.ok()) return text.status();
  auto value = parse(*text);
  if (!value.ok()) return At(absl::StrCat(prefix, path), value.status());
  return value;
}

}  // namespace

Sysctls ReadSysctls(const ProcFiles& files) {
  constexpr absl::string_view kMost = "net/ipv4/";
  const absl::StatusOr<ProcFiles> most = files.OpenDirectory("sys/net/ipv4");
  Sysctls sysctls;
  for (size_t i = 0; i < kSysctlCount; ++i) {
    absl::string_view path = kSysctlPaths[i];
    sysctls[static_cast<Sysctl>(i)] =
        most.ok() && absl::ConsumePrefix(&path, kMost)
            ? ReadAs(*most, path, ParseSysctl, kSysctlBytes, "sys/net/ipv4/")
            : ReadAs(files, absl::StrCat("sys/", path), ParseSysctl, kSysctlBytes);
  }
  return sysctls;
}

absl::StatusOr<EphemeralPorts> ReadEphemeralPorts(const ProcFiles& files) {
  const absl::StatusOr<PortRange> range =
      ReadAs(files, "sys/net/ipv4/ip_local_port_range", ParseIpLocalPortRange, kSysctlBytes);
  if (!range.ok()) return range.status();
  const absl::StatusOr<PortSet> reserved =
      ReadAs(files, "sys/net/ipv4/ip_local_reserved_ports", ParseIpLocalReservedPorts);
  if (!reserved.ok()) return reserved.status();
  return EphemeralPorts{.range = *range, .reserved = *reserved};
}

TcpCounters ReadCounters(const ProcFiles& files, const std::vector<std::string>& paths) {
  TcpCounters counters;
  absl::Status absent;
  bool lacks_all = true;
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> text = files.Read(path);
    const absl::Status status = text.ok() ? At(path, ParseSnmp(*text, counters)) : text.status();
    if (absl::IsNotFound(status)) {
      absent.Update(status);
    } else {
      lacks_all = false;
      counters.status.Update(status);
    }
  }
  if (lacks_all) counters.status.Update(absent);
  return counters;
}

NamespaceFacts ProcfsFactsReader::Read(const WatchedNetns& ns) {
  const auto page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const auto tcp_mem = [&](absl::string_view text) { return ParseTcpMem(text, page_bytes); };
  const auto sockstat = [&](absl::string_view text) { return ParseSockstat(text, page_bytes); };
  return {
      .netns = ns.netns,
      .sysctls = ReadSysctls(files_),
      .socket_memory_limit = ReadAs(files_, "sys/net/ipv4/tcp_mem", tcp_mem),
      .ephemeral_ports = ReadEphemeralPorts(files_),
      .sockstat = ReadAs(files_, "net/sockstat", sockstat),
      .counters = ReadCounters(files_, {"net/snmp", "net/netstat"}),
  };
}

}  // namespace tcp_lifecycle
