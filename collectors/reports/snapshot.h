// What one pass found: for each namespace its facts and every collector's report. Families, the
// page and the doctor are views of it. Immutable once the pass has ended.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "collectors/model/facts.h"
#include "collectors/model/socket_source.h"
#include "collectors/reports/reports.h"

namespace tcp_lifecycle {

struct NamespaceSnapshot {
  NamespaceFacts facts;
  // OK when the socket stream of this namespace is whole.
  absl::Status stream;
  // Not the exporter's own: why a fact is missing that its families are made of.
  absl::Status facts_status;
  Reports reports;

  // OK when all that the page has of it could be read.
  const absl::Status& failure() const { return facts_status.ok() ? stream : facts_status; }
};

struct Snapshot {
  // By Socket::namespace_index; the exporter's own first, and always there.
  std::vector<NamespaceSnapshot> namespaces;
  uint64_t omitted_namespaces = 0;  // for the limit of their number
  // SocketQuery::most_bound_inactive
  std::optional<uint64_t> most_bound_inactive = std::nullopt;
  bool source_knows_scope = true;  // SocketSource::KnowsScope()
  PassInfo pass;

  const NamespaceSnapshot& own() const { return namespaces.front(); }
};

}  // namespace tcp_lifecycle
