#include "collectors/kernel/procfs/proc_files.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ProcFilesTest, ReadsAWholeFile) {
  ProcTree tree;
  tree.Write("sys/net/core/somaxconn", "4096\n");
  EXPECT_EQ(tree.files().Read("sys/net/core/somaxconn").value(), "4096\n");
}

TEST(ProcFilesTest, ReadsAnEmptyFile) {
  ProcTree tree;
  tree.Write("empty", "");
  EXPECT_EQ(tree.files().Read("empty").value(), "");
}

TEST(ProcFilesTest, ReadsFilesLongerThanItsFirstBuffer) {
  ProcTree tree;
  for (const size_t size : {size_t{16} << 10, size_t{128} << 10, (size_t{1} << 20) - 1}) {
    std::string text(size, 'x');
    text.back() = 'y';
    tree.Write("long", text);
    EXPECT_EQ(tree.files().Read("long").value(), text) << size;
  }
}

TEST(ProcFilesTest, RefusesAFileOfOneMebibyte) {
  ProcTree tree;
  tree.Write("huge", std::string(1 << 20, 'x'));
  EXPECT_THAT(tree.files().Read("huge"),
              FailsWith(StatusCode::kResourceExhausted, HasSubstr("/huge: not below 1 MiB")));
  tree.Write("large", std::string((1 << 20) - 1, 'x'));
  EXPECT_EQ(tree.files().Read("large")->size(), (1 << 20) - 1);
}

TEST(ProcFilesTest, TheLimitIsTheSameForAFileThatWasThoughtToBeSmall) {
  ProcTree tree;
  tree.Write("huge", std::string(1 << 20, 'x')).Write("large", std::string((1 << 20) - 1, 'x'));
  for (const size_t likely_bytes : {64, 1000, 4096}) {
    EXPECT_EQ(tree.files().Read("large", likely_bytes)->size(), (1 << 20) - 1) << likely_bytes;
    EXPECT_THAT(tree.files().Read("huge", likely_bytes),
                FailsWith(StatusCode::kResourceExhausted, HasSubstr("not below 1 MiB")));
  }
}

