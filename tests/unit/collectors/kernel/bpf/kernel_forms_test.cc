#include "collectors/kernel/bpf/kernel_forms.h"

#include <bpf/btf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

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

TEST(KernelForms, EachFieldIsToldByTheKindOfItsType) {
  const std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__new_empty(), btf__free);
  const int u32 = btf__add_int(kernel.get(), "u32", 4, 0);
  const int pointer = btf__add_ptr(kernel.get(), u32);
  const int timer = btf__add_struct(kernel.get(), "timer_list", 4);
  const int renamed =
      btf__add_typedef(kernel.get(), "port_range_t", btf__add_const(kernel.get(), u32));
  const int bytes = btf__add_array(kernel.get(), u32, u32, 4);
  const int unnamed = btf__add_union(kernel.get(), nullptr, 4);
  btf__add_field(kernel.get(), "tcp_death_row", pointer, 0, 0);
  const int named = btf__add_struct(kernel.get(), "sock_common", 4);
  btf__add_field(kernel.get(), "sk_ino", u32, 0, 0);  // of a named member, not of sock
  btf__add_struct(kernel.get(), "sock", 4);
  btf__add_field(kernel.get(), "__sk_common", named, 0, 0);
  btf__add_struct(kernel.get(), "inet_connection_sock", 4);
  btf__add_field(kernel.get(), "icsk_keepalive_timer", timer, 0, 0);
  btf__add_struct(kernel.get(), "inet_sock", 4);
  btf__add_field(kernel.get(), "local_port_range", renamed, 0, 0);
  btf__add_struct(kernel.get(), "inet_bind_bucket", 16);
  btf__add_field(kernel.get(), "bhash2", bytes, 0, 0);
  btf__add_struct(kernel.get(), "netns_ipv4", 4);
  btf__add_field(kernel.get(), nullptr, unnamed, 0, 0);
  uint32_t size = 0;
  const void* raw = btf__raw_data(kernel.get(), &size);
  const std::string path = testing::TempDir() + "kernel_forms_of_each_" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary).write(static_cast<const char*>(raw), size);
  const auto forms = KernelForms(path.c_str());
  std::filesystem::remove(path);
  ASSERT_TRUE(forms.ok()) << forms.status();
  std::vector<std::string> lines;
  for (const KernelForm& form : *forms) lines.push_back(form.field + ": " + form.type);
  EXPECT_THAT(
      lines,
      testing::ElementsAre(
          "inet_connection_sock.icsk_keepalive_timer: struct", "sock.tcp_retransmit_timer: absent",
          "sock.sk_ino: absent", "inet_sock.local_port_range: integer",
          "inet_bind_bucket.bhash2: another type", "inet_timewait_sock.tw_connect_bind: absent",
          "netns_ipv4.tcp_death_row: pointer", "netns_ipv4.sysctl_tcp_tw_reuse_delay: absent"));
}

}  // namespace
}  // namespace tcp_lifecycle
