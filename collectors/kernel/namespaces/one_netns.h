// Lists one namespace that never changes: the exporter's own, or that of a recording.
#pragma once

#include <utility>

#include "collectors/model/netns.h"

namespace tcp_lifecycle {

class OneNetns final : public NetnsLister {
 public:
  explicit OneNetns(Netns netns) : netns_(std::move(netns)) {}

  NetnsList List(const Deadline& /*deadline*/) override {
    NetnsList list;
    list.watched.push_back({netns_, UniqueFd(), 0});
    return list;
  }

 private:
  Netns netns_;
};

}  // namespace tcp_lifecycle
