// The ports report against a slow, obvious reference: the formulas of the headroom of a destination
// written with sets of ports, over random mixtures of sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "collectors/ports/ports.h"
#include "collectors/reports/ports_report.h"
#include "tests/unit/collectors/metrics_page.h"

namespace tcp_lifecycle {
namespace {

using Ports = std::set<uint16_t>;
using Tuple = std::tuple<std::string, std::string, uint16_t>;

Ports Minus(Ports from, const Ports& what) {
  std::erase_if(from, [&](uint16_t port) { return what.contains(port); });
  return from;
}

struct Mixture {
  Snapshot snapshot = MakeSnapshot();
  std::vector<Listener> listeners;
  std::vector<Socket> sockets;
};

class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  uint32_t Below(uint32_t limit) {
    return std::uniform_int_distribution<uint32_t>(0, limit - 1)(random_);
  }
  std::string Address(const char* net) { return net + std::to_string(1 + Below(3)); }

 private:
  std::mt19937 random_;
};

Mixture MakeMixture(uint32_t seed) {
  Dice dice(seed);
  Mixture mixture;
  NamespaceFacts& facts = mixture.snapshot.namespaces[0].facts;
  facts.ephemeral_ports =
      EphemeralPorts{{40000, static_cast<uint16_t>(40000 + dice.Below(40))}, {}};
  for (uint32_t i = dice.Below(4); i > 0; --i) {
    facts.ephemeral_ports->reserved[40000 + dice.Below(40)] = true;
  }
  facts.sysctls[Sysctl::kTwReuse] = dice.Below(3);
  facts.sysctls[Sysctl::kTimestamps] = dice.Below(4) > 0 ? 1 : 0;
  facts.sysctls[Sysctl::kTwReuseDelay] = 1000;
  const auto port = [&] { return static_cast<uint16_t>(39998 + dice.Below(44)); };
  for (uint32_t i = dice.Below(4); i > 0; --i) {
    mixture.listeners.push_back(MakeListener(dice.Address("10.0.0."), port()));
  }
  for (uint32_t i = dice.Below(4); i > 0; --i) {
    mixture.sockets.push_back(
        MakeSocket(TcpState::kBoundInactive, dice.Address("10.0.0."), port(), "0.0.0.0", 0));
  }
  std::set<std::tuple<Tuple, uint16_t>> taken;  // the kernel has no connection twice
  for (uint32_t i = dice.Below(120); i > 0; --i) {
    const bool loopback = dice.Below(4) == 0;
    const char* net = loopback ? "127.0.0." : "10.0.0.";
    Socket socket = MakeSocket(
        std::array{TcpState::kEstablished, TcpState::kTimeWait, TcpState::kFinWait2}[dice.Below(3)],
        dice.Address(net), port(), dice.Address(net), static_cast<uint16_t>(80 + dice.Below(2)));
    if (!taken
             .emplace(Tuple(ToString(socket.local_address), ToString(socket.remote_address),
                            socket.remote_port),
                      socket.local_port)
             .second) {
      continue;
    }
    socket.role = std::array{Role::kOutbound, Role::kOutbound, Role::kOutbound, Role::kUnknown,
                             Role::kInbound}[dice.Below(5)];
    const bool listens = std::ranges::any_of(mixture.listeners, [&](const Listener& listener) {
      return listener.socket.local_port == socket.local_port;
    });
    if (socket.role == Role::kInbound && !listens) continue;  // nothing else would make it inbound
    socket.remaining_ms = dice.Below(60001);
    mixture.sockets.push_back(socket);
  }
  return mixture;
}

struct Reference {
  Ports usable, blocked, any;
  std::map<Tuple, Ports> used, reusable;
  std::map<std::string, Ports> by_source;

  explicit Reference(const Mixture& mixture) {
    const NamespaceFacts& facts = mixture.snapshot.namespaces[0].facts;
    for (uint32_t port = facts.ephemeral_ports->range.min; port <= facts.ephemeral_ports->range.max;
         ++port) {
      if (!facts.ephemeral_ports->reserved[port]) usable.insert(static_cast<uint16_t>(port));
    }
    for (const Listener& listener : mixture.listeners) Add(listener.socket, true, facts);
    for (const Socket& socket : mixture.sockets) {
      Add(socket, socket.state == TcpState::kBoundInactive || socket.role == Role::kInbound, facts);
    }
  }

  void Add(const Socket& socket, bool blocks, const NamespaceFacts& facts) {
    const uint16_t port = socket.local_port;
    if (!usable.contains(port)) return;
    any.insert(port);
    const std::string source = ToString(socket.local_address);
    by_source[source].insert(port);
    if (blocks) {
      blocked.insert(port);
      return;
    }
    const Tuple tuple(source, ToString(socket.remote_address), socket.remote_port);
    used[tuple].insert(port);
    const int64_t tw_reuse = *facts.sysctls[Sysctl::kTwReuse];
    const bool loopback = source.starts_with("127.");
    if (socket.state == TcpState::kTimeWait && *facts.sysctls[Sysctl::kTimestamps] == 1 &&
        (tw_reuse == 1 || (tw_reuse == 2 && loopback)) && 60000 - socket.remaining_ms > 1000) {
      reusable[tuple].insert(port);
    }
  }
};

TEST(PortsReferenceTest, EveryFigureIsThatOfTheFormulas) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    Mixture mixture = MakeMixture(seed);
    const Reference reference(mixture);
    RunPass(PortsCollector({.top = 1000}), mixture.snapshot, mixture.listeners, mixture.sockets);
    const PortsReport& report = *mixture.snapshot.namespaces[0].reports.Get<PortsReport>();

    const PortRange range = mixture.snapshot.namespaces[0].facts.ephemeral_ports->range;
    const size_t lost = range.size() % 2 == 1 && range.size() > 1 ? 1 : 0;
    const size_t unheld = Minus(reference.usable, reference.any).size();
    ASSERT_EQ(report.destinations.size(), reference.used.size());
    EXPECT_EQ(report.capacity.blocked, reference.blocked.size());
    EXPECT_EQ(report.bind_free_any, unheld);
    for (const BindSource& source : *report.bind_sources) {
      EXPECT_EQ(source.free,
                Minus(reference.usable, reference.by_source.at(ToString(source.address))).size());
    }
    for (const DestinationReport& destination : report.destinations) {
      const Tuple tuple(ToString(destination.source), ToString(destination.address),
                        destination.port);
      const Ports& used = reference.used.at(tuple);
      const auto found = reference.reusable.find(tuple);
      const Ports reusable =
          found == reference.reusable.end() ? Ports() : Minus(found->second, reference.blocked);
      const size_t most =
          Minus(Minus(reference.usable, reference.blocked), used).size() + reusable.size();
      EXPECT_EQ(destination.used, used.size());
      EXPECT_EQ(destination.reusable, reusable.size());
      EXPECT_EQ(destination.headroom.min, std::max(unheld, lost) - lost);
      EXPECT_EQ(destination.headroom.max, most);
      EXPECT_LE(destination.headroom.min, destination.headroom.max);
      EXPECT_LE(destination.utilization.min, destination.utilization.max);
    }
  }
}

}  // namespace
}  // namespace tcp_lifecycle
