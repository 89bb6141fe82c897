// Runs a part of a test without any right.
#pragma once

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace tcp_lifecycle {

// In a thread, which alone gives them up.
template <typename Body>
void InThreadWithoutCapabilities(Body body) {
  std::thread([&] {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none = {};
    ASSERT_EQ(syscall(SYS_capset, &header, none.data()), 0);
    body();
  }).join();
}

}  // namespace tcp_lifecycle
