// The reader as the exporter opens it, over the running kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/kernel/bpf/bpf_source.h"
#include "collectors/kernel/sock_diag/sock_diag_source.h"
#include "collectors/model/reader_names.h"
#include "tests/unit/collectors/kernel/bpf/no_capabilities.h"

namespace tcp_lifecycle {
namespace {

TEST(LiveOpenBpf, EachKindReadsUnderItsName) {
  for (const WalkKind kind : {WalkKind::kCast, WalkKind::kProbe}) {
    auto source = OpenBpf(kind, *OpenSockDiag());
    if (!source.ok()) GTEST_SKIP() << "SKIPPED: " << source.status();
    EXPECT_EQ((*source)->Name(), kind == WalkKind::kCast ? kBpfReader : kBpfProbeReader);
    SocketVisitor nobody;
    const auto info = (*source)->ForEach({}, Deadline::After(std::chrono::seconds(30)), nobody);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_GT(info->walk_pieces, 0u);
  }
}

TEST(LiveOpenBpf, WithoutTheRightItDoesNotOpen) {
  absl::Status status;
  InThreadWithoutCapabilities(
      [&] { status = OpenBpf(WalkKind::kProbe, *OpenSockDiag()).status(); });
  EXPECT_EQ(status.message(), "loading the probing BPF walk: needs CAP_BPF and CAP_PERFMON");
}

}  // namespace
}  // namespace tcp_lifecycle
