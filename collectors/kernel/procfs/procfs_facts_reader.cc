#include "collectors/kernel/procfs/procfs_facts_reader.h"

#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collectors/base/status.h"
#include "collectors/kernel/kernel_release.h"
#include "collectors/kernel/procfs/ip_local_port_range.h"
#include "collectors/kernel/procfs/ip_local_reserved_ports.h"
#include "collectors/kernel/procfs/snmp.h"
#include "collectors/kernel/procfs/sockstat.h"
#include "collectors/kernel/procfs/sysctl_value.h"
#include "collectors/kernel/procfs/tcp_mem.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kSysctlBytes = 64;  // for one number, or a short list

uint64_t PageBytes() { return static_cast<uint64_t>(sysconf(_SC_PAGESIZE)); }

// What `parse` makes of the text of a file; its errors with the file's name.
template <typename Parse>
auto Parsed(absl::string_view name, const absl::StatusOr<std::string>& text, Parse parse)
    -> decltype(parse(absl::string_view())) {
  if (!text.ok()) return text.status();
  auto value = parse(*text);
  if (!value.ok()) return Prefixed(name, value.status());
  return value;
}

// The same of the file `prefix` and `path`, which is below `files` by `path` alone.
template <typename Parse>
auto ReadAs(const ProcFiles& files, absl::string_view path, Parse parse,
            size_t likely_bytes = ProcFiles::kUsualBytes, absl::string_view prefix = "")
    -> decltype(parse(absl::string_view())) {
  return Parsed(absl::StrCat(prefix, path), files.Read(path, likely_bytes), parse);
}

// The error for files whose directory is absent: they are hidden, not unknown to this kernel.
absl::Status Hidden(const absl::Status& absent) {
  return absl::UnavailableError(
      absl::StrCat(absent.message(), "; is it hidden (ProcSubset=pid of systemd)?"));
}

// Files below sys/ of procfs: those of net/ipv4, which are most, by a shorter way. One that is
// absent is NotFound, as the kernel may not have it. Where net/ipv4 itself is absent, all are
// hidden, which is Unavailable.
class SettingFiles {
 public:
  explicit SettingFiles(const ProcFiles& files)
      : files_(files), ipv4_(files.OpenDirectory("sys/net/ipv4")) {}

  template <typename Parse>
  auto Read(absl::string_view path, Parse parse) const -> decltype(parse(absl::string_view())) {
    absl::string_view name = path;
    if (absl::IsNotFound(ipv4_.status())) return Hidden(ipv4_.status());
    return ipv4_.ok() && absl::ConsumePrefix(&name, "net/ipv4/")
               ? ReadAs(*ipv4_, name, parse, kSysctlBytes, "sys/net/ipv4/")
               : ReadAs(files_, absl::StrCat("sys/", path), parse, kSysctlBytes);
  }

 private:
  const ProcFiles& files_;
  absl::StatusOr<ProcFiles> ipv4_;
};

absl::StatusOr<EphemeralPorts> ReadEphemeralPorts(const SettingFiles& files) {
  const absl::StatusOr<PortRange> range =
      files.Read("net/ipv4/ip_local_port_range", ParseIpLocalPortRange);
  if (!range.ok()) return range.status();
  absl::StatusOr<PortSet> reserved =
      files.Read("net/ipv4/ip_local_reserved_ports", ParseIpLocalReservedPorts);
  // Before Linux 2.6.35 and in some sandboxes there is no such file: nothing is reserved. (In a
  // namespace before 3.16 the host's list applies unseen.)
  if (absl::IsNotFound(reserved.status())) reserved = PortSet();
  if (!reserved.ok()) return reserved.status();
  return EphemeralPorts{.range = *range, .reserved = *reserved};
}

std::optional<uint64_t> TcpInUse(const ProcFiles& files, absl::string_view net,
                                 const absl::StatusOr<std::string>& sockstat) {
  const absl::StatusOr<std::string> ipv6 = files.Read(absl::StrCat(net, "/sockstat6"));
  if (!sockstat.ok() || (!ipv6.ok() && !absl::IsNotFound(ipv6.status()))) return std::nullopt;
  return ParseTcpInUse(*sockstat, ipv6.value_or(""));
}

}  // namespace

Settings ReadSettings(const ProcFiles& files, FactSet wanted) {
  const SettingFiles setting_files(files);
  Settings settings;
  if (wanted.Contains(Fact::kSysctls)) {
    for (const SysctlRow& row : kSysctlTable) {
      settings.sysctls[row.id] = setting_files.Read(row.path, ParseSysctl);
    }
  }
  if (wanted.Contains(Fact::kEphemeralPorts)) {
    settings.ephemeral_ports = ReadEphemeralPorts(setting_files);
  }
  if (wanted.Contains(Fact::kSocketMemoryLimit)) {
    settings.socket_memory_limit = setting_files.Read(
        "net/ipv4/tcp_mem", [](absl::string_view text) { return ParseTcpMem(text, PageBytes()); });
  }
  const absl::StatusOr<KernelVersion> version =
      setting_files.Read("kernel/osrelease", ParseKernelRelease);
  settings.may_reuse_fin_wait2 = !version.ok() || !version->AtLeast(6, 12);
  return settings;
}

TcpCounters ReadCounters(const ProcFiles& files, const std::vector<std::string>& paths) {
  TcpCounters counters;
  absl::Status absent;
  bool lacks_all = true;
  for (const std::string& path : paths) {
    const absl::StatusOr<std::string> text = files.Read(path);
    const absl::Status status =
        text.ok() ? Prefixed(path, ParseSnmp(*text, counters)) : text.status();
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

std::optional<uint64_t> ReadTcpInUse(const ProcFiles& files, absl::string_view net) {
  return TcpInUse(files, net, files.Read(absl::StrCat(net, "/sockstat")));
}

std::optional<uint64_t> ProcfsFactsReader::AllocatedSockets() {
  const absl::StatusOr<std::string> text = files_.Read("net/sockstat");
  return text.ok() ? SockstatField(*text, "TCP:", "alloc") : std::nullopt;
}

NamespaceFacts ProcfsFactsReader::Read(const WatchedNetns& ns, const Deadline& deadline) {
  const ProcFiles files = files_.Until(deadline);
  Settings settings = ReadSettings(files, FactSet::All());
  const auto parse_sockstat = [](absl::string_view text) {
    return ParseSockstat(text, PageBytes());
  };
  // Once for both counts: nothing opens between them.
  const absl::StatusOr<std::string> sockstat = files.Read("net/sockstat");
  NamespaceFacts facts = {
      .netns = ns.netns,
      .sysctls = std::move(settings.sysctls),
      .socket_memory_limit = std::move(settings.socket_memory_limit),
      .ephemeral_ports = std::move(settings.ephemeral_ports),
      .sockstat = Parsed("net/sockstat", sockstat, parse_sockstat),
      .tcp_in_use = TcpInUse(files, "net", sockstat),
      .may_reuse_fin_wait2 = settings.may_reuse_fin_wait2,
      .counters = ReadCounters(files, {"net/snmp", "net/netstat"}),
  };
  if (!absl::IsNotFound(sockstat.status())) return facts;
  if (const absl::Status net = files.OpenDirectory("net").status(); absl::IsNotFound(net)) {
    facts.sockstat = Hidden(net);
    facts.counters.status = Hidden(net);
  }
  return facts;
}

}  // namespace tcp_lifecycle
