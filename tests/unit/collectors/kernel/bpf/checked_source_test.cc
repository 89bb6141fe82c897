#include "collectors/kernel/bpf/checked_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/collectors/kernel/bpf/fake_readers.h"

namespace tcp_lifecycle {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Fallback : public SocketSource {
 public:
  absl::string_view Name() const override { return "sock_diag"; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery&, const Deadline&, SocketVisitor&) override {
    PassInfo info;
    info.sockets = 4711;
    return info;
  }
};

class Events : public CheckedSource::Observer {
 public:
  explicit Events(std::vector<std::string>& log) : log_(log) {}
  void OnNotChecked(const absl::Status& status) override { log_.push_back(status.ToString()); }
  void OnDisagreements(const ReaderCheck& check) override {
    log_.push_back(std::to_string(check.disagreements.size()) + " disagreements");
  }
  void OnGivenUp(CheckedField field) override {
    log_.push_back("given up for " + std::string(kCheckedFieldNames[static_cast<size_t>(field)]));
  }

 private:
  std::vector<std::string>& log_;
};

class CheckedSourceTest : public testing::Test {
 protected:
  CheckedSourceTest() {
    for (uint16_t i = 1; i <= 5; ++i) kernel_.Add(TcpState::kEstablished, i);
  }

  std::unique_ptr<CheckedSource> Make() {
    CheckedSource::Parts parts;
    auto reader = std::make_unique<FakeReader>(kernel_);
    reader_ = reader.get();
    parts.reader = std::move(reader);
    parts.open_fallback = [this]() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
      if (!fallback_status_.ok()) return fallback_status_;
      return std::make_unique<Fallback>();
    };
    auto lookup = std::make_unique<FakeLookup>(kernel_);
    lookup_ = lookup.get();
    parts.lookup = std::move(lookup);
    if (!no_lookup_.ok()) parts.lookup = no_lookup_;
    parts.observer = std::make_unique<Events>(log_);
    parts.clock = kernel_.Clock();
    return std::make_unique<CheckedSource>(std::move(parts));
  }
  absl::StatusOr<PassInfo> Read(TcpStateSet states = TcpStateSet::All(),
                                milliseconds time = minutes(1)) {
    SocketVisitor nobody;
    return source_->ForEach({states}, Deadline::After(time), nobody);
  }
  // In the first `count` sockets of each pass.
  void MakeWrong(uint16_t count) {
    reader_->wrong = [count](Socket& socket) {
      if (socket.local_port <= count) socket.timer = Timer::kZeroWindow;
      return true;
    };
  }
  uint64_t Counted(CheckedField field) const {
    return source_->Account().disagreements->at(static_cast<size_t>(field));
  }

  FakeKernel kernel_;
  FakeReader* reader_ = nullptr;
  FakeLookup* lookup_ = nullptr;
  absl::Status fallback_status_, no_lookup_;
  std::vector<std::string> log_;
  std::unique_ptr<CheckedSource> source_ = Make();
};

TEST_F(CheckedSourceTest, ChecksBeforeTheFirstPassAndEveryFiveMinutes) {
  EXPECT_EQ(Read()->sockets, 5u);
  EXPECT_EQ(kernel_.walks, 2);  // the check's, and the pass
  EXPECT_TRUE(Read().ok());
  kernel_.now += minutes(4);
  EXPECT_TRUE(Read().ok());
  EXPECT_EQ(kernel_.walks, 4);
  kernel_.now += minutes(1);
  EXPECT_TRUE(Read().ok());
  EXPECT_EQ(kernel_.walks, 6);
  EXPECT_THAT(log_, IsEmpty());
  EXPECT_EQ(source_->Account().checks, 2u);
  EXPECT_EQ(source_->Account().disagreements, Disagreements{});
}

TEST_F(CheckedSourceTest, QueryForListenersAloneNeedsNoCheck) {
  EXPECT_TRUE(Read({TcpState::kListen, TcpState::kBoundInactive}).ok());
  EXPECT_EQ(kernel_.lookups, 0);
}

TEST_F(CheckedSourceTest, WrongReaderNeverMakesAPage) {
  MakeWrong(3);
  EXPECT_EQ(Read()->sockets, 4711u);
  EXPECT_EQ(source_->Name(), "sock_diag");
  EXPECT_THAT(log_, ElementsAre("3 disagreements", "given up for timer"));
  EXPECT_EQ(Counted(CheckedField::kTimer), 3u);
}

TEST_F(CheckedSourceTest, GivenUpReaderStaysSo) {
  MakeWrong(5);
  EXPECT_EQ(Read()->sockets, 4711u);
  const int walks = kernel_.walks;
  kernel_.now += minutes(60);
  EXPECT_EQ(Read()->sockets, 4711u);
  EXPECT_EQ(kernel_.walks, walks);
  EXPECT_EQ(Counted(CheckedField::kTimer), 5u);
  EXPECT_EQ(source_->Account().bpf_seconds, 1.5);  // as far as it went
}

