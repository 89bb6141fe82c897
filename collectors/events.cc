#include "collectors/events.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/reports/snapshot.h"

namespace tcp_lifecycle {
namespace {

using Destination = ConnectEvents::Destination;

constexpr absl::string_view kSource = "tracepoint inet_sock_set_state, SYN_SENT to CLOSE";
constexpr absl::string_view kSince = "5.10, by BPF";

constexpr FamilyDescriptor kPortExhaustion =
    Counter("port_exhaustion_total", {"destination_address", "destination_port"},
            "connect() calls that failed because no local port was free (EADDRNOTAVAIL). The first "
            "20 destinations to which that happens have series of their own, the others are other.",
            {kSource, {Fact::kConnectEvents}})
        .Since(kSince);
constexpr FamilyDescriptor kConnectFailures =
    Counter("connect_failures_total", {"error"},
            "Connections that failed before they were established, by errno; not those for which "
            "there was no route to begin with, those whose own port was taken, nor those that "
            "their program gave up.",
            {kSource, {Fact::kConnectEvents}})
        .Since(kSince);
constexpr std::array kFamilies = {kPortExhaustion, kConnectFailures};

void AddEvents(const ConnectEvents& events, absl::string_view netns, FamilySet& out) {
  std::vector<Destination> destinations = events.destinations;
  std::sort(destinations.begin(), destinations.end(),
            [](const Destination& a, const Destination& b) {
              return std::tie(a.address, a.port) < std::tie(b.address, b.port);
            });
  for (const Destination& destination : destinations) {
    out.Add(kPortExhaustion, {netns, ToString(destination.address), absl::StrCat(destination.port)},
            static_cast<double>(destination.exhausted));
  }
  out.Add(kPortExhaustion, {netns, "other", "other"},
          static_cast<double>(events.exhausted_elsewhere));
  for (size_t i = 0; i < kConnectErrorCount; ++i) {
    out.Add(kConnectFailures, {netns, kConnectErrorNames[i]},
            static_cast<double>(events.failures[i]));
  }
}

}  // namespace

std::span<const FamilyDescriptor> EventsCollector::Families() const { return kFamilies; }

absl::Status EventsCollector::Describe(const Snapshot& snapshot, FamilySet& out) const {
  const NamespaceFacts& facts = snapshot.own().facts;
  const absl::StatusOr<ConnectEvents>& events = facts.connect_events;
  if (events.ok()) AddEvents(*events, facts.netns.name, out);
  return absl::IsNotFound(events.status()) ? absl::OkStatus() : events.status();
}

}  // namespace tcp_lifecycle
