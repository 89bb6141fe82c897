#include "collectors/kernel/procfs/line_reader.h"

#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collectors/kernel/procfs/proc_files.h"
#include "tests/unit/collectors/kernel/frequent_signals.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Deadline Far() { return Deadline::After(std::chrono::hours(1)); }

std::vector<std::string> AllLines(LineReader reader) {
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader.Next();
    EXPECT_TRUE(line.ok()) << line.status();
    if (!line.ok() || !line->has_value()) return lines;
    lines.emplace_back(**line);
  }
}

std::vector<std::string> AllLinesOf(absl::string_view text) {
  ProcTree tree;
  tree.Write("file", text);
  return AllLines(tree.files().OpenLines("file", Far()).value());
}

TEST(LineReaderTest, HandsOutLinesWithoutTheirNewline) {
  EXPECT_THAT(AllLinesOf("one\n\nthree\n"), ElementsAre("one", "", "three"));
}

TEST(LineReaderTest, EmptyFileHasNoLines) { EXPECT_THAT(AllLinesOf(""), IsEmpty()); }

TEST(LineReaderTest, LastLineMayLackItsNewline) {
  EXPECT_THAT(AllLinesOf("one\ntwo"), ElementsAre("one", "two"));
}

TEST(LineReaderTest, FileMayBeLongerThanTheBuffer) {
  std::vector<std::string> expected;
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back("row " + std::to_string(i));
    text += expected.back() + "\n";
  }
  ASSERT_GT(text.size(), 2 * LineReader::kMaxLineBytes);
  EXPECT_EQ(AllLinesOf(text), expected);
}

TEST(LineReaderTest, ReadThatEndsInTheMiddleOfALineIsNoEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::jthread writer([fd = UniqueFd(ends[1])] {
    for (const absl::string_view part : {"1\n2\n3\nfir", "s", "t\nsec", "ond\n"}) {
      ASSERT_EQ(write(fd.get(), part.data(), part.size()), static_cast<ssize_t>(part.size()));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  LineReader reader(UniqueFd{ends[0]}, "pipe", Far());
  for (const char* line : {"1", "2", "3"}) EXPECT_EQ(*reader.Next().value(), line);
  EXPECT_EQ(*reader.Next().value(), "first");
  EXPECT_EQ(*reader.Next().value(), "second");
  EXPECT_EQ(reader.Next().value(), std::nullopt);
}

TEST(LineReaderTest, SignalDoesNotEndARead) {
  const FrequentSignals signals;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::jthread writer([fd = UniqueFd(ends[1])] {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    ASSERT_EQ(write(fd.get(), "late\n", 5), 5);
  });
  EXPECT_THAT(AllLines(LineReader(UniqueFd{ends[0]}, "pipe", Far())), ElementsAre("late"));
}

TEST(LineReaderTest, LineOfTheWholeBufferIsReadAndALongerOneIsDataLoss) {
  const std::string longest(LineReader::kMaxLineBytes - 1, 'x');
  EXPECT_THAT(AllLinesOf(longest + "\nnext\n"), ElementsAre(longest, "next"));

  ProcTree tree;
  tree.Write("file", "one\n" + longest + "xx\nnext\n");
  LineReader reader = tree.files().OpenLines("file", Far()).value();
  ASSERT_TRUE(reader.Next().ok());
  EXPECT_THAT(reader.Next(),
              FailsWith(StatusCode::kDataLoss, StartsWith("file line 2: longer than 16384 bytes")));
}

TEST(LineReaderTest, PassedDeadlineStopsIt) {
  ProcTree tree;
  tree.Write("file", "one\n");
  LineReader reader = tree.files().OpenLines("file", Deadline(Deadline::Clock::now())).value();
  EXPECT_THAT(reader.Next(), FailsWith(StatusCode::kDeadlineExceeded, StartsWith("file line 1: ")));
}

TEST(LineReaderTest, ReadErrorNamesTheFile) {
  LineReader reader(UniqueFd{}, "file", Far());
  EXPECT_THAT(reader.Next(),
              FailsWith(absl::ErrnoToStatusCode(EBADF), StartsWith("file line 1: ")));
}

}  // namespace
}  // namespace tcp_lifecycle
