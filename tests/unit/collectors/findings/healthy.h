// What the rules' tests share: a namespace in which nothing is wrong, and the verdict of one rule.
// A rule's tests are a suite of their own, `SyncookiesOffTest` for syncookies_off, with tests named
// `Raised...` and `Cleared...`: rule_test.cc looks for them.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/string_view.h"
#include "collectors/findings/rule.h"
#include "collectors/reports/keepalive_report.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"
#include "tests/unit/builders.h"

namespace tcp_lifecycle {

// A recent kernel's defaults, range 32768-60999 with nothing reserved, every report there and
// empty: every rule can be checked and none is raised.
NamespaceSnapshot MakeHealthy();

// 10.0.0.1 -> `address`:80 with so many ports held, none of them reusable, judged with the capacity
// of `report`, to which it is added.
DestinationReport& AddDestination(PortsReport& report, const std::string& address, uint32_t used);

// By the rule's name.
Verdict Check(absl::string_view rule, const NamespaceSnapshot& ns,
              const FindingSettings& settings = {});

// The line is one for a terminal and matches `line`.
MATCHER_P(Raised, line, "") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  if (!arg->has_value()) {
    *result_listener << "fine";
    return false;
  }
  const std::string& text = **arg;
  for (const char c : text) {
    if (c < ' ' || c > '~') {
      *result_listener << "not one line of ASCII: " << text;
      return false;
    }
  }
  if (text.size() > 300 || text.back() != '.') {
    *result_listener << "too long, or no sentence: " << text;
    return false;
  }
  return ::testing::ExplainMatchResult(line, text, result_listener);
}

MATCHER(Fine, "") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  if (arg->has_value()) *result_listener << **arg;
  return !arg->has_value();
}

MATCHER(NotCheckable, "") {
  if (arg.ok()) *result_listener << arg->value_or("fine");
  return absl::IsNotFound(arg.status());
}

// Not NotFound: what the rule depends on failed.
MATCHER_P(Failed, message, "") {
  *result_listener << arg.status().ToString();
  return arg.status() == absl::UnavailableError(message);
}

}  // namespace tcp_lifecycle
