#include "collectors/kernel/replay/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/collectors/kernel/procfs/proc_tree.h"
#include "tests/unit/collectors/kernel/procfs/status_matchers.h"

namespace tcp_lifecycle {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

int Shell(const std::string& command) {
  return std::system(command.c_str());  // NOLINT(cert-env33-c): of this test's own words
}

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() { tree_.Write("to/.keep", ""); }
  std::string Path(const std::string& path) { return tree_.Path(path).string(); }
  std::string Read(const std::string& path) { return tree_.files().Read(path).value(); }
  static std::string Gzipped(const std::string& text) {
    ProcTree tree;
    tree.Write("text", text);
    Shell(absl::StrCat("gzip ", tree.Path("text").string()));
    std::ifstream packed(tree.Path("text.gz"), std::ios::binary);
    return {std::istreambuf_iterator<char>(packed), {}};
  }
  // What tar would compress, or what it has.
  absl::Status Unpack(const std::string& archive) {
    tree_.Write("archive", absl::StartsWith(archive, "\x1f") ? archive : Gzipped(archive));
    return UnpackArchive(Path("archive"), Path("to"));
  }
  static std::string Header(const std::string& name, char type = '0',
                            const std::string& size = "00000000000") {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(124, size.size(), size);
    header.replace(148, 8, "        ");
    header[156] = type;
    header.replace(257, 7, "ustar  ");
    uint32_t sum = 0;
    for (const char each : header) sum += static_cast<unsigned char>(each);
    std::string digits(6, '0');
    for (size_t i = 6; i-- > 0; sum /= 8) digits[i] = static_cast<char>('0' + sum % 8);
    header.replace(148, 6, digits);
    header[154] = '\0';
    return header;
  }
  static std::string End() {
    std::string end(1024, '\0');
    return end;
  }

  ProcTree tree_;
};

