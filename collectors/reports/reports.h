// The reports that collectors leave of one namespace, by type, so that whoever adds a report
// changes nothing here.
#pragma once

#include <any>
#include <map>
#include <typeindex>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tcp_lifecycle {

class Reports {
 public:
  // The report, or why there is none; nullptr where its collector is switched off.
  template <typename Report>
  const absl::StatusOr<Report>* Find() const {
    return FindIn<Report>(reports_);
  }
  // The report; nullptr where there is none, whatever the reason.
  template <typename Report>
  const Report* Get() const {
    const auto* const found = FindIn<Report>(reports_);
    return found != nullptr && found->ok() ? &**found : nullptr;
  }
  template <typename Report>
  Report* Get() {
    auto* const found = FindIn<Report>(reports_);
    return found != nullptr && found->ok() ? &**found : nullptr;
  }
  // OK where there is one.
  template <typename Report>
  absl::Status StatusOf() const {
    const absl::StatusOr<Report>* const found = Find<Report>();
    return found != nullptr ? found->status()
                            : absl::NotFoundError("its collector is switched off");
  }
  template <typename Report>
  void Set(absl::StatusOr<Report> report) {
    reports_.insert_or_assign(typeid(Report), std::move(report));
  }

  // As if its collector were switched off.
  template <typename Report>
  void Remove() {
    reports_.erase(typeid(Report));
  }

 private:
  // `reports`: reports_, const or not, as the result then is.
  template <typename Report, typename Map>
  static auto* FindIn(Map& reports) {
    const auto found = reports.find(typeid(Report));
    return found == reports.end() ? nullptr : std::any_cast<absl::StatusOr<Report>>(&found->second);
  }

  std::map<std::type_index, std::any> reports_;  // each an absl::StatusOr<Report>
};

}  // namespace tcp_lifecycle
