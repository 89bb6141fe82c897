#include "collectors/kernel/bpf/load_log.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kMostBytes = 300;

bool NamesTheCause(absl::string_view line) {
  return absl::StrContains(line, "failed to resolve CO-RE relocation") ||
         absl::StrContains(line, "extern (func ksym)");
}

// "R0=..." or "R10_w=...": the verifier's state, not "R1 invalid mem access".
bool IsRegisterState(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "R")) return false;
  while (!line.empty() && absl::ascii_isdigit(static_cast<unsigned char>(line.front()))) {
    line.remove_prefix(1);
  }
  return absl::StartsWith(line, "=") || absl::StartsWith(line, "_");
}

// Not the verifier's figures, its instructions and states, nor libbpf's frame around them.
bool IsVerdict(absl::string_view line) {
  return !line.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(line.front())) &&
         !absl::StartsWithIgnoreCase(line, "processed ") && !absl::StartsWith(line, "--") &&
         !absl::StartsWith(line, ";") && !IsRegisterState(line) &&
         !absl::StartsWith(line, "from ") && !absl::StartsWith(line, "libbpf:");
}

}  // namespace

std::string ReasonIn(absl::string_view log) {
  absl::string_view verdict;
  absl::string_view first;
  for (absl::string_view line : absl::StrSplit(log, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    // libbpf's guess about every refusal.
    if (absl::StrContains(line, "RLIMIT_MEMLOCK")) continue;
    if (NamesTheCause(line)) {
      verdict = line;
      break;
    }
    if (first.empty()) first = line;
    if (IsVerdict(line)) verdict = line;
  }
  if (verdict.empty()) verdict = first;
  absl::ConsumePrefix(&verdict, "libbpf: ");
  if (verdict.empty()) return "no further reason given";
  std::string reason(verdict.substr(0, kMostBytes));
  std::replace_if(
      reason.begin(), reason.end(),
      [](char c) { return !absl::ascii_isprint(static_cast<unsigned char>(c)); }, '?');
  return reason;
}

}  // namespace tcp_lifecycle
