// The choice of collectors that a request makes by collect[] and exclude[]. The HTTP handler parses
// the query; which choice is allowed, and what is said about one that is not, is decided here.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

struct CollectorNames {
  std::vector<std::string> all;      // in the order of the page
  std::vector<std::string> enabled;  // those of `all` that run
};

class CollectorFilter {
 public:
  // `names` are kept out or, with `collect`, the only ones let in.
  CollectorFilter(bool collect, std::vector<std::string> names)
      : collect_(collect), names_(std::move(names)) {}

  bool Wants(absl::string_view name) const;

 private:
  bool collect_;
  std::vector<std::string> names_;
};

// `collect` and `exclude` are the values of the query's parameters; both empty: every collector.
// InvalidArgument: both are given, a name is unknown (the message lists the known ones), or its
// collector is disabled. The message shows at most the start of an overlong name.
absl::StatusOr<CollectorFilter> ParseFilter(const std::vector<std::string>& collect,
                                            const std::vector<std::string>& exclude,
                                            const CollectorNames& names);

}  // namespace tcp_lifecycle
