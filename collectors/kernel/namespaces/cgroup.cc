#include "collectors/kernel/namespaces/cgroup.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kContainerIdSize = 64;
// systemd has _ for the dashes of a uid: they are its separators. That of a static pod has none.
constexpr absl::string_view kUidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
constexpr size_t kStaticUidSize = 32;

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsUid(absl::string_view text) {
  if (text.size() == kStaticUidSize) return IsHex(text);
  return text.size() == kUidForm.size() &&
         std::equal(text.begin(), text.end(), kUidForm.begin(), [](char c, char form) {
           return form == '-' ? c == '-' : IsHex({&c, 1});
         });
}

// <64 hex>, docker-<64 hex>.scope, cri-containerd-<64 hex>.scope, ...
absl::string_view ContainerIn(absl::string_view component) {
  absl::ConsumeSuffix(&component, ".scope");
  if (component.size() < kContainerIdSize || absl::StrContains(component, "conmon")) return "";
  const absl::string_view id = component.substr(component.size() - kContainerIdSize);
  const absl::string_view prefix = component.substr(0, component.size() - kContainerIdSize);
  return IsHex(id) && (prefix.empty() || prefix.back() == '-') ? id : "";
}

// pod<uid>, kubepods-burstable-pod<uid>.slice
std::string PodIn(absl::string_view component) {
  absl::ConsumeSuffix(&component, ".slice");
  const size_t at = component.rfind("pod");
  if (at == absl::string_view::npos || (at > 0 && component[at - 1] != '-')) return "";
  std::string uid = absl::StrReplaceAll(component.substr(at + 3), {{"_", "-"}});
  return IsUid(uid) ? uid : "";
}

}  // namespace

CgroupIds ParseCgroup(absl::string_view text) {
  CgroupIds ids;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    // hierarchy:controllers:path
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    for (absl::string_view component : absl::StrSplit(fields[2], '/')) {
      if (const absl::string_view id = ContainerIn(component); !id.empty()) {
        ids.container_id = std::string(id);
      }
      if (std::string uid = PodIn(component); !uid.empty()) ids.pod_uid = std::move(uid);
    }
    if (!ids.container_id.empty()) break;  // each hierarchy of v1 says the same
  }
  return ids;
}

}  // namespace tcp_lifecycle
