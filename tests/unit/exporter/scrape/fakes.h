// Stand-ins for the parts of a pass: a scripted source, fixed facts, collectors that count.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exporter/scrape/pass.h"

namespace tcp_lifecycle {

inline Listener ListenerOn(uint16_t port) {
  Listener listener;
  listener.socket.state = TcpState::kListen;
  listener.socket.local_address = IpAddress::FromV4({0, 0, 0, 0});
  listener.socket.local_port = port;
  return listener;
}

inline Socket Connection(uint16_t local_port, uint16_t remote_port) {
  Socket socket;
  socket.local_address = IpAddress::FromV4({192, 0, 2, 1});
  socket.remote_address = IpAddress::FromV4({192, 0, 2, 2});
  socket.local_port = local_port;
  socket.remote_port = remote_port;
  return socket;
}

class FakeSource : public SocketSource {
 public:
  using Script = std::function<absl::StatusOr<PassInfo>(const Deadline&, SocketVisitor&)>;
  explicit FakeSource(Script script, std::vector<SocketQuery>* asked = nullptr,
                      bool knows_scope = true)
      : script_(std::move(script)), asked_(asked), knows_scope_(knows_scope) {}

  absl::string_view Name() const override { return "replay"; }
  bool KnowsScope() const override { return knows_scope_; }
  absl::StatusOr<PassInfo> ForEach(const SocketQuery& query, const Deadline& deadline,
                                   SocketVisitor& visitor) override {
    if (asked_ != nullptr) asked_->push_back(query);
    return script_(deadline, visitor);
  }

 private:
  Script script_;
  std::vector<SocketQuery>* asked_;
  bool knows_scope_;
};

// `self` and others, which have that cookie. One that is slow takes all of its time.
class FakeNamespaces : public NetnsLister {
 public:
  explicit FakeNamespaces(const std::vector<std::string>& others, const uint64_t& cookie = kNone,
                          bool slow = false, const bool& cut = kWhole)
      : others_(others), cookie_(cookie), slow_(slow), cut_(cut) {}
  NetnsList List(const Deadline& deadline) override {
    NetnsList list;
    if (slow_) std::this_thread::sleep_until(deadline.at());
    list.cut_short = slow_ || cut_;
    list.watched.emplace_back().netns.name = "self";
    for (const std::string& name : others_) {
      Netns& netns = list.watched.emplace_back().netns;
      netns.name = name;
      netns.foreign = true;
      netns.cookie = cookie_;
    }
    return list;
  }

 private:
  static constexpr uint64_t kNone = 0;
  static constexpr bool kWhole = false;
  const std::vector<std::string>& others_;
  const uint64_t& cookie_;
  bool slow_;
  const bool& cut_;
};

// One called `unread` cannot be read; one called `slow` takes all of the time; one called
// `without_settings` has its ports alone. The host has 30 TCP sockets, of which each has 10 in use.
class FakeFacts : public FactsReader {
 public:
  // `allocated`: the host's sockets once all namespaces are read.
  explicit FakeFacts(uint64_t allocated) : allocated_(allocated) {}
  std::optional<uint64_t> AllocatedSockets() override { return allocated_; }
  NamespaceFacts Read(const WatchedNetns& ns, const Deadline& deadline) override {
    NamespaceFacts facts;
    facts.netns = ns.netns;
    facts.ephemeral_ports = EphemeralPorts{{32768, 60999}, {}};
    if (ns.netns.name == "unread") {
      facts.ephemeral_ports = absl::PermissionDeniedError("unread");
      return facts;
    }
    if (ns.netns.name == "slow") {
      std::this_thread::sleep_until(deadline.at());
      facts.entered = absl::DeadlineExceededError("facts");
    }
    if (ns.netns.name == "without_settings") {
      facts.sysctls[Sysctl::kTwReuse] = absl::PermissionDeniedError("settings");
      facts.counters.status = absl::DataLossError("counters");
    }
    facts.sockstat = Sockstat();
    facts.sockstat->allocated = 30;
    facts.tcp_in_use = 10;
    return facts;
  }

 private:
  uint64_t allocated_;
};

class FakeProcess : public ProcessStatsReader {
 public:
  explicit FakeProcess(absl::StatusOr<ProcessStats> stats) : stats_(std::move(stats)) {}
  absl::StatusOr<ProcessStats> Read() override { return stats_; }

 private:
  absl::StatusOr<ProcessStats> stats_;
};

// What a CountingCollector saw in its last pass.
struct Seen {
  std::vector<Socket> sockets;
  size_t listeners = 0;
  std::vector<PortRange> own_ranges;
  // Each only after the one before.
  bool finished = false;
  bool concluded = false;
  bool described = false;
};

// Emits one family, `NAME_rows`, when the stream is whole; with no states, always.
class CountingCollector : public Collector {
 public:
  // `facts`: what its family of every namespace is made of.
  CountingCollector(std::string name, TcpStateSet states, Seen& seen,
                    FactSet facts = {Fact::kEphemeralPorts})
      : name_(std::move(name)),
        family_name_(name_ + "_rows"),
        families_{
            Gauge(family_name_, {}, "Rows.", "").Of(Scope::kExporter).Unprefixed(),
            Gauge("of_each", {}, "Never added.", {"facts", facts}).Of(Scope::kEveryNamespace)},
        states_(states),
        seen_(seen) {}

  absl::string_view Name() const override { return name_; }
  std::span<const FamilyDescriptor> Families() const override { return families_; }
  TcpStateSet States() const override { return states_; }
  std::unique_ptr<Accumulator> Begin(const Snapshot&) const override {
    return std::make_unique<Counter>(seen_);
  }
  void Conclude(Snapshot&) const override { seen_.concluded = seen_.finished; }
  absl::Status Describe(const Snapshot& snapshot, FamilySet& out) const override {
    seen_.described = seen_.concluded;
    const absl::Status& stream = snapshot.namespaces.front().stream;
    if (!states_.empty() && !stream.ok()) return stream;
    out.Add(families_[0], {}, static_cast<double>(seen_.sockets.size() + seen_.listeners));
    return absl::OkStatus();
  }

 private:
  class Counter : public Accumulator {
   public:
    explicit Counter(Seen& seen) : seen_(seen) { seen_ = {}; }
    void ObserveListeners(std::span<const Listener> listeners) override {
      seen_.listeners += listeners.size();
    }
    void Observe(std::span<const Socket> sockets) override {
      seen_.sockets.insert(seen_.sockets.end(), sockets.begin(), sockets.end());
    }
    void ObserveOwnRange(const Socket&, const PortRange& range) override {
      seen_.own_ranges.push_back(range);
    }
    void Finish(Snapshot&) override { seen_.finished = true; }

   private:
    Seen& seen_;
  };

  std::string name_;
  std::string family_name_;
  std::array<FamilyDescriptor, 2> families_;
  TcpStateSet states_;
  Seen& seen_;
};

}  // namespace tcp_lifecycle
