// Loading by loaders of the test's own. What the real ones load is tested over the running kernel.
#include "collectors/kernel/bpf/object.h"

#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdarg>
#include <string>
#include <thread>

#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/kernel_btf.h"
#include "tests/unit/collectors/kernel/bpf/no_capabilities.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

// What the loaders return and say, and what became of them.
int light_result, libbpf_result, light_calls, libbpf_calls;
void (*say)() = nullptr;
int loaded_by_light, loaded_by_libbpf;  // the skeletons: how often each was closed

void Fill(BpfObject& object, int& skeleton) {
  object.skeleton = &skeleton;
  object.close = [](void* of) { ++*static_cast<int*>(of); };
}

int LoadLight(BpfObject* object) {
  ++light_calls;
  if (light_result == 0) Fill(*object, loaded_by_light);
  return light_result;
}

int LoadByLibbpf(BpfObject* object) {
  ++libbpf_calls;
  if (say != nullptr) say();
  if (libbpf_result == 0) Fill(*object, loaded_by_libbpf);
  return libbpf_result;
}

libbpf_print_fn_t CurrentPrint() {
  const libbpf_print_fn_t print = libbpf_set_print(nullptr);
  libbpf_set_print(print);
  return print;
}

// As libbpf says something itself.
__attribute__((format(printf, 2, 3))) void Say(libbpf_print_level level, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  CurrentPrint()(level, format, arguments);
  va_end(arguments);
}

class LoadObjectTest : public testing::Test {
 protected:
  LoadObjectTest() {
    light_result = libbpf_result = light_calls = libbpf_calls = 0;
    loaded_by_light = loaded_by_libbpf = 0;
    say = nullptr;
  }
  void SetUp() override {
    if (const absl::Status rights = HasBpfCapabilities(); !rights.ok()) GTEST_SKIP() << rights;
    if (const auto btf = KernelBtfNames(""); !btf.ok()) GTEST_SKIP() << btf.status();
  }
  static absl::StatusOr<LoadedObject> LoadIt(absl::string_view kfunc = "") {
    return Load({"the test", LoadLight, LoadByLibbpf, kfunc});
  }
  // What a load says that both loaders refuse.
  static absl::Status Refused(int error, void (*saying)() = nullptr) {
    light_result = ENOTSUP;
    libbpf_result = error;
    say = saying;
    return LoadIt().status();
  }
};

TEST_F(LoadObjectTest, WhatTheLightSkeletonLoadsNeedsNoLibbpf) {
  {
    const absl::StatusOr<LoadedObject> object = LoadIt();
    ASSERT_TRUE(object.ok()) << object.status();
    EXPECT_EQ((*object)->skeleton, &loaded_by_light);
    EXPECT_EQ(libbpf_calls, 0);
    EXPECT_EQ(loaded_by_light, 0);
  }
  EXPECT_EQ(loaded_by_light, 1) << "closed with the object";
}

TEST_F(LoadObjectTest, WhatItDoesNotLoadLibbpfMay) {
  light_result = ENOTSUP;
  const absl::StatusOr<LoadedObject> object = LoadIt();
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ((*object)->skeleton, &loaded_by_libbpf);
}

TEST_F(LoadObjectTest, WithoutTheRightNothingIsTried) {
  absl::Status status;
  InThreadWithoutCapabilities([&] { status = LoadIt().status(); });
  EXPECT_EQ(status, absl::PermissionDeniedError("loading the test: needs CAP_BPF and CAP_PERFMON"));
  EXPECT_EQ(light_calls + libbpf_calls, 0);
}

TEST_F(LoadObjectTest, WithoutTheFunctionItNeedsNothingIsTried) {
  EXPECT_EQ(LoadIt("no_such_kfunc").status(),
            absl::UnimplementedError("loading the test: this kernel has no kfunc no_such_kfunc"));
  EXPECT_EQ(light_calls + libbpf_calls, 0);
  EXPECT_TRUE(LoadIt("tcp_v4_connect").ok());  // every kernel names it
}

TEST_F(LoadObjectTest, WithoutTypeInformationOfTheKernelNothingIsTried) {
  bool hidden = false;
  absl::Status status;
  std::thread([&] {  // in a mount namespace of its own
    hidden = unshare(CLONE_NEWNS) == 0 &&
             mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
             mount("none", "/sys/kernel/btf", "tmpfs", 0, nullptr) == 0;
    status = LoadIt().status();
  })
      .join();
  if (!hidden) GTEST_SKIP() << "may not hide /sys/kernel/btf";
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("loading the test: /sys/kernel/btf/"));
  EXPECT_EQ(light_calls + libbpf_calls, 0);
}

TEST_F(LoadObjectTest, TheErrorTellsWhetherARightOrRoomIsMissing) {
  const struct {
    int error;
    StatusCode code;
  } cases[] = {{EPERM, StatusCode::kPermissionDenied},   {EMFILE, StatusCode::kResourceExhausted},
               {ENFILE, StatusCode::kResourceExhausted}, {ENOMEM, StatusCode::kResourceExhausted},
               {EACCES, StatusCode::kUnimplemented},     {EINVAL, StatusCode::kUnimplemented}};
  for (const auto& [error, code] : cases) EXPECT_EQ(Refused(error).code(), code) << error;
  EXPECT_EQ(Refused(EINVAL).message(),
            "loading the test: Invalid argument; no further reason given");
  EXPECT_THAT(std::string(Refused(EPERM).message()), HasSubstr("given; a seccomp profile"));
}

TEST_F(LoadObjectTest, TheErrorHasTheReasonThatLibbpfWarnsOf) {
  const auto warn = [] {
    Say(LIBBPF_INFO, "%s", "a mere remark\n");
    Say(LIBBPF_WARN, "%s", "");
    Say(LIBBPF_WARN, "libbpf: prog '%s': BPF program load failed\n", "walk");
    Say(LIBBPF_WARN, "R%d invalid mem access", 1);
    Say(LIBBPF_DEBUG, "%s", "a figure\n");
  };
  EXPECT_EQ(Refused(EACCES, warn).message(),
            "loading the test: Permission denied; R1 invalid mem access");
  EXPECT_EQ(Refused(EACCES).message(),
            "loading the test: Permission denied; no further reason given")
      << "nothing is left of the load before";
}

TEST_F(LoadObjectTest, OfAVeryLongLogTheEndIsRead) {
  const auto warn = [] {
    const std::string much(700'000, '0');
    Say(LIBBPF_WARN, "%s", "failed to resolve CO-RE relocation\n");
    for (int i = 0; i < 2; ++i) Say(LIBBPF_WARN, "%s\nthe verdict\n", much.c_str());
  };
  EXPECT_EQ(Refused(EACCES, warn).message(), "loading the test: Permission denied; the verdict");
}

TEST_F(LoadObjectTest, WarningsOfOtherThreadsAreOfOtherLoads) {
  const auto warn = [] {
    Say(LIBBPF_WARN, "%s", "of this load\n");
    std::thread([] { Say(LIBBPF_WARN, "%s", "of another load\n"); }).join();
  };
  EXPECT_EQ(Refused(EACCES, warn).message(), "loading the test: Permission denied; of this load");
}

TEST_F(LoadObjectTest, AfterTheLoadLibbpfPrintsAsItDidBefore) {
  const libbpf_print_fn_t before = CurrentPrint();
  EXPECT_FALSE(Refused(EACCES).ok());
  EXPECT_EQ(CurrentPrint(), before);
}

}  // namespace
}  // namespace tcp_lifecycle
