#include "collectors/kernel/bpf/load_log.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

TEST(LoadLogTest, NamesTheRelocationThatFailed) {
  EXPECT_EQ(
      ReasonIn("libbpf: prog 'walk_connected': BPF program load failed: Invalid argument\n"
               "libbpf: prog 'walk_connected': -- BEGIN PROG LOAD LOG --\n"
               "201: (7b) *(u64 *)(r7 +16) = r1\n"
               "202: <invalid CO-RE relocation>\n"
               "failed to resolve CO-RE relocation <byte_off> [84] struct sock.sk_timer (0:0)\n"
               "processed 282 insns (limit 1000000) max_states_per_insn 0\n"
               "-- END PROG LOAD LOG --\n"
               "libbpf: failed to load object 'walk'\n"),
      "failed to resolve CO-RE relocation <byte_off> [84] struct sock.sk_timer (0:0)");
}

TEST(LoadLogTest, NamesTheFunctionThatTheKernelLacks) {
  EXPECT_EQ(ReasonIn("libbpf: extern (func ksym) 'bpf_rdonly_cast': not found in kernel BTF\n"
                     "libbpf: failed to load object 'walk'\n"),
            "extern (func ksym) 'bpf_rdonly_cast': not found in kernel BTF");
}

TEST(LoadLogTest, ElseTheVerifiersLastWord) {
  EXPECT_EQ(ReasonIn("libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
                     "R1 type=ctx expected=fp\n"
                     "0: (bf) r6 = r1\n"
                     "; u64 node = b.owner;\n"
                     "from 3 to 5: R0=0\n"
                     "math between map_value pointer and register is not allowed\n"
                     "processed 4 insns (limit 1000000)\n"
                     "-- END PROG LOAD LOG --\n"),
            "math between map_value pointer and register is not allowed");
}

TEST(LoadLogTest, WordsAboutARegisterAreNoStateOfIt) {
  for (const char* verdict : {"R1 invalid mem access 'scalar'", "R0 !read_ok",
                              "R10 unbounded memory access", "R1 type=ctx expected=fp"}) {
    EXPECT_EQ(
        ReasonIn(absl::StrCat("Validating step_connected() func#1...\n", "R1=scalar() R10=fp0\n",
                              "R1_w=scalar()\n", verdict, "\n", "R2=0\n")),
        verdict);
  }
}

TEST(LoadLogTest, ElseTheFirstMessage) {
  EXPECT_EQ(ReasonIn("libbpf: Error in bpf_create_map(buffers): Operation not permitted\n"
                     "libbpf: failed to load object 'walk'\n"),
            "Error in bpf_create_map(buffers): Operation not permitted");
  EXPECT_EQ(ReasonIn(""), "no further reason given");
  EXPECT_EQ(
      ReasonIn("libbpf: Failed to bump RLIMIT_MEMLOCK (err = -1), you might need to do it!\n"
               "libbpf: Couldn't load trivial BPF program. Make sure that RLIMIT_MEMLOCK is set "
               "to big enough value.\n"),
      "no further reason given");
}

TEST(LoadLogTest, IsPrintableAndShort) {
  const std::string reason = ReasonIn(std::string(1000, 'x') + "\x1b[31m\n");
  EXPECT_EQ(reason, std::string(300, 'x'));
  EXPECT_EQ(ReasonIn("a\x1b[31mb"), "a?[31mb");
}

}  // namespace
}  // namespace tcp_lifecycle
