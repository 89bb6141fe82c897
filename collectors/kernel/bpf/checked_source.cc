#include "collectors/kernel/bpf/checked_source.h"

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

// A check may take half of a pass's time: the pass comes after it.
constexpr int kShareOfTime = 2;

bool ReadsConnections(const SocketQuery& query) {
  return !query.states.Without(TcpState::kListen).Without(TcpState::kBoundInactive).empty();
}

}  // namespace

ReaderAccount CheckedSource::Account() const {
  ReaderAccount account = fallback_ ? account_ : parts_.reader->Account();
  account.checks = checks_;
  if (checks_ != 0) account.disagreements = disagreements_;
  return account;
}

absl::StatusOr<PassInfo> CheckedSource::ForEach(const SocketQuery& query, const Deadline& deadline,
                                                SocketVisitor& visitor) {
  if (!fallback_ && ReadsConnections(query)) {
    const auto now = parts_.clock.now();
    if (!WrongField() && (!next_check_ || now >= *next_check_)) Check(deadline);
    if (const std::optional<CheckedField> field = WrongField()) {
      if (absl::Status status = GiveUp(*field); !status.ok()) return status;
    }
  }
  SocketSource& current = fallback_ ? *fallback_ : *parts_.reader;
  return current.ForEach(query, deadline, visitor);
}

absl::StatusOr<ReaderCheck> CheckedSource::Compare(const Deadline& deadline) {
  if (!parts_.lookup.ok()) return parts_.lookup.status();
  const Deadline early = Deadline::After(deadline.Left() / kShareOfTime);
  return CheckReader(*parts_.reader, **parts_.lookup, ++seed_, early, parts_.clock);
}

void CheckedSource::Check(const Deadline& deadline) {
  const auto now = parts_.clock.now();
  absl::StatusOr<ReaderCheck> check = Compare(deadline);
  const bool late = absl::IsDeadlineExceeded(check.status());
  next_check_ = now + (late ? kAfterLateCheck : kBetweenChecks);
  if (check.status().code() != last_code_ && !check.ok()) {
    parts_.observer->OnNotChecked(check.status());
  }
  last_code_ = check.status().code();
  if (!check.ok()) return;
  ++checks_;
  // One odd socket counts once, however often it is looked at.
  std::erase_if(check->disagreements, [&](const Disagreement& one) {
    return !counted_.emplace(one.field, one.socket).second;
  });
  if (check->disagreements.empty()) return;
  for (const Disagreement& one : check->disagreements) {
    ++disagreements_[static_cast<size_t>(one.field)];
  }
  parts_.observer->OnDisagreements(*check);
  // Too few of a kind to be sure: the next pass looks for more.
  next_check_ = now;
}

std::optional<CheckedField> CheckedSource::WrongField() const {
  for (size_t i = 0; i < kCheckedFieldCount; ++i) {
    if (disagreements_[i] >= kMostDisagreements) return static_cast<CheckedField>(i);
  }
  return std::nullopt;
}

absl::Status CheckedSource::GiveUp(CheckedField field) {
  absl::StatusOr<std::unique_ptr<SocketSource>> fallback = parts_.open_fallback();
  if (!fallback.ok()) {
    return {fallback.status().code(),
            absl::StrCat("the BPF reader is wrong about the field ",
                         kCheckedFieldNames[static_cast<size_t>(field)],
                         ", and sock_diag does not open: ", fallback.status().message())};
  }
  fallback_ = *std::move(fallback);
  account_ = parts_.reader->Account();
  parts_.reader.reset();  // with its programs and maps
  parts_.observer->OnGivenUp(field);
  return absl::OkStatus();
}

}  // namespace tcp_lifecycle
