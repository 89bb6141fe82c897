#include "collectors/kernel/bpf/kernel_btf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tcp_lifecycle {
namespace {

class KernelBtfTest : public testing::Test {
 protected:
  ~KernelBtfTest() override { std::filesystem::remove(path_); }
  bool Names(const std::string& bytes, absl::string_view name) {
    std::ofstream(path_, std::ios::binary) << "\x9f\xeb" << bytes;
    const absl::StatusOr<bool> names = KernelBtfNames(name, path_.c_str());
    EXPECT_TRUE(names.ok()) << names.status();
    return names.ok() && *names;
  }

  const std::string path_ = testing::TempDir() + "kernel_btf_" + std::to_string(getpid());
};

std::string Strings(absl::string_view text) { return '\0' + std::string(text) + '\0'; }

TEST_F(KernelBtfTest, FindsAWholeNameAlone) {
  EXPECT_TRUE(Names(Strings("bpf_loop"), "bpf_loop"));
  EXPECT_FALSE(Names(Strings("bpf_loops"), "bpf_loop"));
  EXPECT_FALSE(Names(Strings("a_bpf_loop"), "bpf_loop"));
  EXPECT_FALSE(Names("", "bpf_loop"));
}

TEST_F(KernelBtfTest, FindsOneAcrossTwoPieces) {
  constexpr size_t kPiece = 64 << 10;
  for (size_t before = kPiece - 14; before <= kPiece; ++before) {
    EXPECT_TRUE(Names(std::string(before, 'x') + Strings("bpf_loop") + "more", "bpf_loop"))
        << before;
  }
}

TEST_F(KernelBtfTest, WhatIsNoBtfIsAnError) {
  for (const char* bytes : {"", "\x9f", "bpf_loop"}) {
    std::ofstream(path_, std::ios::binary) << bytes;
    EXPECT_TRUE(absl::IsDataLoss(KernelBtfNames("bpf_loop", path_.c_str()).status())) << bytes;
  }
}

TEST_F(KernelBtfTest, WhatCannotBeReadIsAnError) {
  const absl::Status status = KernelBtfNames("bpf_loop", testing::TempDir().c_str()).status();
  EXPECT_THAT(std::string(status.message()), testing::StartsWith("reading " + testing::TempDir()));
}

TEST_F(KernelBtfTest, AKernelWithoutIsNotFound) {
  EXPECT_EQ(KernelBtfNames("bpf_loop", "/nonexistent/btf").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tcp_lifecycle