TEST_F(CheckedSourceTest, FewDisagreementsAreLookedAtAgainInTheNextPass) {
  for (uint16_t wrong = 1; wrong <= 2; ++wrong) {
    MakeWrong(wrong);
    EXPECT_EQ(Read()->sockets, 5u);
    EXPECT_EQ(source_->Name(), "bpf");
    EXPECT_EQ(Counted(CheckedField::kTimer), wrong);
  }
  MakeWrong(3);
  EXPECT_EQ(Read()->sockets, 4711u);
  EXPECT_EQ(log_.back(), "given up for timer");
}

TEST_F(CheckedSourceTest, OneOddSocketCountsOnceAndLeavesTheReader) {
  MakeWrong(1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Read()->sockets, 5u);
    kernel_.now += minutes(6);
  }
  EXPECT_EQ(Counted(CheckedField::kTimer), 1u);
  EXPECT_THAT(log_, ElementsAre("1 disagreements"));
}

TEST_F(CheckedSourceTest, DisagreementsOfSeveralKindsAreCountedApart) {
  reader_->wrong = [](Socket& socket) {
    if (socket.local_port == 1) socket.timer = Timer::kZeroWindow;
    if (socket.local_port == 2) socket.state = TcpState::kClosing;
    if (socket.local_port == 3) socket.scope = 9;
    return true;
  };
  EXPECT_EQ(Read()->sockets, 5u);
  EXPECT_EQ(Counted(CheckedField::kTimer), 1u);
  EXPECT_EQ(Counted(CheckedField::kState), 1u);
  EXPECT_EQ(Counted(CheckedField::kScope), 1u);
  EXPECT_EQ(source_->Name(), "bpf");
}

TEST_F(CheckedSourceTest, RefusedCheckIsReportedOnceAndThePassGoesOn) {
  lookup_->status = absl::PermissionDeniedError("seccomp");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Read()->sockets, 5u);
    kernel_.now += minutes(10);
  }
  EXPECT_THAT(log_, ElementsAre("PERMISSION_DENIED: seccomp"));
  EXPECT_EQ(source_->Account().checks, 0u);
  EXPECT_EQ(source_->Account().disagreements, std::nullopt) << "unknown, not 0";
}

TEST_F(CheckedSourceTest, CheckThatIsRefusedAgainAfterOneThatWasNotIsReportedAgain) {
  for (const bool refused : {true, false, true}) {
    lookup_->status = refused ? absl::PermissionDeniedError("seccomp") : absl::OkStatus();
    EXPECT_EQ(Read()->sockets, 5u);
    kernel_.now += minutes(10);
  }
  EXPECT_THAT(log_, ElementsAre("PERMISSION_DENIED: seccomp", "PERMISSION_DENIED: seccomp"));
  EXPECT_EQ(source_->Account().checks, 1u);
}

TEST_F(CheckedSourceTest, WhereNothingCanBeComparedThatIsReportedAndThePassGoesOn) {
  no_lookup_ = absl::ResourceExhaustedError("too many files");
  source_ = Make();
  EXPECT_EQ(Read()->sockets, 5u);
  EXPECT_THAT(log_, ElementsAre("RESOURCE_EXHAUSTED: too many files"));
}

TEST_F(CheckedSourceTest, LateCheckLeavesTimeForThePassAndIsMadeUpFor) {
  int passes = 0;
  reader_->before_pass = [&] {
    if (++passes == 1) std::this_thread::sleep_for(milliseconds(2100));
  };
  const absl::StatusOr<PassInfo> info = Read(TcpStateSet::All(), milliseconds(4000));
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->sockets, 5u);
  EXPECT_THAT(log_, ElementsAre(testing::StartsWith("DEADLINE_EXCEEDED")));
  kernel_.now += minutes(1);
  EXPECT_TRUE(Read().ok());
  EXPECT_EQ(kernel_.walks, 4);
}

TEST_F(CheckedSourceTest, WithoutAFallbackThereIsAnErrorAndNoWrongPage) {
  MakeWrong(3);
  fallback_status_ = absl::ResourceExhaustedError("too many files");
  const absl::StatusOr<PassInfo> info = Read();
  EXPECT_TRUE(absl::IsResourceExhausted(info.status())) << info.status();
  EXPECT_THAT(info.status().message(), testing::HasSubstr("timer"));
  fallback_status_ = absl::OkStatus();
  EXPECT_EQ(Read()->sockets, 4711u);
}

}  // namespace
}  // namespace tcp_lifecycle
