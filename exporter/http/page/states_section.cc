#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collectors/reports/sockets_report.h"
#include "exporter/http/page/sections.h"

namespace tcp_lifecycle {
namespace {

Html StateRow(const SocketsReport& report, TcpState state, uint64_t most) {
  const std::optional<uint64_t> v4 = report.Count(Family::kIpv4, state);
  const std::optional<uint64_t> v6 = report.Count(Family::kIpv6, state);
  const std::string name = absl::AsciiStrToUpper(Name(state));
  if (!v4.has_value() || !v6.has_value()) {
    return Fill(R"(<tr><th scope="row">$0</th><td colspan="4">$1</td></tr>)", name, Unknown());
  }
  const uint64_t total = *v4 + *v6;
  const Segment segment = {static_cast<double>(total), "used"};
  return Fill(R"(<tr><th scope="row">$0</th><td>$1</td><td>$2</td><td>$3</td>)"
              R"(<td class="wide">$4</td></tr>)",
              name, *v4, *v6, total,
              Bar({&segment, 1}, static_cast<double>(most), absl::StrCat(total, " sockets")));
}

Html HostFigures(const NamespaceFacts& facts) {
  if (!facts.sockstat.ok()) return Problem(facts.sockstat.status());
  const std::optional<uint64_t> memory = facts.sockstat->memory_bytes;
  Html value = Unknown();
  if (memory.has_value()) {
    value = Fill("$0 KiB", *memory / 1024);
    if (facts.socket_memory_limit.ok()) {
      value = Fill("$0 of $1 KiB", *memory / 1024, facts.socket_memory_limit->high_bytes / 1024);
    }
  }
  return Fill(R"(<dl class="figures">$0$1$2</dl>)",
              Figure("Orphaned", ToHtml(facts.sockstat->orphan), "whole host"),
              Figure("Allocated", ToHtml(facts.sockstat->allocated), "whole host"),
              Figure("Buffer memory", value, "whole host"));
}

}  // namespace

Html StatesSection(const SectionInput& input) {
  const auto* report = input.ns.reports.Get<SocketsReport>();
  Html body;
  if (report != nullptr) {
    uint64_t most = 1;
    for (size_t i = 0; i < kTcpStateCount; ++i) {
      most = std::max(most, report->counts[0][i] + report->counts[1][i]);
    }
    Html rows;
    for (size_t i = 0; i < kTcpStateCount; ++i) {
      rows += StateRow(*report, static_cast<TcpState>(i), most);
    }
    body += Fill(R"(<table><thead><tr><th scope="col">State</th><th scope="col">IPv4</th>)"
                 R"(<th scope="col">IPv6</th><th scope="col">Both</th><td class="wide"></td></tr>)"
                 "</thead><tbody>$0</tbody></table>",
                 rows);
  } else {
    body += Missing<SocketsReport>(input.ns, "sockets");
  }
  body += HostFigures(input.ns.facts);
  return Section("states", "Sockets by state", body);
}

}  // namespace tcp_lifecycle
