#include "exporter/assembly/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/model/reader_names.h"

namespace tcp_lifecycle {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

std::vector<absl::string_view> Names(SourceChoice source = SourceChoice::kAuto,
                                     bool no_bpf = false) {
  Options options;
  options.source = source;
  options.no_bpf = no_bpf;
  std::vector<absl::string_view> names;
  for (const SourceCandidate& candidate : LiveSources(options)) names.push_back(candidate.name);
  return names;
}

TEST(LiveSourcesTest, AutoTriesAllInTheOrderThatTheHelpHas) {
  EXPECT_THAT(Names(), ElementsAreArray(kLiveReaderNames));
}

TEST(LiveSourcesTest, OneThatIsNamedIsTheOnlyOne) {
  for (const SourceChoice source : {SourceChoice::kBpf, SourceChoice::kBpfProbe,
                                    SourceChoice::kSockDiag, SourceChoice::kProcfs}) {
    EXPECT_THAT(Names(source), ElementsAre(NameOf(source)));
  }
}

TEST(LiveSourcesTest, WithoutBpfTheOthersAreTried) {
  EXPECT_THAT(Names(SourceChoice::kAuto, true), ElementsAre(kSockDiagReader, kProcfsReader));
}

}  // namespace
}  // namespace tcp_lifecycle
