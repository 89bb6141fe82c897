#include "collectors/kernel/replay/datagram_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/collectors/kernel/replay/recorded.h"

namespace tcp_lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(DatagramFile, ReadsWhatItWrites) {
  const std::vector<Bytes> written = {Bytes(3, std::byte{1}), {}, Bytes(70000, std::byte{2}), {}};
  const std::string file = DatagramFile(written);
  const absl::StatusOr<std::vector<Datagram>> read = ParseDatagramFile(file);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_THAT(*read, SizeIs(4));
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_EQ(Bytes((*read)[i].begin(), (*read)[i].end()), written[i]);
  }
}

TEST(DatagramFile, MayHoldNoDatagram) {
  const absl::StatusOr<std::vector<Datagram>> read = ParseDatagramFile(DatagramFileHeader());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, IsEmpty());
}

TEST(DatagramFile, EveryTruncationWithinADatagramIsDataLoss) {
  const std::string file = DatagramFile({Bytes(5)});
  for (size_t size = 0; size < file.size(); ++size) {
    if (size == DatagramFileHeader().size()) continue;
    const absl::Status status = ParseDatagramFile(absl::string_view(file).substr(0, size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST(DatagramFile, TellsWhereItIsTruncated) {
  const std::string file = DatagramFile({Bytes(5)});
  const absl::Status status =
      ParseDatagramFile(absl::string_view(file).substr(0, file.size() - 2)).status();
  EXPECT_EQ(status.message(), absl::StrCat("truncated at byte ", DatagramFileHeader().size(),
                                           ": a datagram of 5 bytes has only 3"));
}

TEST(DatagramFile, OtherByteOrderIsRefused) {
  std::string file = DatagramFile({Bytes(5)});
  const size_t order = file.find(" endian") - 1;
  file[order] = 'x';
  EXPECT_THAT(std::string(ParseDatagramFile(file).status().message()),
              HasSubstr("host of other byte order"));
}

}  // namespace
}  // namespace tcp_lifecycle
