#include "absl/strings/str_cat.h"
#include "collectors/findings/rules.h"

namespace tcp_lifecycle {

Verdict CheckSyncookiesOff(const RuleInput& input) {
  const absl::StatusOr<int64_t>& syncookies = input.ns.facts.sysctls[Sysctl::kSyncookies];
  if (!syncookies.ok()) return syncookies.status();
  if (*syncookies != 0) return std::nullopt;
  return "tcp_syncookies is 0: once a queue of half-open connections is full, SYNs are dropped.";
}

Verdict CheckAbortOnOverflow(const RuleInput& input) {
  const absl::StatusOr<int64_t>& abort = input.ns.facts.sysctls[Sysctl::kAbortOnOverflow];
  if (!abort.ok()) return abort.status();
  if (*abort == 0) return std::nullopt;
  return absl::StrCat("tcp_abort_on_overflow is ", *abort,
                      ": a burst that fills an accept queue resets clients that would have got in "
                      "a moment later.");
}

}  // namespace tcp_lifecycle
