#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "collectors/base/unique_fd.h"
#include "collectors/kernel/bpf/connect_events_reader.h"
#include "collectors/kernel/bpf/object.h"

namespace tcp_lifecycle {
namespace {

// The attachment of a program to its tracepoint, which ends with the descriptor.
absl::StatusOr<UniqueFd> Attach(int program_fd) {
  bpf_attr attributes = {};
  attributes.raw_tracepoint.prog_fd = static_cast<uint32_t>(program_fd);
  UniqueFd link(
      static_cast<int>(syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attributes, sizeof attributes)));
  if (!link.valid()) return absl::ErrnoToStatus(errno, "attaching to inet_sock_set_state");
  return link;
}

// Adds every counter of a map whose keys are Key; no key is ever deleted.
template <typename Key>
absl::Status ReadCounters(int map_fd, ConnectEvents& events) {
  Key key;
  uint64_t count = 0;
  bpf_attr attributes = {};
  attributes.map_fd = static_cast<uint32_t>(map_fd);
  for (bool first = true;; first = false) {
    attributes.key = first ? 0 : reinterpret_cast<uintptr_t>(&key);
    attributes.next_key = reinterpret_cast<uintptr_t>(&key);
    if (syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attributes, sizeof attributes) != 0) {
      if (errno == ENOENT) return absl::OkStatus();
      return absl::ErrnoToStatus(errno, "reading the keys of a BPF map");
    }
    attributes.key = reinterpret_cast<uintptr_t>(&key);
    attributes.value = reinterpret_cast<uintptr_t>(&count);
    if (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attributes, sizeof attributes) != 0) {
      return absl::ErrnoToStatus(errno, "reading a BPF map");
    }
    AddCounter(key, count, events);
  }
}

class ConnectCounters final : public ConnectEventsReader {
 public:
  ConnectCounters(LoadedObject object, UniqueFd link)
      : object_(std::move(object)), link_(std::move(link)) {}

  absl::StatusOr<ConnectEvents> Read() override {
    ConnectEvents events;
    absl::Status status = ReadCounters<WireDestination>(object_->destinations_fd, events);
    status.Update(ReadCounters<WireFailure>(object_->failures_fd, events));
    if (!status.ok()) return status;
    return events;
  }

 private:
  LoadedObject object_;
  UniqueFd link_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectEventsReader>> CountConnectEvents(uint32_t netns_inode) {
  if (netns_inode == 0) return absl::NotFoundError("the network namespace has no number");
  absl::StatusOr<LoadedObject> object =
      Load({"the counters of failed connections", LoadEventsLight, LoadEventsByLibbpf, ""});
  if (!object.ok()) return object.status();
  *(*object)->watched_netns = netns_inode;
  absl::StatusOr<UniqueFd> link = Attach((*object)->on_state_fd);
  if (!link.ok()) return link.status();
  return std::make_unique<ConnectCounters>(*std::move(object), *std::move(link));
}

}  // namespace tcp_lifecycle
