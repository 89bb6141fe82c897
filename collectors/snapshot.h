// What one pass found: for each namespace its facts and every collector's report. Families, the
// page and the doctor are views of it. Immutable once the pass has ended.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/list.h"
#include "collectors/model/facts.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

// std::tuple<absl::StatusOr<Report>...> over the list; a collector whose Report is void has none.
template <typename List>
struct ReportsOf;
template <typename... Collectors>
struct ReportsOf<std::tuple<Collectors...>> {
  template <typename Report>
  using Part =
      std::conditional_t<std::is_void_v<Report>, std::tuple<>, std::tuple<absl::StatusOr<Report>>>;
  using Type = decltype(std::tuple_cat(std::declval<Part<typename Collectors::Report>>()...));
};

struct NamespaceSnapshot {
  NamespaceFacts facts;
  // OK when the socket stream of this namespace is whole.
  absl::Status stream;
  // Of a foreign one: why a fact is not there that its kernel has.
  absl::Status compact_facts;
  // OK when all that the page tells of it could be read.
  const absl::Status& failure() const { return compact_facts.ok() ? stream : compact_facts; }
  ReportsOf<CollectorList>::Type reports;

  template <typename Report>
  absl::StatusOr<Report>& Get() {
    return std::get<absl::StatusOr<Report>>(reports);
  }
  template <typename Report>
  const absl::StatusOr<Report>& Get() const {
    return std::get<absl::StatusOr<Report>>(reports);
  }
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
