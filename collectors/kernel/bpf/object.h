// A BPF object (skeleton.h) in the kernel, until it is destroyed.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collectors/kernel/bpf/skeleton.h"

namespace tcp_lifecycle {

struct UnloadObject {
  void operator()(const BpfObject* object) const;
};
using LoadedObject = std::unique_ptr<const BpfObject, UnloadObject>;

struct ObjectLoaders {
  absl::string_view what;  // for errors
  BpfLoader light, libbpf;
  absl::string_view kfunc;  // without which it does not load; empty: there is none
};

// By the light skeleton, else by libbpf. PermissionDenied names the capability or limit that is
// missing; NotFound: the kernel has no BTF; Unimplemented says what it refuses.
absl::StatusOr<LoadedObject> Load(const ObjectLoaders& loaders);

}  // namespace tcp_lifecycle