TEST_F(ArchiveTest, WhatWasPackedIsUnpacked) {
  const std::string large(1'000'001, 'x');
  tree_.Write("from/about", "kernel: 6.18.0\n").Write("from/proc/net/tcp", large);
  tree_.Write("from/empty", "").Write("from/block", std::string(512, 'b')).Write("new", "");
  ASSERT_TRUE(PackArchive(Path("from"), Path("new")).ok());
  struct stat about;
  ASSERT_EQ(stat(Path("new").c_str(), &about), 0);
  EXPECT_LT(about.st_size, 10'000) << "it is compressed";
  ASSERT_TRUE(UnpackArchive(Path("new"), Path("to")).ok());
  EXPECT_EQ(Read("to/about"), "kernel: 6.18.0\n");
  EXPECT_EQ(Read("to/empty"), "");
  EXPECT_EQ(Read("to/block"), std::string(512, 'b'));
  std::ifstream unpacked(tree_.Path("to/proc/net/tcp"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(unpacked), {}), large);
}

TEST_F(ArchiveTest, ArchivesOfTarAreUnpackedToo) {
  tree_.Write("from/about", "x").Write("from/proc/net/tcp", "y");
  for (const char* how : {"czf", "c --format=pax -zf", "c --format=ustar -zf"}) {
    tree_.Write("to/.keep", "");
    const std::string command =
        absl::StrCat("tar ", how, " ", Path("by_tar"), " -C ", Path("from"), " .");
    ASSERT_EQ(Shell(command), 0);
    const absl::Status status = UnpackArchive(Path("by_tar"), Path("to"));
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(Read("to/about"), "x");
    EXPECT_EQ(Read("to/proc/net/tcp"), "y");
    std::filesystem::remove_all(Path("to"));
  }
}

TEST_F(ArchiveTest, TarReadsWhatWasPacked) {
  tree_.Write("from/proc/net/tcp", "y").Write("new", "").Write("by_tar/.keep", "");
  ASSERT_TRUE(PackArchive(Path("from"), Path("new")).ok());
  ASSERT_EQ(Shell(absl::StrCat("tar xzf ", Path("new"), " -C ", Path("by_tar"))), 0);
  EXPECT_EQ(Read("by_tar/proc/net/tcp"), "y");
  const auto seconds = [&](const std::string& path) {
    return std::chrono::floor<std::chrono::seconds>(
        std::filesystem::last_write_time(Path(path)).time_since_epoch());
  };
  EXPECT_EQ(seconds("by_tar/proc/net/tcp"), seconds("from/proc/net/tcp"));
}

TEST_F(ArchiveTest, NumbersFillTheirFieldsAsUstarHasIt) {
  tree_.Write("from/about", "x").Write("new", "");
  ASSERT_TRUE(PackArchive(Path("from"), Path("new")).ok());
  ASSERT_EQ(Shell(absl::StrCat("gunzip -c ", Path("new"), " > ", Path("plain"))), 0);
  std::ifstream plain(tree_.Path("plain"), std::ios::binary);
  const std::string header(std::istreambuf_iterator<char>(plain), {});
  EXPECT_EQ(header.substr(100, 8), absl::string_view("0000600\0", 8));
  EXPECT_EQ(header.substr(124, 12), absl::string_view("00000000001\0", 12));
}

TEST_F(ArchiveTest, TooLongANameOrTooLargeAFileIsTold) {
  const std::string name(100, 'n');
  tree_.Write("from/" + name, "x").Write("new", "");
  ASSERT_TRUE(PackArchive(Path("from"), Path("new")).ok());
  ASSERT_TRUE(UnpackArchive(Path("new"), Path("to")).ok());
  EXPECT_EQ(Read("to/" + name), "x");
  std::filesystem::rename(Path("from/" + name), Path("from/n" + name));
  const auto too_large =
      FailsWith(StatusCode::kOutOfRange, HasSubstr(": too large for an archive"));
  EXPECT_THAT(PackArchive(Path("from"), Path("new")), too_large);
  std::filesystem::rename(Path("from/n" + name), Path("from/about"));
  std::filesystem::resize_file(Path("from/about"), uint64_t{8} << 30);  // it takes no room
  EXPECT_THAT(PackArchive(Path("from"), Path("new")), too_large);
}

TEST_F(ArchiveTest, AFileThatEndsBeforeItsSizeIsTold) {
  tree_.Write("from/about", "x").Write("new", "");
  std::filesystem::create_symlink("/sys/kernel/uevent_seqnum", Path("from/uevent_seqnum"));
  EXPECT_THAT(PackArchive(Path("from"), Path("new")),
              FailsWith(StatusCode::kDataLoss, HasSubstr("uevent_seqnum: cannot be read")));
}

TEST_F(ArchiveTest, NothingIsWrittenOutside) {
  for (const char* name : {"../x", "/x", "a/../../x", "a//x", "..", ".", "", "a/", "x\n"}) {
    EXPECT_THAT(Unpack(Header(name) + End()),
                FailsWith(StatusCode::kInvalidArgument, HasSubstr("archive: holds \"")))
        << name;
  }
  EXPECT_FALSE(std::filesystem::exists(Path("x")));
}

TEST_F(ArchiveTest, WhatIsNoFileIsRefusedByName) {
  for (const char type : {'1', '2', '3', '6', 'L', 'S'}) {
    EXPECT_THAT(
        Unpack(Header("odd", type) + Header("about") + End()),
        FailsWith(StatusCode::kInvalidArgument, HasSubstr("holds \"odd\", which is no file")))
        << type;
  }
  EXPECT_TRUE(Unpack(Header("dir/", '5') + Header("about") + End()).ok());
  EXPECT_TRUE(Unpack(Header("by_an_old_tar", '\0') + End()).ok());
}

TEST_F(ArchiveTest, VeryManyFilesAreRefused) {
  std::string archive;
  for (int i = 0; i < 1000; ++i) archive += Header(absl::StrCat(i));
  EXPECT_TRUE(Unpack(archive + End()).ok());
  std::filesystem::remove_all(Path("to"));
  EXPECT_THAT(Unpack(archive + Header("1000")),
              FailsWith(StatusCode::kOutOfRange, HasSubstr("more than 1000 files")));
}

TEST_F(ArchiveTest, AnArchiveThatIsNotCompressedIsToldSo) {
  tree_.Write("plain", Header("about") + End());
  EXPECT_THAT(UnpackArchive(Path("plain"), Path("to")),
              FailsWith(StatusCode::kDataLoss, HasSubstr("plain: is no archive that gzip")));
}

TEST_F(ArchiveTest, WhatIsNoArchiveIsTold) {
  for (const std::string& wrong :
       {std::string(), std::string("text"), std::string(512, 'x'), End(),
        Header("a").substr(0, 511), Header("a", '0', "0000000000x") + End(),
        std::string(Header("a")).replace(0, 1, "b"), std::string("\x1f\x8b\x08 and no more")}) {
    EXPECT_THAT(
        Unpack(wrong),
        FailsWith(
            StatusCode::kDataLoss,
            ::testing::ContainsRegex(
                "archive: (is no tar archive|ends|is no archive|unexpected|unknown header)")));
  }
}

TEST_F(ArchiveTest, DamageAnywhereIsTold) {
  std::string random(3000, '\0');
  for (size_t i = 0; i < random.size(); ++i) random[i] = static_cast<char>(i * i * 31 + i / 7);
  tree_.Write("from/about", random).Write("new", "");
  ASSERT_TRUE(PackArchive(Path("from"), Path("new")).ok());
  std::ifstream packed(tree_.Path("new"), std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(packed), {});
  for (size_t at = 10; at < whole.size(); at += 13) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    for (const std::string& damaged : {flipped, whole.substr(0, at)}) {
      std::filesystem::remove_all(Path("to"));
      std::filesystem::create_directory(Path("to"));
      EXPECT_FALSE(Unpack(damaged).ok()) << at;
    }
  }
}

