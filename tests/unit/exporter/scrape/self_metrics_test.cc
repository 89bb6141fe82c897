#include "exporter/scrape/self_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "collectors/metrics/text_format.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Describe(const ScrapeResult& result,
                     const absl::StatusOr<ProcessStats>& process = ProcessStats()) {
  FamilySet families;
  DescribeSelf(result, process, {"1.2.3", "abc", "gnu 12", "none"}, families);
  return ToText(families.families());
}

TEST(SelfMetricsTest, OneReaderIsInUseAndTheOthersAreThereAsZero) {
  ScrapeResult result;
  result.source = "procfs";
  const std::string text = Describe(result);
  for (const char* line : {"{reader=\"bpf\"} 0\n", "{reader=\"sock_diag\"} 0\n",
                           "{reader=\"procfs\"} 1\n", "{reader=\"replay\"} 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(SelfMetricsTest, TheBuildIsInLabels) {
  EXPECT_THAT(Describe({}), HasSubstr("tcp_lifecycle_exporter_build_info{version=\"1.2.3\","
                                      "revision=\"abc\",compiler=\"gnu 12\",bpf=\"none\"} 1\n"));
}

TEST(SelfMetricsTest, EachCollectorHasItsSuccessAndItsTime) {
  ScrapeResult result;
  result.collectors.push_back({"good", absl::OkStatus(), 0.25, ""});
  result.collectors.push_back({"bad", absl::DataLossError("x"), 0.5, ""});
  const std::string text = Describe(result);
  for (const char* line :
       {"success{collector=\"good\"} 1\n", "success{collector=\"bad\"} 0\n",
        "seconds{collector=\"good\"} 0.25\n", "seconds{collector=\"bad\"} 0.5\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(SelfMetricsTest, AWalkTellsItsPiecesAndWhatMoved) {
  ScrapeResult result;
  result.snapshot.namespaces.emplace_back();
  result.pass.emplace();
  EXPECT_THAT(Describe(result), Not(HasSubstr("tcp_lifecycle_scrape_pass_pieces")));
  result.snapshot.pass.walk_pieces = 64;
  result.snapshot.pass.walk_rewalks = 2;
  const std::string text = Describe(result);
  EXPECT_THAT(text, HasSubstr("\ntcp_lifecycle_scrape_pass_pieces 64\n"));
  EXPECT_THAT(text, HasSubstr("\ntcp_lifecycle_scrape_pass_rewalks 2\n"));
}

TEST(SelfMetricsTest, APassThatWasCutIsToldAlsoWhereNobodyNeededSockets) {
  ScrapeResult result;
  EXPECT_THAT(Describe(result), Not(HasSubstr("truncated")));
  result.cut_short = true;
  EXPECT_THAT(Describe(result), HasSubstr("\ntcp_lifecycle_scrape_pass_truncated 1\n"));
}

TEST(SelfMetricsTest, CheckedReaderHasEveryFieldAndOthersNone) {
  ScrapeResult result;
  EXPECT_THAT(Describe(result), Not(HasSubstr("disagreements")));
  EXPECT_THAT(Describe(result), Not(HasSubstr("source_checks")));
  result.reader.checks = 4;
  EXPECT_THAT(Describe(result), HasSubstr("\ntcp_lifecycle_scrape_source_checks_total 4\n"));
  EXPECT_THAT(Describe(result), Not(HasSubstr("disagreements")));
  result.reader.disagreements.emplace();
  result.reader.disagreements->at(static_cast<size_t>(CheckedField::kTimer)) = 2;
  const std::string text = Describe(result);
  for (const absl::string_view field : kCheckedFieldNames) {
    EXPECT_THAT(
        text, HasSubstr(absl::StrCat("tcp_lifecycle_scrape_source_disagreements_total{", "field=\"",
                                     field, "\"} ", field == "timer" ? 2 : 0, "\n")));
  }
}

TEST(SelfMetricsTest, WhatTwoReadersCanSayDifferentlyHasItsName) {
  EXPECT_THAT(kCheckedFieldNames,
              ElementsAre("missing", "endpoints", "state", "timer", "remaining", "retransmits",
                          "scope", "keepalive", "unaccepted", "ports"));
  EXPECT_EQ(kCheckedFieldNames[static_cast<size_t>(CheckedField::kPorts)], "ports");
}

TEST(SelfMetricsTest, OwnCostIsThereWithBpfAlone) {
  ScrapeResult result;
  result.passes = 3;
  EXPECT_THAT(Describe(result), HasSubstr("\ntcp_lifecycle_scrape_passes_total 3\n"));
  EXPECT_THAT(Describe(result), Not(HasSubstr("tcp_lifecycle_scrape_bpf")));
  result.reader.bpf_seconds = 0.25;
  ProcessStats process;
  process.bpf_map_bytes = 4096;
  const std::string text = Describe(result, process);
  EXPECT_THAT(text, HasSubstr("\ntcp_lifecycle_scrape_bpf_seconds_total 0.25\n"));
  EXPECT_THAT(text, HasSubstr("\ntcp_lifecycle_scrape_bpf_map_memory_bytes 4096\n"));
}

TEST(SelfMetricsTest, ProcessMetricsHaveTheStandardNames) {
  const std::string text = Describe({}, ProcessStats{1.5, 1700000000.25, 7, 1024, 1 << 20, 4096});
  for (const char* line :
       {"# TYPE process_cpu_seconds_total counter\n", "process_cpu_seconds_total 1.5\n",
        "process_start_time_seconds 1700000000.25\n", "process_open_fds 7\n",
        "process_max_fds 1024\n", "process_virtual_memory_bytes 1048576\n",
        "process_resident_memory_bytes 4096\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace tcp_lifecycle
