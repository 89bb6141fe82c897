#include "exporter/scrape/listener_memory.h"

namespace tcp_lifecycle {
namespace {

bool IsOver(const std::optional<ListenerMemory::Clock::time_point>& missing_since,
            ListenerMemory::Clock::time_point now) {
  return missing_since && now - *missing_since > ListenerMemory::kTime;
}

}  // namespace

std::vector<ListenPoint> ListenerMemory::Recall(const std::string& netns,
                                                Clock::time_point now) const {
  std::vector<ListenPoint> points;
  const auto found = namespaces_.find(netns);
  if (found == namespaces_.end()) return points;
  points.reserve(found->second.size());
  for (const auto& [point, missing_since] : found->second) {
    if (!IsOver(missing_since, now)) points.push_back(point);
  }
  return points;
}

void ListenerMemory::Update(const std::string& netns,
                            const absl::flat_hash_set<ListenPoint>& listening,
                            Clock::time_point now) {
  Points& points = namespaces_[netns];
  for (auto& [point, missing_since] : points) {
    if (!missing_since) missing_since = now;
  }
  for (const ListenPoint& point : listening) {
    if (points.size() < kMaxPoints || points.contains(point)) points[point] = std::nullopt;
  }
  absl::erase_if(points, [&](const auto& item) { return IsOver(item.second, now); });
}

void ListenerMemory::KeepOnly(const absl::flat_hash_set<std::string>& netns) {
  absl::erase_if(namespaces_, [&](const auto& item) { return !netns.contains(item.first); });
}

}  // namespace tcp_lifecycle
