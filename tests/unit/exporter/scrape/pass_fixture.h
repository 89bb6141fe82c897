// A pass over stand-ins, which a test changes before it runs.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/exporter/scrape/fakes.h"

namespace tcp_lifecycle {

inline constexpr TcpStateSet kConnections = {TcpState::kEstablished};
inline constexpr TcpStateSet kTimeWait = {TcpState::kTimeWait};

class PassTest : public ::testing::Test {
 protected:
  void AddCollector(absl::string_view name, TcpStateSet states,
                    FactSet facts = {Fact::kEphemeralPorts}) {
    parts_.collectors.push_back(std::make_unique<CountingCollector>(
        std::string(name), states, seen_[std::string(name)], facts));
  }
  Pass Make(FakeSource::Script script) {
    parts_.source = std::make_unique<FakeSource>(std::move(script), &asked_, knows_scope_);
    parts_.namespaces = std::make_unique<FakeNamespaces>(others_, cookie_, slow_lister_, cut_list_);
    parts_.facts = std::make_unique<FakeFacts>(allocated_afterwards_);
    if (reads_process_) parts_.process = std::make_unique<FakeProcess>(process_);
    parts_.on_status = [this](absl::string_view part, const absl::Status& status) {
      told_[std::string(part)] = status;
    };
    return Pass(std::move(parts_));
  }
  ScrapeResult Run(FakeSource::Script script,
                   Deadline deadline = Deadline::After(std::chrono::seconds(10))) {
    return Make(std::move(script)).Run(deadline);
  }
  static absl::StatusOr<PassInfo> Whole(const Deadline&, SocketVisitor& visitor) {
    std::vector<Listener> listeners = {ListenerOn(80)};
    visitor.OnListeners(listeners);
    std::vector<Socket> sockets = {Connection(80, 40000), Connection(40001, 443)};
    visitor.OnSockets(sockets);
    return PassInfo{.sockets = 3, .unknown_states = 4, .malformed = 5};
  }
  static absl::StatusOr<PassInfo> Broken(const Deadline& deadline, SocketVisitor& visitor) {
    EXPECT_TRUE(Whole(deadline, visitor).ok());
    return absl::DataLossError("lost a datagram");
  }

  // In the second namespace, where there is one: a connection on a port that is listened on while
  // listens_.
  FakeSource::Script TakenByAnother() {
    return [this](const Deadline&, SocketVisitor& visitor) -> absl::StatusOr<PassInfo> {
      if (others_.empty()) return PassInfo{};
      std::vector<Listener> listeners = {ListenerOn(40000)};
      listeners[0].socket.namespace_index = 1;
      if (listens_) visitor.OnListeners(listeners);
      std::vector<Socket> sockets = {Connection(40000, 40001)};
      sockets[0].namespace_index = 1;
      visitor.OnSockets(sockets);
      return PassInfo{};
    };
  }

  Pass::Parts parts_;
  bool listens_ = true;
  std::vector<std::string> others_;  // namespaces besides the own one
  uint64_t cookie_ = 1;              // theirs
  bool slow_lister_ = false;
  bool cut_list_ = false;
  uint64_t allocated_afterwards_ = 30;
  std::map<std::string, Seen> seen_;
  std::vector<SocketQuery> asked_;
  bool knows_scope_ = true;
  std::map<std::string, absl::Status> told_;
  bool reads_process_ = true;
  absl::StatusOr<ProcessStats> process_ = ProcessStats{.open_fds = 7};
};

}  // namespace tcp_lifecycle
