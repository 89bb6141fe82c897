#include "collectors/kernel/bpf/object.h"

#include <bpf/libbpf.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/kernel_btf.h"
#include "collectors/kernel/bpf/load_log.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kLogBytes = 1 << 20;

// libbpf's messages of one call. It knows one function for all threads and no argument of its own.
thread_local std::string* log_of_this_thread = nullptr;

__attribute__((format(printf, 2, 0))) int AppendToLog(libbpf_print_level level, const char* format,
                                                      va_list arguments) {
  if (level != LIBBPF_WARN || log_of_this_thread == nullptr) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  std::string& log = *log_of_this_thread;
  if (length <= 0) return 0;
  const size_t before = log.size();
  log.resize(before + static_cast<size_t>(length) + 1);
  const int written =
      std::vsnprintf(log.data() + before, static_cast<size_t>(length) + 1, format, arguments);
  log.pop_back();
  // The verdict stands at the end.
  if (log.size() > kLogBytes) log.erase(0, log.size() - kLogBytes);
  return written;
}

int LoadLogged(BpfLoader load, BpfObject& object, std::string& log) {
  log_of_this_thread = &log;
  const libbpf_print_fn_t before = libbpf_set_print(AppendToLog);
  const absl::Cleanup restore = [&] {
    libbpf_set_print(before);
    log_of_this_thread = nullptr;
  };
  return load(&object);
}

}  // namespace

void UnloadObject::operator()(const BpfObject* object) const {
  object->close(object->skeleton);
  delete object;
}

absl::StatusOr<LoadedObject> Load(const ObjectLoaders& loaders) {
  const auto failed = [&](absl::StatusCode code, absl::string_view why) {
    return absl::Status(code, absl::StrCat("loading ", loaders.what, ": ", why));
  };
  if (const absl::Status rights = HasBpfCapabilities(); !rights.ok()) {
    return failed(rights.code(), rights.message());
  }
  // Without a kfunc only whether there is any BTF counts.
  const absl::StatusOr<bool> has = KernelBtfNames(loaders.kfunc);
  if (!has.ok()) return failed(has.status().code(), has.status().message());
  if (!loaders.kfunc.empty() && !*has) {
    return failed(absl::StatusCode::kUnimplemented,
                  absl::StrCat("this kernel has no kfunc ", loaders.kfunc));
  }
  RaiseMemlockLimit();
  BpfObject object = {};
  std::string log;
  if (loaders.light(&object) != 0) {
    if (const int error = LoadLogged(loaders.libbpf, object, log); error != 0) {
      // The verifier says EACCES, of what the program may not do.
      const bool lacks_room = error == EMFILE || error == ENFILE || error == ENOMEM;
      const absl::StatusCode code = error == EPERM ? absl::StatusCode::kPermissionDenied
                                    : lacks_room   ? absl::StatusCode::kResourceExhausted
                                                   : absl::StatusCode::kUnimplemented;
      return failed(
          code, absl::StrCat(std::strerror(error), "; ", ReasonIn(log), WhyNotPermitted(error)));
    }
  }
  return LoadedObject(new BpfObject(object));
}

}  // namespace tcp_lifecycle
