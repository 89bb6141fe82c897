#include "exporter/doctor/json.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "exporter/text/json_writer.h"

namespace tcp_lifecycle {
namespace {

constexpr auto kVerdicts =
    std::to_array<absl::string_view>({"fine", "warning", "critical", "not_examined"});

void WritePorts(const std::optional<DoctorPorts>& ports, JsonWriter& json) {
  json.Key("ports");
  if (!ports) return json.Null();
  const std::optional<PortCapacity>& capacity = ports->capacity;
  json.BeginObject();
  json.Key("range_min").Number(ports->range.min);
  json.Key("range_max").Number(ports->range.max);
  json.Key("usable").Number(ports->usable);
  json.Key("reserved").Number(ports->reserved);
  json.Key("open").Number(capacity ? std::optional(capacity->open()) : std::nullopt);
  json.Key("blocked").BeginObject();
  for (size_t by = 0; by < kPortBlockCount; ++by) {
    json.Key(kPortBlockNames[by]).Number(ports->blocked[by]);
  }
  json.EndObject();
  json.EndObject();
}

void WriteFindings(const DoctorFindings& findings, JsonWriter& json) {
  json.Key("rules_checked").Number(findings.checked);
  json.Key("findings").BeginArray();
  for (const DoctorFinding& finding : findings.raised) {
    json.BeginObject();
    json.Key("severity").String(SeverityName(finding.rule->severity));
    json.Key("rule").String(finding.rule->name);
    json.Key("summary").String(finding.line);
    json.Key("over").Bool(finding.over);
    json.Key("remedy").String(finding.rule->remedy);
    json.Key("runbook").String(RunbookOf(*finding.rule));
    json.EndObject();
  }
  json.EndArray();
  json.Key("rules_not_checked").BeginArray();
  for (const UncheckedRule& unchecked : findings.unchecked) {
    json.BeginObject();
    json.Key("rule").String(unchecked.rule->name);
    json.Key("reason").String(unchecked.why.message());
    json.EndObject();
  }
  json.EndArray();
}

template <typename Value>
void WriteBounds(absl::string_view key, const Bounds<Value>& bounds, JsonWriter& json) {
  json.Key(key).BeginObject();
  json.Key("min").Number(bounds.min);
  json.Key("max").Number(bounds.max);
  json.EndObject();
}

void WriteTuple(const DestinationReport& report, JsonWriter& json) {
  json.Key("source_address").String(ToString(report.source));
  json.Key("destination_address").String(ToString(report.address));
  json.Key("destination_port").Number(report.port);
}

void WriteDestination(const DoctorDestination& destination, JsonWriter& json) {
  const DestinationReport& report = destination.report;
  json.BeginObject();
  WriteTuple(report, json);
  json.Key("ports_used").Number(report.used);
  json.Key("ports_time_wait").Number(report.time_wait);
  json.Key("ports_reusable").Number(report.reusable);
  WriteBounds("ports_headroom", report.headroom, json);
  WriteBounds("utilization_ratio", report.utilization, json);
  json.Key("connections_per_second").Number(report.connections_per_second);
  json.Key("seconds_to_exhaustion").Number(report.seconds_to_exhaustion);
  json.Key("seconds_to_free_port").Number(report.seconds_to_free_port);
  json.Key("outlook").String(kOutlookNames.at(static_cast<size_t>(destination.outlook)));
  json.EndObject();
}

template <typename Text>
void WriteStrings(absl::string_view key, const std::vector<Text>& strings, JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const Text& text : strings) json.String(text);
  json.EndArray();
}

void WriteOwners(const SocketOwners& owners, JsonWriter& json) {
  json.Key("sockets").Number(owners.sockets);
  json.Key("time_wait").Number(owners.time_wait);
  json.Key("orphans").Number(owners.orphans);
  json.Key("unseen").Number(owners.unseen);
  json.Key("programs").BeginArray();
  for (const SocketOwner& owner : owners.owners) {
    json.BeginObject();
    json.Key("pid").Number(owner.pid);
    json.Key("name").String(owner.name);
    json.Key("sockets").Number(owner.sockets);
    json.EndObject();
  }
  json.EndArray();
}

void WritePrograms(const DoctorReport& report, JsonWriter& json) {
  const Programs& programs = report.programs;
  const Suspects& suspects = report.suspects;
  json.Key("programs").BeginObject();
  json.Key("error");
  programs.status.ok() ? json.Null() : json.String(programs.status.message());
  json.Key("some_hidden").Bool(programs.some_hidden);
  const auto write = [&](absl::string_view key, bool known, const SocketOwners& owners, auto what) {
    json.Key(key);
    if (!known || !programs.status.ok()) return json.Null();
    json.BeginObject();
    what();
    WriteOwners(owners, json);
    json.EndObject();
  };
  const bool has_destination = suspects.destination.has_value();
  write("destination", has_destination, programs.client,
        [&] { WriteTuple(*suspects.destination, json); });
  write("server", has_destination && programs.server.sockets > 0, programs.server, [] {});
  write("listener", suspects.listener.has_value(), programs.listener, [&] {
    json.Key("listen_address").String(ToString(suspects.listener->address));
    json.Key("listen_port").Number(suspects.listener->port);
    json.Key("queue_sockets").Number(suspects.listener->queue);
    json.Key("queue_limit").Number(suspects.listener->limit);
  });
  write("range", suspects.range.has_value(), programs.range, [&] {
    json.Key("range_min").Number(suspects.range->min);
    json.Key("range_max").Number(suspects.range->max);
  });
  write("unclosed", suspects.unclosed_port.has_value(), programs.unclosed,
        [&] { json.Key("listen_port").Number(*suspects.unclosed_port); });
  json.EndObject();
}

void WriteMovements(const DoctorReport& report, JsonWriter& json) {
  json.Key("sampled_seconds").Number(report.seconds);
  json.Key("movements").BeginArray();
  for (const Movement& movement : report.movements) {
    json.BeginObject();
    json.Key("counter").String(
        absl::StrCat(movement.counter->protocol, ".", movement.counter->name));
    json.Key("meaning").String(movement.counter->meaning);
    json.Key("per_second").Number(movement.per_second);
    json.EndObject();
  }
  json.EndArray();
}

void WriteUnexamined(const std::vector<Unexamined>& unexamined, JsonWriter& json) {
  json.Key("not_examined").BeginArray();
  for (const Unexamined& each : unexamined) {
    json.BeginObject();
    WriteStrings("collectors", each.collectors, json);
    WriteStrings("rules", each.rules, json);
    json.Key("reason").String(each.reason);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string ToJson(const DoctorReport& report) {
  JsonWriter json;
  json.BeginObject();
  json.Key("subject").String(report.subject);
  json.Key("netns").String(report.netns);
  json.Key("reader");
  report.reader.empty() ? json.Null() : json.String(report.reader);
  json.Key("time").String(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", report.time, absl::UTCTimeZone()));
  json.Key("version").String(report.version);
  json.Key("verdict").String(kVerdicts.at(static_cast<size_t>(report.exit_status())));
  json.Key("exit_status").Number(report.exit_status());
  WritePorts(report.ports, json);
  WriteFindings(report.findings, json);
  json.Key("distinct_destinations").Number(report.distinct_destinations);
  json.Key("destinations").BeginArray();
  for (const DoctorDestination& each : report.destinations) WriteDestination(each, json);
  json.EndArray();
  WriteStrings("outlook", report.outlook, json);
  WriteStrings("remedies", report.remedies, json);
  WritePrograms(report, json);
  WriteMovements(report, json);
  WriteUnexamined(report.unexamined, json);
  WriteStrings("advice", report.advice, json);
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace tcp_lifecycle
