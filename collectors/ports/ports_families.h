// The families of the ports collector: names, labels, help and where the kernel tells them. Data
// alone; ports.cc fills them.
#pragma once

#include <array>

#include "absl/strings/string_view.h"
#include "collectors/collector.h"

namespace tcp_lifecycle::ports_families {

inline constexpr LabelNames kDestination = {"source_address", "destination_address",
                                            "destination_port"};
inline constexpr LabelNames kDestinationBound = {"source_address", "destination_address",
                                                 "destination_port", "bound"};
inline constexpr LabelNames kDestinationState = {"source_address", "destination_address",
                                                 "destination_port", "state"};
inline constexpr MetricSource kRange = {"net/ipv4/ip_local_port_range", {Fact::kEphemeralPorts}};
inline constexpr absl::string_view kLocalPorts = "inet_diag or /proc/net/tcp and tcp6, local ports";
inline constexpr MetricSource kHeld = {kLocalPorts, {Fact::kEphemeralPorts}};
// Whether a TIME_WAIT can be reused is a matter of settings.
inline constexpr MetricSource kJudged = {kLocalPorts, {Fact::kEphemeralPorts, Fact::kSysctls}};

inline constexpr FamilyDescriptor kRangeMin =
    Gauge("ephemeral_port_range_min", {}, "Lowest port that connect() chooses by itself.", kRange)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kRangeMax =
    Gauge("ephemeral_port_range_max", {}, "Highest port that connect() chooses by itself.", kRange)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kReserved =
    Gauge("ephemeral_ports_reserved", {},
          "Ports inside the range that the administrator has reserved: connect() skips them.",
          {"net/ipv4/ip_local_reserved_ports", {Fact::kEphemeralPorts}});
inline constexpr FamilyDescriptor kUsable =
    Gauge("ephemeral_ports", {},
          "Usable ephemeral ports: the range less the reserved ones. Each destination can use all "
          "of them again.",
          {"net/ipv4/ip_local_port_range, ip_local_reserved_ports", {Fact::kEphemeralPorts}})
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kBlocked =
    Gauge("ephemeral_ports_blocked", {"blocker"},
          "Usable ports that no autobinding connect() can take, whatever its destination, by what "
          "holds them; a port counts once, in the order listen, bound, inbound. bound is absent "
          "where the source cannot see bound sockets; only with a BPF reader it has the connected "
          "ones as well.",
          kHeld)
        .Of(Scope::kEveryNamespace)
        .Since("blocker=bound: 6.8, by BPF 5.10");
inline constexpr FamilyDescriptor kUsed =
    Gauge("ephemeral_ports_used", {},
          "Distinct usable ports held by any socket in any state, over all destinations; no "
          "measure of exhaustion by itself.",
          kHeld)
        .Of(Scope::kEveryNamespace);

inline constexpr FamilyDescriptor kMaxUtilization =
    Gauge("destination_utilization_max_ratio", {"bound"},
          "Share of the open ports (usable less blocked) that is taken towards the fullest of all "
          "destinations: at least (bound=min) and at most (bound=max). 1 when no port is open, "
          "else 0 without destinations.",
          kJudged)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kUtilization =
    Gauge("destination_utilization_ratio", kDestinationBound,
          "Share of the open ports that is taken towards this destination, at least (bound=min: 1 "
          "- headroom max / open) and at most (bound=max: 1 - headroom min / open). The fullest "
          "destinations are on the page.",
          kJudged)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kPortsUsed =
    Gauge("destination_ports_used", kDestination,
          "Usable ports held by sockets in any state towards this destination.", kHeld)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kPortsTimeWait =
    Gauge("destination_ports_time_wait", kDestination,
          "Of destination_ports_used those in TIME_WAIT.", kHeld)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kPortsReusable =
    Gauge("destination_ports_reusable", kDestination,
          "Of destination_ports_time_wait those that a connect() may take over now by "
          "tcp_tw_reuse; an upper bound but with a BPF reader, for a peer without timestamps or a "
          "bound port is never reused.",
          {"TIME_WAIT ages, net/ipv4/tcp_tw_reuse, tcp_tw_reuse_delay, tcp_timestamps",
           {Fact::kEphemeralPorts, Fact::kSysctls}})
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kHeadroom =
    Gauge("destination_ports_headroom", kDestinationBound,
          "Connections to this destination still possible now: at least (bound=min) and at most "
          "(bound=max). With a BPF reader the two differ only in a range of an odd number of "
          "ports, for sockets bound to a device, and before Linux 6.12 by orphaned FIN_WAIT2 "
          "sockets. Where the source cannot see bound sockets, the minimum is lower by the number "
          "that there can be.",
          kJudged)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kRate =
    Gauge("destination_connections_per_second", kDestination,
          "New TIME_WAIT sockets towards this destination over the last 5 seconds, by 5: "
          "connections closed here first; a lower bound where ports are reused sooner.",
          {"TIME_WAIT ages", {Fact::kEphemeralPorts, Fact::kSysctls}})
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kExhaustion =
    Gauge(
        "destination_seconds_to_exhaustion", kDestination,
        "Seconds until every open port is taken, 0 when they are, if connections go on as they "
        "have come within the last minute while TIME_WAIT sockets expire; absent where that is "
        "not within 60 s, or further off than the load has lasted (twice as far from 10 s on), and "
        "where the load has stopped.",
        {"TIME_WAIT ages and remaining times", {Fact::kEphemeralPorts, Fact::kSysctls}})
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kFreePort =
    Gauge("destination_seconds_to_free_port", kDestination,
          "Seconds until the first TIME_WAIT lets go of a port, by expiry or reuse; only while no "
          "port is left towards this destination.",
          {"TIME_WAIT ages and remaining times", {Fact::kEphemeralPorts, Fact::kSysctls}})
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kDestinationSockets =
    Gauge("destination_sockets", kDestinationState,
          "Sockets towards this destination that wait for an answer (syn_sent, and of these those "
          "that have sent their SYN again) or for our program to close (close_wait); where there "
          "are 10 of "
          "one.",
          kHeld)
        .Of(Scope::kEveryNamespace);
inline constexpr FamilyDescriptor kDestinations =
    Gauge("destinations", {},
          "Distinct source address, destination address and port of outbound connections, of all "
          "namespaces; an estimate once destination_table_evictions is not 0.",
          kHeld)
        .Of(Scope::kHost);
inline constexpr FamilyDescriptor kExported =
    Gauge("destinations_exported", {},
          "Destinations, of all namespaces, that have series on this page.", kHeld)
        .Of(Scope::kHost);
inline constexpr FamilyDescriptor kTableLimit =
    Gauge("destination_table_limit", {},
          "Destinations, of all namespaces, that can be counted exactly in one pass.",
          {"constant", {Fact::kEphemeralPorts}})
        .Of(Scope::kHost);
inline constexpr FamilyDescriptor kTableEvictions =
    Gauge("destination_table_evictions", {},
          "Destinations, of all namespaces, with few sockets that this pass dropped to stay "
          "within destination_table_limit.",
          kHeld)
        .Of(Scope::kHost);
inline constexpr FamilyDescriptor kTableError =
    Gauge("destination_table_error_ports", {},
          "The most ports that destination_ports_used of any destination can be too low by, for "
          "evictions.",
          kHeld)
        .Of(Scope::kHost);
inline constexpr FamilyDescriptor kBindFree =
    Gauge("bind_ports_free", {"source_address"},
          "Ports that bind() to this source address and port 0 can still choose from, over all "
          "destinations; any is the wildcard address. The fullest 10 sources. Where the source "
          "cannot see bound sockets: at least so many, and absent where there can be more of "
          "these than a hundredth of the usable ports.",
          {"inet_diag or /proc/net/tcp and tcp6, local ports; net/sockstat and sockstat6",
           {Fact::kSockstat, Fact::kEphemeralPorts}});

inline constexpr std::array kAll = {
    kRangeMin,     kRangeMax,      kReserved,       kUsable,
    kBlocked,      kUsed,          kMaxUtilization, kUtilization,
    kPortsUsed,    kPortsTimeWait, kPortsReusable,  kHeadroom,
    kRate,         kExhaustion,    kFreePort,       kDestinationSockets,
    kDestinations, kExported,      kTableLimit,     kTableEvictions,
    kTableError,   kBindFree};

}  // namespace tcp_lifecycle::ports_families
