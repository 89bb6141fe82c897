// The families of the ports collector: names, labels, help and where the kernel tells them. Data
// alone; ports.cc fills them.
#pragma once

#include <array>

#include "absl/strings/string_view.h"
#include "collectors/collector.h"

namespace tcp_lifecycle::ports_families {

using prometheus::MetricType;

inline constexpr std::array<absl::string_view, 2> kBlockLabels = {"netns", "by"};
inline constexpr std::array<absl::string_view, 2> kBoundLabels = {"netns", "bound"};
inline constexpr std::array<absl::string_view, 2> kSourceLabels = {"netns", "source_address"};
inline constexpr std::array<absl::string_view, 4> kDestinationLabels = {
    "netns", "source_address", "destination_address", "destination_port"};
inline constexpr std::array<absl::string_view, 5> kDestinationBoundLabels = {
    "netns", "source_address", "destination_address", "destination_port", "bound"};
inline constexpr std::array<absl::string_view, 5> kDestinationStateLabels = {
    "netns", "source_address", "destination_address", "destination_port", "state"};
inline constexpr absl::string_view kRangeSource = "net/ipv4/ip_local_port_range";
inline constexpr absl::string_view kStreamSource =
    "inet_diag or /proc/net/tcp and tcp6, local ports";

inline constexpr FamilyDescriptor kRangeMin = {
    "tcp_lifecycle_ephemeral_port_range_min",        MetricType::Gauge, kNetnsLabel,
    "Lowest port that connect() chooses by itself.", kRangeSource,      ""};
inline constexpr FamilyDescriptor kRangeMax = {
    "tcp_lifecycle_ephemeral_port_range_max",         MetricType::Gauge, kNetnsLabel,
    "Highest port that connect() chooses by itself.", kRangeSource,      ""};
inline constexpr FamilyDescriptor kReserved = {
    "tcp_lifecycle_ephemeral_ports_reserved",
    MetricType::Gauge,
    kNetnsLabel,
    "Ports inside the range that the administrator has reserved: connect() skips them.",
    "net/ipv4/ip_local_reserved_ports",
    ""};
inline constexpr FamilyDescriptor kUsable = {
    "tcp_lifecycle_ephemeral_ports",
    MetricType::Gauge,
    kNetnsLabel,
    "Usable ephemeral ports: the range less the reserved ones. Each destination can use all of "
    "them again.",
    "net/ipv4/ip_local_port_range, ip_local_reserved_ports",
    ""};
inline constexpr FamilyDescriptor kBlocked = {
    "tcp_lifecycle_ephemeral_ports_blocked",
    MetricType::Gauge,
    kBlockLabels,
    "Usable ports that no autobinding connect() can take, whatever its destination, by what holds "
    "them; a port counts once, in the order listen, bound, inbound. bound is absent where the "
    "source cannot see bound sockets; only with a BPF reader it has the connected ones as well.",
    kStreamSource,
    "by=bound: 6.8, by BPF 5.10"};
inline constexpr FamilyDescriptor kUsed = {
    "tcp_lifecycle_ephemeral_ports_used",
    MetricType::Gauge,
    kNetnsLabel,
    "Distinct usable ports held by any socket in any state, over all destinations; no measure of "
    "exhaustion by itself.",
    kStreamSource,
    ""};

inline constexpr FamilyDescriptor kMaxUtilization = {
    "tcp_lifecycle_destination_utilization_max_ratio",
    MetricType::Gauge,
    kBoundLabels,
    "Share of the open ports (usable less blocked) that is taken towards the fullest of all "
    "destinations: at least (bound=min) and at most (bound=max). 1 when no port "
    "is open, else 0 without destinations.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kUtilization = {
    "tcp_lifecycle_destination_utilization_ratio",
    MetricType::Gauge,
    kDestinationBoundLabels,
    "Share of the open ports that is taken towards this destination, at least (bound=min: 1 - "
    "headroom max / open) and at most (bound=max: 1 - headroom min / open). The fullest "
    "destinations are on the page.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kPortsUsed = {
    "tcp_lifecycle_destination_ports_used",
    MetricType::Gauge,
    kDestinationLabels,
    "Usable ports held by sockets in any state towards this destination.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kPortsTimeWait = {
    "tcp_lifecycle_destination_ports_time_wait",     MetricType::Gauge, kDestinationLabels,
    "Of destination_ports_used those in TIME_WAIT.", kStreamSource,     ""};
inline constexpr FamilyDescriptor kPortsReusable = {
    "tcp_lifecycle_destination_ports_reusable",
    MetricType::Gauge,
    kDestinationLabels,
    "Of destination_ports_time_wait those that a connect() may take over now by tcp_tw_reuse; an "
    "upper bound but with a BPF reader, for a peer without timestamps or a bound port is never "
    "reused.",
    "TIME_WAIT ages, net/ipv4/tcp_tw_reuse, tcp_tw_reuse_delay, tcp_timestamps",
    ""};
inline constexpr FamilyDescriptor kHeadroom = {
    "tcp_lifecycle_destination_ports_headroom",
    MetricType::Gauge,
    kDestinationBoundLabels,
    "Connections to this destination still possible now: at least (bound=min) and at most "
    "(bound=max). With a BPF reader the two differ only in a range of an odd number of ports, for "
    "sockets bound to a device, and before Linux 6.12 by orphaned FIN_WAIT2 sockets. Where the "
    "source "
    "cannot see bound sockets, the minimum is lower by the number that there can be.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kRate = {
    "tcp_lifecycle_destination_connections_per_second",
    MetricType::Gauge,
    kDestinationLabels,
    "New TIME_WAIT sockets towards this destination over the last 5 seconds, by 5: connections "
    "closed here first; a lower bound where ports are reused sooner.",
    "TIME_WAIT ages",
    ""};
inline constexpr FamilyDescriptor kExhaustion = {
    "tcp_lifecycle_destination_seconds_to_exhaustion",
    MetricType::Gauge,
    kDestinationLabels,
    "Seconds until every open port is taken, 0 when they are, if connections go on at "
    "destination_connections_per_second while TIME_WAIT sockets expire; absent when that does not "
    "happen within 60.",
    "TIME_WAIT ages and remaining times",
    ""};
inline constexpr FamilyDescriptor kFreePort = {
    "tcp_lifecycle_destination_seconds_to_free_port",
    MetricType::Gauge,
    kDestinationLabels,
    "Seconds until the first TIME_WAIT lets go of a port, by expiry or reuse; only while no port "
    "is left towards this destination.",
    "TIME_WAIT ages and remaining times",
    ""};
inline constexpr FamilyDescriptor kDestinationSockets = {
    "tcp_lifecycle_destination_sockets",
    MetricType::Gauge,
    kDestinationStateLabels,
    "Sockets towards this destination that wait for an answer (syn_sent, and of these those that "
    "had to ask again) or for our program to close (close_wait); where there are 10 of one.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kDestinations = {
    "tcp_lifecycle_destinations",
    MetricType::Gauge,
    kNetnsLabel,
    "Distinct source address, destination address and port of outbound connections, of all "
    "namespaces; an estimate once destination_table_evictions is not 0.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kExported = {
    "tcp_lifecycle_destinations_exported",
    MetricType::Gauge,
    kNetnsLabel,
    "Destinations, of all namespaces, that have series on this page.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kTableLimit = {
    "tcp_lifecycle_destination_table_limit",
    MetricType::Gauge,
    kNetnsLabel,
    "Destinations, of all namespaces, that can be counted exactly in one pass.",
    "constant",
    ""};
inline constexpr FamilyDescriptor kTableEvictions = {
    "tcp_lifecycle_destination_table_evictions",
    MetricType::Gauge,
    kNetnsLabel,
    "Destinations, of all namespaces, with few sockets that this pass dropped to stay within "
    "destination_table_limit.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kTableError = {
    "tcp_lifecycle_destination_table_error_ports",
    MetricType::Gauge,
    kNetnsLabel,
    "The most ports that destination_ports_used of any destination can be too low by, for "
    "evictions.",
    kStreamSource,
    ""};
inline constexpr FamilyDescriptor kBindFree = {
    "tcp_lifecycle_bind_ports_free",
    MetricType::Gauge,
    kSourceLabels,
    "Ports that bind() to this source address and port 0 can still choose from, over all "
    "destinations; any is the wildcard address. The fullest 10 sources. Where the source cannot "
    "see "
    "bound sockets: at least so many, and absent where there can be more of these than a hundredth "
    "of "
    "the usable ports.",
    "inet_diag or /proc/net/tcp and tcp6, local ports; net/sockstat and sockstat6",
    ""};

inline constexpr std::array kAll = {
    kRangeMin,     kRangeMax,      kReserved,       kUsable,
    kBlocked,      kUsed,          kMaxUtilization, kUtilization,
    kPortsUsed,    kPortsTimeWait, kPortsReusable,  kHeadroom,
    kRate,         kExhaustion,    kFreePort,       kDestinationSockets,
    kDestinations, kExported,      kTableLimit,     kTableEvictions,
    kTableError,   kBindFree};

}  // namespace tcp_lifecycle::ports_families
