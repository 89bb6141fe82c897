#include "collectors/kernel/bpf/capabilities.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace tcp_lifecycle {
namespace {

using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

constexpr uint64_t Bit(int capability) { return uint64_t{1} << capability; }
constexpr uint64_t kForBpf = Bit(CAP_BPF) | Bit(CAP_PERFMON);

// As the kernel tells it of the calling thread: CapEff or CapPrm of its status.
uint64_t Told(const std::string& set) {
  std::ifstream status("/proc/thread-self/status");
  uint64_t value = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(set + ":\t")) {
      EXPECT_TRUE(absl::SimpleHexAtoi(line.substr(set.size() + 2), &value)) << line;
    }
  }
  return value;
}

// Calls `body` in a thread of its own, which alone loses what it gives up.
template <typename Body>
void InThread(Body body) {
  std::thread(body).join();
}

// Makes `effective` the effective set of the calling thread.
void SetEffective(uint64_t effective) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets = {};
  ASSERT_EQ(syscall(SYS_capget, &header, sets.data()), 0);
  sets[0].effective = static_cast<uint32_t>(effective);
  sets[1].effective = static_cast<uint32_t>(effective >> 32);
  ASSERT_EQ(syscall(SYS_capset, &header, sets.data()), 0);
}

class CapabilitiesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if ((all_ & (kForBpf | Bit(CAP_SYS_ADMIN))) != (kForBpf | Bit(CAP_SYS_ADMIN))) {
      GTEST_SKIP() << "needs CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN";
    }
  }
  const uint64_t all_ = Told("CapEff");
};

TEST_F(CapabilitiesTest, TheEffectiveSetIsThatOfTheThread) {
  EXPECT_EQ(*EffectiveCapabilities(), all_);
  InThread([&] {
    SetEffective(kForBpf);
    EXPECT_EQ(*EffectiveCapabilities(), kForBpf);
  });
  EXPECT_EQ(*EffectiveCapabilities(), all_);
}

TEST_F(CapabilitiesTest, WhatIsMissingIsNamed) {
  const auto missing = [](uint64_t effective) {
    std::string message;
    InThread([&] {
      SetEffective(effective);
      message = std::string(HasBpfCapabilities().message());
    });
    return message;
  };
  EXPECT_EQ(missing(0), "needs CAP_BPF and CAP_PERFMON");
  EXPECT_EQ(missing(Bit(CAP_BPF)), "needs CAP_PERFMON");
  EXPECT_EQ(missing(Bit(CAP_PERFMON)), "needs CAP_BPF");
  EXPECT_EQ(missing(kForBpf), "");
  EXPECT_EQ(missing(Bit(CAP_SYS_ADMIN)), "");
}

// CAP_SYS_ADMIN, which stays, lets every kernel answer bpf() without CAP_BPF.
TEST_F(CapabilitiesTest, BothAreGivenUpForGoodAndNoOther) {
  InThread([&] {
    const uint64_t permitted = Told("CapPrm");
    GiveUpBpfCapabilities();
    EXPECT_EQ(Told("CapEff"), all_ & ~kForBpf);
    EXPECT_EQ(Told("CapPrm"), permitted & ~kForBpf);
    EXPECT_EQ(Told("CapInh") & kForBpf, 0u);
  });
  EXPECT_EQ(Told("CapEff"), all_) << "another thread";
}

TEST_F(CapabilitiesTest, CapBpfStaysWhereEveryCallNeedsItAndNowhereElse) {
  InThread([&] {
    SetEffective(kForBpf);
    GiveUpBpfCapabilities();
    const uint64_t kept = Told("CapEff");
    EXPECT_EQ(kept & ~Bit(CAP_BPF), 0u);
    SetEffective(0);
    union bpf_attr attributes = {};
    attributes.map_fd = UINT32_MAX;
    const bool answers =
        syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attributes, sizeof attributes) == 0 ||
        errno != EPERM;
    EXPECT_EQ(kept == 0, answers);
  });
}

TEST_F(CapabilitiesTest, TheLimitOfLockedMemoryIsRaisedAsFarAsItMayBe) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &before), 0);
  for (const uint64_t effective : {kForBpf, all_}) {
    const rlimit low = {0, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_MEMLOCK, &low), 0);
    InThread([&] {
      SetEffective(effective);
      RaiseMemlockLimit();
    });
    rlimit raised = {};
    ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &raised), 0);
    const bool beyond = (effective & Bit(CAP_SYS_RESOURCE)) != 0;
    EXPECT_EQ(raised.rlim_max, beyond ? RLIM_INFINITY : before.rlim_max);
    EXPECT_EQ(raised.rlim_cur, raised.rlim_max);
  }
  ASSERT_EQ(setrlimit(RLIMIT_MEMLOCK, &before), 0);
}

TEST(WhyNotPermittedTest, OnlyEpermIsAboutRights) {
  EXPECT_TRUE(absl::StrContains(WhyNotPermitted(EPERM), "a seccomp profile or security module"));
  EXPECT_EQ(WhyNotPermitted(EINVAL), "");
  EXPECT_EQ(WhyNotPermitted(0), "");
}

TEST(WhyNotPermittedTest, TheLimitOfLockedMemoryIsNamedWhereItCounts) {
  const std::string old = WhyNotPermitted(EPERM, "5.10.0-30-amd64", 65536);
  EXPECT_TRUE(absl::StrContains(old, "RLIMIT_MEMLOCK, here 65536 bytes; or a seccomp profile"))
      << old;
  const std::string unknown = WhyNotPermitted(EPERM, "unknown", 65536);
  EXPECT_TRUE(absl::StrContains(unknown, "RLIMIT_MEMLOCK")) << unknown;
  for (const std::string& other :
       {WhyNotPermitted(EPERM, "5.11.0", 65536), WhyNotPermitted(EPERM, "6.1.0-40-amd64", 65536),
        WhyNotPermitted(EPERM, "5.10.0-30-amd64", RLIM_INFINITY)}) {
    EXPECT_FALSE(absl::StrContains(other, "RLIMIT_MEMLOCK")) << other;
    EXPECT_TRUE(absl::StrContains(other, "a seccomp profile")) << other;
  }
}

}  // namespace
}  // namespace tcp_lifecycle
