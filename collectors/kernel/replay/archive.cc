#include "collectors/kernel/replay/archive.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collectors/base/parse_number.h"
#include "collectors/base/printable.h"
#include "collectors/kernel/replay/output_file.h"

namespace tcp_lifecycle {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlockBytes = 512;
constexpr uint64_t kMostBytes = uint64_t{4} << 30;      // of all files, when they are unpacked
constexpr uint64_t kMostFileBytes = uint64_t{8} << 30;  // 11 octal digits
constexpr size_t kMostFiles = 1000;                     // a recording has about 50
constexpr char kRegular = '0';
constexpr char kOldRegular = '\0';

// Directories, and the headers in which pax has times and owners.
constexpr absl::string_view kPassedOver = "5xg";

using Block = std::array<char, kBlockBytes>;

// The block in front of a file. Numbers are octal digits.
struct Header {
  std::array<char, 100> name;
  std::array<char, 8> mode;
  std::array<char, 8> uid;
  std::array<char, 8> gid;
  std::array<char, 12> size;
  std::array<char, 12> mtime;
  std::array<char, 8> checksum;
  char type;
  std::array<char, 100> link;
  std::array<char, 6> magic;
  std::array<char, 2> version;
  std::array<char, 80> owner_and_device;
  std::array<char, 155> prefix;  // of long names
  std::array<char, 12> rest;
};
static_assert(sizeof(Header) == kBlockBytes);

template <size_t kSize>
void PutOctal(uint64_t value, std::array<char, kSize>& digits) {
  const std::string text = absl::StrFormat("%0*o", static_cast<int>(kSize - 1), value);
  std::ranges::copy(absl::string_view(text).substr(0, kSize - 1), digits.begin());
}

template <size_t kSize>
absl::string_view TextIn(const std::array<char, kSize>& field) {
  return {field.data(), strnlen(field.data(), kSize)};
}

template <size_t kSize>
bool GetOctal(const std::array<char, kSize>& field, uint64_t& value) {
  return ParseNumber(absl::StripAsciiWhitespace(TextIn(field)), value, 8);
}

// The sum of all bytes, those of the sum itself taken as blanks.
uint32_t Checksum(Header header) {
  header.checksum.fill(' ');
  uint32_t sum = 0;
  for (const char each : std::bit_cast<Block>(header)) sum += static_cast<unsigned char>(each);
  return sum;
}

size_t PaddingAfter(uint64_t size) { return (kBlockBytes - size % kBlockBytes) % kBlockBytes; }

struct Close {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, Close>;

// zlib leaves errno alone where it has no memory.
absl::Status LastError(const std::string& path) {
  return absl::ErrnoToStatus(errno != 0 ? errno : ENOMEM, path);
}

absl::StatusOr<GzFile> OpenGz(const std::string& path, const char* mode) {
  errno = 0;
  GzFile file(gzopen(path.c_str(), mode));
  if (file == nullptr) return LastError(path);
  return file;
}

absl::Status WriteGz(const GzFile& file, const std::string& path, const void* bytes, size_t size) {
  errno = 0;
  const int written = gzwrite(file.get(), bytes, static_cast<unsigned>(size));
  return written == static_cast<int>(size) ? absl::OkStatus() : LastError(path);
}

absl::Status PackFile(const GzFile& archive, const std::string& path, const fs::path& file,
                      const std::string& name) {
  struct stat about;
  if (stat(file.c_str(), &about) != 0) return absl::ErrnoToStatus(errno, file.string());
  const auto size = static_cast<uint64_t>(about.st_size);
  Header header = {};
  if (name.size() > header.name.size() || size >= kMostFileBytes) {
    return absl::OutOfRangeError(absl::StrCat(file.string(), ": too large for an archive"));
  }
  std::ranges::copy(name, header.name.begin());
  PutOctal(0600, header.mode);
  PutOctal(0, header.uid);
  PutOctal(0, header.gid);
  PutOctal(size, header.size);
  PutOctal(static_cast<uint64_t>(std::max<time_t>(about.st_mtime, 0)), header.mtime);
  header.type = kRegular;
  header.magic = {'u', 's', 't', 'a', 'r', '\0'};
  header.version = {'0', '0'};
  PutOctal(Checksum(header), header.checksum);
  absl::Status written = WriteGz(archive, path, &header, sizeof header);

  std::ifstream contents(file, std::ios::binary);
  std::vector<char> piece(1 << 16);
  uint64_t left = size;
  while (written.ok() && left > 0) {
    contents.read(piece.data(),
                  static_cast<std::streamsize>(std::min<uint64_t>(left, piece.size())));
    const auto got = static_cast<size_t>(contents.gcount());
    if (got == 0) return absl::DataLossError(absl::StrCat(file.string(), ": cannot be read"));
    written = WriteGz(archive, path, piece.data(), got);
    left -= got;
  }
  const Block zeros = {};
  written.Update(WriteGz(archive, path, zeros.data(), PaddingAfter(size)));
  return written;
}

// An archive that is read from its beginning to its end.
class Reader {
 public:
  Reader(GzFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  // False at the end.
  absl::StatusOr<bool> Read(Block& block) {
    const int got = gzread(file_.get(), block.data(), kBlockBytes);
    if (got == kBlockBytes) return true;
    int error = 0;
    const char* const message = gzerror(file_.get(), &error);
    if (got < 0) return absl::DataLossError(message);  // which names the file
    if (got > 0 || error != Z_OK) return Damaged("ends too early");
    return false;
  }
  // The checksum of gzip comes last.
  absl::Status CheckRest() {
    Block block;
    while (true) {
      const absl::StatusOr<bool> more = Read(block);
      if (!more.ok()) return more.status();
      if (!*more) return absl::OkStatus();
    }
  }
  absl::Status Damaged(absl::string_view how) const {
    return absl::DataLossError(absl::StrCat(path_, ": ", how));
  }

 private:
  GzFile file_;
  std::string path_;
};

// `about`, `proc/net/tcp`: nothing above the directory, and nothing odd. Empty where it is not so.
std::string SafeName(absl::string_view name) {
  absl::ConsumePrefix(&name, "./");
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == "." || part == ".." || !IsPrintable(part)) return "";
  }
  return std::string(name);
}

// Reads the file behind its header; nowhere where `to` is empty.
absl::Status UnpackFile(Reader& archive, uint64_t size, const fs::path& to) {
  std::optional<OutputFile> file;
  if (!to.empty()) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (error) return absl::ErrnoToStatus(error.value(), to.parent_path().string());
    absl::StatusOr<OutputFile> made = OutputFile::Create(to.string());
    if (!made.ok()) return made.status();
    file = *std::move(made);
  }
  Block block;
  for (uint64_t left = size; left > 0; left -= std::min<uint64_t>(left, kBlockBytes)) {
    const absl::StatusOr<bool> more = archive.Read(block);
    if (!more.ok()) return more.status();
    if (!*more) return archive.Damaged("ends too early");
    if (!file.has_value()) continue;
    absl::Status written =
        file->Write(absl::string_view(block.data(), std::min<uint64_t>(left, kBlockBytes)));
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status PackArchive(const std::string& directory, const std::string& archive) {
  absl::StatusOr<GzFile> file = OpenGz(archive, "wb");
  if (!file.ok()) return file.status();
  std::vector<fs::path> paths;
  std::error_code error;
  fs::recursive_directory_iterator entries(directory, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (entries->is_regular_file(error)) paths.push_back(entries->path());
  }
  if (error) return absl::ErrnoToStatus(error.value(), directory);
  std::ranges::sort(paths);
  for (const fs::path& path : paths) {
    const std::string name = path.lexically_relative(directory).string();
    if (absl::Status status = PackFile(*file, archive, path, name); !status.ok()) return status;
  }
  // Two blocks of zeros are the end.
  const std::array<char, 2 * kBlockBytes> end = {};
  if (absl::Status status = WriteGz(*file, archive, end.data(), end.size()); !status.ok()) {
    return status;
  }
  // What is still in memory is written now.
  errno = 0;
  if (gzclose(file->release()) != Z_OK) return LastError(archive);
  return absl::OkStatus();
}

absl::Status UnpackArchive(const std::string& archive, const std::string& directory) {
  absl::StatusOr<GzFile> file = OpenGz(archive, "rb");
  if (!file.ok()) return file.status();
  if (gzdirect(file->get()) != 0) {
    return absl::DataLossError(absl::StrCat(archive, ": is no archive that gzip has compressed"));
  }
  Reader reader(*std::move(file), archive);
  uint64_t bytes = 0;
  for (size_t files = 0;;) {
    Block block;
    const absl::StatusOr<bool> more = reader.Read(block);
    if (!more.ok()) return more.status();
    const auto header = std::bit_cast<Header>(block);
    const bool ends = !*more || block == Block{};
    if (ends && files > 0) return reader.CheckRest();
    uint64_t size = 0;
    uint64_t checksum = 0;
    if (ends || TextIn(header.magic).substr(0, 5) != "ustar" || !GetOctal(header.size, size) ||
        !GetOctal(header.checksum, checksum) || checksum != Checksum(header)) {
      return reader.Damaged("is no tar archive, or a damaged one");
    }
    bytes += kBlockBytes + size;
    if (bytes > kMostBytes) {
      return absl::OutOfRangeError(absl::StrCat(archive, ": holds more than 4 GiB"));
    }
    std::string name;
    if (header.type == kRegular || header.type == kOldRegular) {
      name = TextIn(header.prefix).empty() ? SafeName(TextIn(header.name)) : "";
      if (++files > kMostFiles) {
        return absl::OutOfRangeError(absl::StrCat(archive, ": more than ", kMostFiles, " files"));
      }
    }
    if (name.empty() && !absl::StrContains(kPassedOver, header.type)) {
      return absl::InvalidArgumentError(absl::StrCat(archive, ": holds \"",
                                                     absl::Utf8SafeCEscape(TextIn(header.name)),
                                                     "\", which is no file of a recording"));
    }
    const fs::path to = name.empty() ? fs::path() : fs::path(directory) / name;
    if (absl::Status status = UnpackFile(reader, size, to); !status.ok()) return status;
  }
}

}  // namespace tcp_lifecycle
