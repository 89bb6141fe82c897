#include "collectors/kernel/namespaces/namespace_facts_reader.h"

#include <sys/socket.h>

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collectors/base/unique_fd.h"

namespace tcp_lifecycle {
namespace {

// The cookie of the calling thread's namespace; 0 where the kernel has none.
uint64_t CookieHere() {
  constexpr int kNetnsCookie = 71;  // SO_NETNS_COOKIE of asm-generic/socket.h
  const UniqueFd any(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  return getsockopt(any.get(), SOL_SOCKET, kNetnsCookie, &cookie, &size) == 0 ? cookie : 0;
}

}  // namespace

NamespaceFacts NamespaceFactsReader::Read(const WatchedNetns& ns, const Deadline& deadline) {
  if (!ns.netns.foreign) return own_.Read(ns, deadline);
  const ProcFiles files = files_.Until(deadline);
  NamespaceFacts facts;
  facts.netns = ns.netns;
  const bool wants_counters = of_others_.Contains(Fact::kCounters);
  const auto read = [&] {
    facts.netns.cookie = CookieHere();
    Settings settings = ReadSettings(files, of_others_);
    facts.sysctls = std::move(settings.sysctls);
    facts.ephemeral_ports = std::move(settings.ephemeral_ports);
    facts.may_reuse_fin_wait2 = settings.may_reuse_fin_wait2;
    if (wants_counters) facts.counters = ReadCounters(files, {"thread-self/net/netstat"});
    facts.tcp_in_use = ReadTcpInUse(files, "thread-self/net");
  };
  facts.entered = deadline.Passed() ? absl::DeadlineExceededError("not entered in time")
                                    : home_.Visit(ns, read);
  if (facts.entered.ok()) return facts;
  facts.ephemeral_ports = facts.entered;
  facts.counters.status = facts.entered;
  if (ns.pid != 0) {
    if (wants_counters) {
      facts.counters = ReadCounters(files, {absl::StrCat(ns.pid, "/net/netstat")});
    }
    facts.tcp_in_use = ReadTcpInUse(files, absl::StrCat(ns.pid, "/net"));
  }
  return facts;
}

}  // namespace tcp_lifecycle
