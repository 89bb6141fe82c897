#include "exporter/commands/metrics_doc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

constexpr std::array kFamilies = {
    Gauge("a_sockets", {"state"}, "Sockets | all.", "inet_diag").Of(Scope::kEveryNamespace),
    Counter("a_total", {}, "Events.", "TcpExt A").Of(Scope::kExporter).Since("6.8")};

class Named : public Collector {
 public:
  absl::string_view Name() const override { return "a"; }
  std::span<const FamilyDescriptor> Families() const override { return kFamilies; }
  absl::Status Describe(const Snapshot&, FamilySet&) const override { return absl::OkStatus(); }
};

TEST(MetricsDocTest, EachFamilyIsARowUnderItsCollector) {
  std::vector<std::unique_ptr<const Collector>> collectors;
  collectors.push_back(std::make_unique<Named>());
  EXPECT_THAT(MetricsMarkdown(collectors, {}),
              HasSubstr("\n## Collector a\n\n"
                        "| family | type | labels | scope | meaning | source | since |\n"
                        "|---|---|---|---|---|---|---|\n"
                        "| `tcp_lifecycle_a_sockets` | gauge | netns, state | every | "
                        "Sockets \\| all. | inet_diag | |\n"
                        "| `tcp_lifecycle_a_total` | counter | | exporter | Events. | TcpExt A | "
                        "6.8 |\n"));
}

TEST(MetricsDocTest, FamiliesOfNoCollectorHaveTheirOwnTable) {
  EXPECT_THAT(MetricsMarkdown({}, kFamilies), HasSubstr("\n## The exporter itself\n\n| family |"));
}

}  // namespace
}  // namespace tcp_lifecycle