TEST(ProcFilesTest, AKernelFileThatComesAPageAtATimeIsReadWhole) {
  // Each second page is another mapping, with a line of its own.
  constexpr size_t kPages = 1000;
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const mapped =
      mmap(nullptr, kPages * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  const auto begin = reinterpret_cast<uintptr_t>(mapped);
  for (size_t i = 1; i < kPages; i += 2) {
    ASSERT_EQ(mprotect(static_cast<char*>(mapped) + i * page_bytes, page_bytes, PROT_READ), 0);
  }
  for (const size_t likely_bytes : {size_t{64}, size_t{4096}, ProcFiles::kUsualBytes}) {
    const std::string maps = ProcFiles("/proc").Read("self/maps", likely_bytes).value();
    std::vector<std::string> lines = absl::StrSplit(maps, '\n');
    EXPECT_EQ(lines.back(), "");
    std::erase_if(lines, [&](const std::string& line) {
      const uint64_t at = std::strtoull(line.c_str(), nullptr, 16);
      return at < begin || at >= begin + kPages * page_bytes;
    });
    EXPECT_EQ(lines.size(), kPages) << likely_bytes;
  }
  munmap(mapped, kPages * page_bytes);
}

TEST(ProcFilesTest, AbsentFileIsNotFoundWithItsWholePath) {
  ProcTree tree;
  const std::string path = tree.Path("net/tcp").string();
  const auto absent =
      FailsWith(StatusCode::kNotFound, AllOf(HasSubstr(path), HasSubstr("No such file")));
  EXPECT_THAT(tree.files().Read("net/tcp"), absent);
  EXPECT_THAT(tree.files().OpenLines("net/tcp", Deadline::After(std::chrono::hours(1))), absent);
  EXPECT_THAT(tree.files().Inode("net/tcp"), absent);
  EXPECT_THAT(tree.files().CountEntries("net/tcp"), absent);
  EXPECT_THAT(tree.files().ReadLink("net/tcp"), absent);
  EXPECT_THAT(tree.files().ForEachEntry("net/tcp", [](absl::string_view) {}), absent);
}

TEST(ProcFilesTest, AfterItsDeadlineNothingIsRead) {
  ProcTree tree;
  tree.Write("net/tcp", "");
  const ProcFiles late = tree.files().Until(Deadline::After(std::chrono::seconds(-1)));
  const auto in_vain = FailsWith(StatusCode::kDeadlineExceeded,
                                 AllOf(HasSubstr(tree.Path("net").string()), HasSubstr("in time")));
  EXPECT_THAT(late.Read("net/tcp"), in_vain);
  EXPECT_THAT(late.OpenLines("net/tcp", Deadline::After(std::chrono::hours(1))), in_vain);
  EXPECT_THAT(late.OpenDirectory("net"), in_vain);
  EXPECT_THAT(late.Inode("net/tcp"), in_vain);
  EXPECT_THAT(late.ReadLink("net/tcp"), in_vain);
  EXPECT_THAT(late.ForEachEntry("net", [](absl::string_view) {}), in_vain);
  const ProcFiles early = tree.files().Until(Deadline::After(std::chrono::hours(1)));
  EXPECT_TRUE(early.OpenDirectory("net")->Read("tcp").ok());
}

TEST(ProcFilesTest, ADirectoryIsReadNoFurtherThanItsDeadline) {
  ProcTree tree;
  for (int i = 0; i < 100; ++i) tree.Write(absl::StrCat("self/fd/", i), "");
  const Deadline deadline = Deadline::After(std::chrono::milliseconds(20));
  int visited = 0;
  const absl::Status status =
      tree.files().Until(deadline).ForEachEntry("self/fd", [&](absl::string_view) {
        ++visited;
        std::this_thread::sleep_until(deadline.at());
      });
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_LE(visited, 1);
}

// A sysctl that only takes writes refuses even root, whom no file of a tree would.
TEST(ProcFilesTest, UnreadableFileIsPermissionDenied) {
  EXPECT_THAT(
      ProcFiles("/proc").Read("sys/vm/compact_memory"),
      FailsWith(StatusCode::kPermissionDenied, "/proc/sys/vm/compact_memory: Permission denied"));
}

TEST(ProcFilesTest, DirectoryIsNoFile) {
  ProcTree tree;
  tree.Write("net/tcp", "");
  EXPECT_THAT(tree.files().Read("net"),
              FailsWith(StatusCode::kFailedPrecondition, HasSubstr("Is a directory")));
}

TEST(ProcFilesTest, CountsTheEntriesOfADirectory) {
  ProcTree tree;
  tree.Write("self/fd/0", "").Write("self/fd/1", "").Write("self/fd/17", "");
  EXPECT_EQ(tree.files().CountEntries("self/fd").value(), 3u);
}

TEST(ProcFilesTest, VisitsEachNameInADirectory) {
  ProcTree tree;
  tree.Write("self/fd/0", "").Write("self/fd/17", "");
  std::vector<std::string> names;
  ASSERT_TRUE(
      tree.files()
          .ForEachEntry("self/fd", [&](absl::string_view name) { names.emplace_back(name); })
          .ok());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("0", "17"));
}

TEST(ProcFilesTest, ALinkIsReadNotFollowed) {
  ProcTree tree;
  ASSERT_EQ(symlink("socket:[12]", tree.Path("link").c_str()), 0);
  EXPECT_EQ(tree.files().ReadLink("link").value(), "socket:[12]");
  tree.Write("file", "");
  EXPECT_THAT(tree.files().ReadLink("file"),
              FailsWith(StatusCode::kInvalidArgument, HasSubstr("Invalid argument")));
}

TEST(ProcFilesTest, InodeFollowsLinks) {
  ProcTree tree;
  tree.Write("a", "");
  ASSERT_EQ(symlink("a", tree.Path("b").c_str()), 0);
  EXPECT_EQ(tree.files().Inode("a").value(), tree.files().Inode("b").value());
}

TEST(ProcFilesTest, InodeOfADirectoryIsRefused) {
  ProcTree tree;
  tree.Write("ns/net", "");
  EXPECT_THAT(tree.files().Inode("ns"),
              FailsWith(StatusCode::kPermissionDenied, HasSubstr("/ns: Permission denied")));
}

}  // namespace
}  // namespace tcp_lifecycle
