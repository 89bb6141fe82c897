// A directory that looks like /proc, built inline by a test and gone with it.
#pragma once

#include <sys/types.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "absl/strings/string_view.h"
#include "collectors/kernel/procfs/proc_files.h"

namespace tcp_lifecycle {

class ProcTree {
 public:
  ProcTree() {
    std::string name = (std::filesystem::temp_directory_path() / "proc_tree.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    root_ = name;
  }
  ~ProcTree() { std::filesystem::remove_all(root_); }
  ProcTree(const ProcTree&) = delete;
  ProcTree& operator=(const ProcTree&) = delete;
  ProcTree(ProcTree&&) = delete;
  ProcTree& operator=(ProcTree&&) = delete;

  // Creates or replaces `path` and the directories above it.
  ProcTree& Write(const std::string& path, absl::string_view text) {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(text.data(), std::streamsize(text.size()));
    return *this;
  }
  std::filesystem::path Path(const std::string& path) const { return root_ / path; }
  ProcFiles files() const { return ProcFiles(root_.string()); }

 private:
  std::filesystem::path root_;
};

}  // namespace tcp_lifecycle
