#include "exporter/assembly/source_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/exporter/log/log_capture.h"

namespace tcp_lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeSource : public SocketSource {
 public:
  FakeSource(absl::string_view name, absl::Status answer) : name_(name), answer_(answer) {}
  absl::string_view Name() const override { return name_; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline&,
                                   SocketVisitor&) override {
    EXPECT_EQ(query.states, TcpStateSet{TcpState::kListen});
    if (!answer_.ok()) return answer_;
    return PassInfo{};
  }

 private:
  absl::string_view name_;
  absl::Status answer_;
};

SourceCandidate Opens(absl::string_view name, absl::Status answer = absl::OkStatus()) {
  return {name, [=]() -> absl::StatusOr<std::unique_ptr<SocketSource>> {
            return std::make_unique<FakeSource>(name, answer);
          }};
}

SourceCandidate FailsToOpen(absl::string_view name, absl::Status why) {
  return {name, [=]() -> absl::StatusOr<std::unique_ptr<SocketSource>> { return why; }};
}

TEST(SourceChoiceTest, TheFirstThatWorksIsTakenAndLogged) {
  const LogCapture log;
  const auto source = ChooseSource({Opens("sock_diag"), Opens("procfs")}, log.logger());
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->Name(), "sock_diag");
  EXPECT_THAT(log.lines(), AllOf(HasSubstr("source=sock_diag"), Not(HasSubstr("procfs"))));
}

TEST(SourceChoiceTest, OneThatDoesNotOpenIsPassedOverAndTheReasonLogged) {
  const LogCapture log;
  const auto source = ChooseSource(
      {FailsToOpen("sock_diag", absl::PermissionDeniedError("no netlink")), Opens("procfs")},
      log.logger());
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->Name(), "procfs");
  EXPECT_THAT(log.lines(), HasSubstr("no netlink"));
}

TEST(SourceChoiceTest, OneThatOpensAndDoesNotAnswerIsPassedOver) {
  const LogCapture log;
  const auto source = ChooseSource(
      {Opens("sock_diag", absl::UnimplementedError("no dump")), Opens("procfs")}, log.logger());
  ASSERT_TRUE(source.ok());
  EXPECT_EQ((*source)->Name(), "procfs");
  EXPECT_THAT(log.lines(), HasSubstr("no dump"));
}

TEST(SourceChoiceTest, WhereNoneWorksEveryReasonIsTold) {
  const LogCapture log;
  const auto source =
      ChooseSource({FailsToOpen("sock_diag", absl::PermissionDeniedError("no netlink")),
                    Opens("procfs", absl::NotFoundError("no net/tcp"))},
                   log.logger());
  EXPECT_EQ(
      source.status(),
      absl::NotFoundError("sockets cannot be read: sock_diag: no netlink; procfs: no net/tcp"));
}

}  // namespace
}  // namespace tcp_lifecycle
