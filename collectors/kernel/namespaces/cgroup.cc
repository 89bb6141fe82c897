#include "collectors/kernel/namespaces/cgroup.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kContainerIdDigits = 64;
constexpr size_t kStaticPodUidDigits = 32;
constexpr absl::string_view kUuidShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool IsDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool AreDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// 0123..., docker-0123....scope, cri-containerd-0123....scope; empty where it is no container's.
absl::string_view ContainerIdOf(absl::string_view name) {
  absl::ConsumeSuffix(&name, ".scope");
  if (name.size() < kContainerIdDigits) return {};
  const absl::string_view id = name.substr(name.size() - kContainerIdDigits);
  const absl::string_view runtime = name.substr(0, name.size() - kContainerIdDigits);
  const bool whole = runtime.empty() || absl::EndsWith(runtime, "-");
  return whole && AreDigits(id) && !absl::EndsWith(runtime, "conmon-") ? id : absl::string_view();
}

// pod<uid>, kubepods-burstable-pod<uid>.slice; empty where it is no pod's. systemd has a meaning of
// its own for dashes in the name of a slice, so there they are underscores.
std::string PodUidOf(absl::string_view name) {
  const bool slice = absl::ConsumeSuffix(&name, ".slice");
  constexpr absl::string_view kPrefix = "-pod";
  const size_t prefix = name.rfind(kPrefix);
  if (prefix != absl::string_view::npos) {
    name.remove_prefix(prefix + kPrefix.size());
  } else if (slice || !absl::ConsumePrefix(&name, "pod")) {
    return "";
  }
  std::string uid(name);
  std::replace(uid.begin(), uid.end(), '_', '-');
  const auto fits = [](char c, char shape) { return shape == 'x' ? IsDigit(c) : c == shape; };
  const bool good = (uid.size() == kStaticPodUidDigits && AreDigits(uid)) ||
                    std::equal(uid.begin(), uid.end(), kUuidShape.begin(), kUuidShape.end(), fits);
  return good ? uid : "";
}

// From the outermost inwards. A colon divides as well: a runtime that is told cgroupfs while the
// kubelet uses systemd makes one name of slice:prefix:id.
CgroupOwner OwnerOf(absl::string_view path) {
  CgroupOwner owner;
  for (const absl::string_view name : absl::StrSplit(path, absl::ByAnyChar("/:"))) {
    if (std::string pod_uid = PodUidOf(name); !pod_uid.empty()) {
      owner = {.container_id = "", .pod_uid = std::move(pod_uid)};
    } else if (const absl::string_view id = ContainerIdOf(name); !id.empty()) {
      owner.container_id = std::string(id);
    }
  }
  return owner;
}

}  // namespace

CgroupOwner ParseCgroup(absl::string_view text) {
  // Not every hierarchy of cgroup v1 need have the inner levels: the one that tells most counts.
  const auto told = [](const CgroupOwner& owner) {
    return (owner.pod_uid.empty() ? 0 : 2) + (owner.container_id.empty() ? 0 : 1);
  };
  CgroupOwner best;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    // hierarchy-ID:controllers:path
    const size_t controllers = line.find(':');
    if (controllers == absl::string_view::npos) continue;
    const size_t path = line.find(':', controllers + 1);
    if (path == absl::string_view::npos) continue;
    CgroupOwner owner = OwnerOf(line.substr(path + 1));
    if (told(owner) > told(best)) best = std::move(owner);
  }
  return best;
}

}  // namespace tcp_lifecycle
