#include <gtest/gtest.h>

#include "tests/unit/collectors/findings/healthy.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;

NamespaceSnapshot With(Sysctl sysctl, absl::StatusOr<int64_t> value) {
  NamespaceSnapshot ns = MakeHealthy();
  ns.facts.sysctls[sysctl] = std::move(value);
  return ns;
}

TEST(SyncookiesOffTest, RaisedAt0) {
  EXPECT_THAT(Check("syncookies_off", With(Sysctl::kSyncookies, 0)),
              Raised(HasSubstr("tcp_syncookies is 0")));
}

TEST(SyncookiesOffTest, ClearedAt1And2) {
  EXPECT_THAT(Check("syncookies_off", With(Sysctl::kSyncookies, 1)), Fine());
  EXPECT_THAT(Check("syncookies_off", With(Sysctl::kSyncookies, 2)), Fine());
}

TEST(SyncookiesOffTest, NotCheckableOnAKernelBuiltWithoutThem) {
  EXPECT_THAT(Check("syncookies_off", With(Sysctl::kSyncookies, absl::NotFoundError("absent"))),
              NotCheckable());
}

TEST(AbortOnOverflowTest, RaisedAt1) {
  EXPECT_THAT(Check("abort_on_overflow", With(Sysctl::kAbortOnOverflow, 1)),
              Raised(HasSubstr("tcp_abort_on_overflow is 1")));
}

TEST(AbortOnOverflowTest, ClearedAt0) {
  EXPECT_THAT(Check("abort_on_overflow", With(Sysctl::kAbortOnOverflow, 0)), Fine());
}

TEST(AbortOnOverflowTest, NotCheckableWithoutTheFile) {
  EXPECT_THAT(
      Check("abort_on_overflow", With(Sysctl::kAbortOnOverflow, absl::NotFoundError("absent"))),
      NotCheckable());
}

}  // namespace
}  // namespace tcp_lifecycle
