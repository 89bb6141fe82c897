#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "collectors/kernel/bpf/capabilities.h"
#include "collectors/kernel/bpf/connect_events.h"
#include "collectors/kernel/bpf/skeleton.h"

namespace tcp_lifecycle {
namespace {

struct CloseEvents {
  void operator()(EventsSkeleton* events) const { CloseEventsSkeleton(events); }
};
using EventsHandle = std::unique_ptr<EventsSkeleton, CloseEvents>;

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
  explicit ConnectCounters(EventsHandle events)
      : events_(std::move(events)), parts_(PartsOfEvents(events_.get())) {}

  absl::StatusOr<ConnectEvents> Read() override {
    ConnectEvents events;
    absl::Status status = ReadCounters<WireDestination>(parts_.destinations_fd, events);
    status.Update(ReadCounters<WireFailure>(parts_.failures_fd, events));
    if (!status.ok()) return status;
    return events;
  }

 private:
  EventsHandle events_;
  EventsParts parts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ConnectEventsReader>> CountConnectEvents(uint32_t netns_inode) {
  EventsHandle events(OpenEventsSkeleton(netns_inode));
  if (events == nullptr) return LoadError(errno, "the counters of failed connections");
  return std::make_unique<ConnectCounters>(std::move(events));
}

}  // namespace tcp_lifecycle
