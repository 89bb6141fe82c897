#include "collectors/kernel/bpf/kernel_forms.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tcp_lifecycle {
namespace {

// What the running kernel has is compared with libbpf's relocations by tests/kernels/btf_test.py.

TEST(KernelForms, AKernelWithoutBtfIsNotFound) {
  EXPECT_EQ(KernelForms("/nonexistent/btf").status().code(), absl::StatusCode::kNotFound);
}

TEST(KernelForms, WhatIsNoBtfIsAnError) {
  const std::string path = testing::TempDir() + "kernel_forms_" + std::to_string(getpid());
  for (const char* bytes : {"", "not BTF at all, but longer than its header"}) {
    std::ofstream(path, std::ios::binary) << bytes;
    EXPECT_FALSE(KernelForms(path.c_str()).ok()) << bytes;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace tcp_lifecycle
