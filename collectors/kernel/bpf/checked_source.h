// A BPF reader that checks itself against sock_diag (reader_check.h): before the first pass that
// reads connections and every few minutes, so that no page is made of what a failed check has seen.
// After kMostDisagreements about one field, each of another socket, it is given up, and sock_diag
// reads from then on, until the exporter starts again: a kernel may load the walk and mean
// something else by a field.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/bpf/reader_check.h"
#include "collectors/kernel/sock_diag/lookup.h"
#include "collectors/model/socket_source.h"

namespace tcp_lifecycle {

class CheckedSource : public SocketSource {
 public:
  static constexpr std::chrono::minutes kBetweenChecks{5};
  static constexpr std::chrono::minutes kAfterLateCheck{1};  // one that had not enough time
  static constexpr uint64_t kMostDisagreements = 3;

  // What a check leads to; called during ForEach.
  class Observer {
   public:
    virtual ~Observer() = default;
    // Once for each code in a row.
    virtual void OnNotChecked(const absl::Status& /*status*/) {}
    // After each check with disagreements.
    virtual void OnDisagreements(const ReaderCheck& /*check*/) {}
    virtual void OnGivenUp(CheckedField /*field*/) {}
  };
  struct Parts {
    std::unique_ptr<SocketSource> reader;
    // What reads sockets once the reader is given up.
    std::function<absl::StatusOr<std::unique_ptr<SocketSource>>()> open_fallback;
    absl::StatusOr<std::unique_ptr<SocketLookup>> lookup;
    std::unique_ptr<Observer> observer;
    CheckClock clock = CheckClock::Real();
  };

  // To be made, like its parts, in the exporter's own namespace, whose sockets are compared.
  explicit CheckedSource(Parts parts) : parts_(std::move(parts)) {}

  absl::string_view Name() const override { return Current().Name(); }
  ReaderAccount Account() const override;
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override;

 private:
  const SocketSource& Current() const { return fallback_ ? *fallback_ : *parts_.reader; }
  void Check(const Deadline& deadline);
  absl::StatusOr<ReaderCheck> Compare(const Deadline& deadline);
  absl::Status GiveUp(CheckedField field);
  // The first field with kMostDisagreements, if any.
  std::optional<CheckedField> WrongField() const;

  Parts parts_;
  std::unique_ptr<SocketSource> fallback_;  // null until the reader is given up
  ReaderAccount account_;                   // the reader's, since it was given up
  Disagreements disagreements_{};
  // What was counted; few, for the reader is given up soon.
  absl::flat_hash_set<std::pair<CheckedField, std::string>> counted_;
  std::optional<Deadline::Clock::time_point> next_check_;
  absl::StatusCode last_code_ = absl::StatusCode::kOk;
  uint64_t seed_ = 0;
  uint64_t checks_ = 0;  // that came to their end
};

}  // namespace tcp_lifecycle
