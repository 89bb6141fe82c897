#include "collectors/base/status.h"

#include <gtest/gtest.h>

namespace tcp_lifecycle {
namespace {

TEST(StatusTest, AnErrorKeepsItsCodeAndGetsTheNameInFront) {
  EXPECT_EQ(Prefixed("net/tcp line 7", absl::DataLossError("state \"ZZ\"")),
            absl::DataLossError("net/tcp line 7: state \"ZZ\""));
}

TEST(StatusTest, WhatIsFineStaysSo) { EXPECT_TRUE(Prefixed("net/tcp", absl::OkStatus()).ok()); }

}  // namespace
}  // namespace tcp_lifecycle
