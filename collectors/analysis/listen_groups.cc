#include "collectors/analysis/listen_groups.h"

#include <algorithm>
#include <tuple>

namespace tcp_lifecycle {
namespace {

std::optional<uint64_t> Sum(const std::optional<uint64_t>& sum,
                            const std::optional<uint32_t>& more) {
  if (!sum || !more) return std::nullopt;
  return *sum + *more;
}

}  // namespace

bool IsFuller(const ListenGroup& a, const ListenGroup& b) {
  return std::tie(b.max_ratio, b.queue, a.address, a.port) <
         std::tie(a.max_ratio, a.queue, b.address, b.port);
}

void ListenGroups::Add(const Listener& listener) {
  const std::pair key(listener.socket.local_address, listener.socket.local_port);
  auto found = groups_.find(key);
  if (found == groups_.end()) {
    if (groups_.size() == kMaxHeld) {
      for (ListenGroup& group : DropAllBut(kMaxHeld / 2)) {
        groups_.emplace(std::pair(group.address, group.port), group);
      }
    }
    found = groups_.try_emplace(key).first;
    ListenGroup& group = found->second;
    std::tie(group.address, group.port) = key;
    group.limit = group.drops = 0;
  }
  ListenGroup& group = found->second;
  ++group.listeners;
  group.queue += listener.accept_queue;
  group.limit = Sum(group.limit, listener.backlog);
  group.drops = Sum(group.drops, listener.drops);
  if (listener.backlog) {
    const double ratio =
        static_cast<double>(listener.accept_queue) / std::max(*listener.backlog, 1u);
    group.max_ratio = std::max(group.max_ratio.value_or(0), ratio);
    if (listener.accept_queue > *listener.backlog) ++group.full;
    group.max_limit = std::max<uint64_t>(group.max_limit.value_or(0), *listener.backlog);
  }
}

std::vector<ListenGroup> ListenGroups::TakeFullest(size_t count) {
  std::vector<ListenGroup> fullest = DropAllBut(count);
  std::sort(fullest.begin(), fullest.end(), IsFuller);
  return fullest;
}

std::vector<ListenGroup> ListenGroups::DropAllBut(size_t count) {
  std::vector<ListenGroup> all;
  all.reserve(groups_.size());
  for (const auto& [key, group] : groups_) all.push_back(group);
  groups_.clear();
  if (all.size() > count) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                     IsFuller);
    omitted_ += all.size() - count;
    all.resize(count);
  }
  return all;
}

}  // namespace tcp_lifecycle