TEST_F(ArchiveTest, DamageIsToldAsZlibDoes) {
  std::string archive = Gzipped(Header("about") + End());
  archive[archive.size() - 8] = static_cast<char>(archive[archive.size() - 8] ^ 4);  // its sum
  EXPECT_THAT(Unpack(archive),
              FailsWith(StatusCode::kDataLoss, HasSubstr("archive: incorrect data check")));
}

TEST_F(ArchiveTest, ACutFileIsTold) {
  EXPECT_THAT(Unpack(Header("a", '0', "00000001001") + std::string(512, 'x')),
              FailsWith(StatusCode::kDataLoss, HasSubstr("archive: ends too early")));
}

TEST_F(ArchiveTest, MoreThanFourGibibytesAreRefused) {
  const auto refused = FailsWith(StatusCode::kOutOfRange, HasSubstr("more than 4 GiB"));
  EXPECT_THAT(Unpack(Header("a", '0', "77777777777")), refused);
  // With the header of 512 bytes, exactly so much.
  EXPECT_THAT(Unpack(Header("b", '0', "37777777000")),
              FailsWith(StatusCode::kDataLoss, HasSubstr("archive: ends too early")));
  EXPECT_THAT(Unpack(Header("c", '0', "37777777001")), refused);
}

TEST_F(ArchiveTest, WhatCannotBeWrittenIsTold) {
  EXPECT_THAT(Unpack(Header("a") + Header("a/b") + End()),
              FailsWith(StatusCode::kFailedPrecondition, HasSubstr("to/a: Not a directory")));
  tree_.Write("large", Gzipped(Header("large", '0', "00000001000") + End()));
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {511, before.rlim_max};
  auto* const action = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = UnpackArchive(Path("large"), Path("to"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, action);
  EXPECT_THAT(std::string(status.message()), HasSubstr("to/large: File too large"));
}

TEST_F(ArchiveTest, AFileIsNotWrittenTwice) {
  EXPECT_THAT(Unpack(Header("a") + Header("a") + End()),
              FailsWith(StatusCode::kAlreadyExists, HasSubstr("to/a")));
}

TEST_F(ArchiveTest, WhatCannotBeOpenedIsTold) {
  EXPECT_THAT(UnpackArchive(Path("none"), Path("to")),
              FailsWith(StatusCode::kNotFound, HasSubstr("none: No such file")));
  EXPECT_THAT(PackArchive(Path("to"), "/proc/none"),
              FailsWith(StatusCode::kNotFound, HasSubstr("/proc/none: No such file")));
  EXPECT_FALSE(PackArchive(Path("none"), Path("new")).ok());
}

TEST_F(ArchiveTest, AFullDiskIsTold) {
  tree_.Write("from/about", "x");
  EXPECT_THAT(PackArchive(Path("from"), "/dev/full"),
              FailsWith(StatusCode::kResourceExhausted, HasSubstr("/dev/full: No space left")));
}

}  // namespace
}  // namespace tcp_lifecycle
