#include "collectors/events.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collectors/snapshot.h"

namespace tcp_lifecycle {
namespace {

using prometheus::MetricType;
using Destination = ConnectEvents::Destination;

constexpr std::array<absl::string_view, 3> kDestinationLabels = {"netns", "destination_address",
                                                                 "destination_port"};
constexpr std::array<absl::string_view, 2> kErrorLabels = {"netns", "error"};
constexpr absl::string_view kSource = "tracepoint inet_sock_set_state, SYN_SENT to CLOSE";
constexpr absl::string_view kSince = "5.10, by BPF";

constexpr FamilyDescriptor kPortExhaustion = {
    "tcp_lifecycle_port_exhaustion_total",
    MetricType::Counter,
    kDestinationLabels,
    "connect() calls that failed because no local port was free (EADDRNOTAVAIL). The first 20 "
    "destinations to which that happens have series of their own, the others are other.",
    kSource,
    kSince};
constexpr FamilyDescriptor kConnectFailures = {
    "tcp_lifecycle_connect_failures_total",
    MetricType::Counter,
    kErrorLabels,
    "Connections that failed before they were established, by errno; not those for which there was "
    "no route to begin with, nor those that their program gave up.",
    kSource,
    kSince};
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
