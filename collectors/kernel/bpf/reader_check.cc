#include "collectors/kernel/bpf/reader_check.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "collectors/kernel/bpf/port_check.h"
#include "collectors/kernel/bpf/sample.h"
#include "collectors/kernel/bpf/wire.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kDumpRows = 64;
constexpr int kRounds = 3;
// Between two rounds; sock_diag is asked in each, so that what comes and goes is seen to.
constexpr int kPauses = 30;
constexpr std::chrono::milliseconds kPause(2);

// More that are only bound are left out: each of sock_diag's readings is a dump of all of them.
constexpr size_t kMostBound = 1000;

// Listeners are not read by BPF.
constexpr TcpStateSet kConnected =
    TcpStateSet::All().Without(TcpState::kListen).Without(TcpState::kBoundInactive);

// Less than WIRE_OWNERS, so that sockets which come and go do not matter.
constexpr uint32_t kManyOnAPort = WIRE_OWNERS / 2;

// A socket of which the readers say different things.
struct Suspect {
  Socket asked;                      // has the endpoints
  std::optional<Socket> walked;      // by the reader, at first; nullopt: it has no such socket
  std::optional<FoundSocket> found;  // by sock_diag, at first
  CheckedFields fields;              // that differed in every reading
  TimeSpan expiries;                 // by sock_diag, since the round began

  bool Has(CheckedField field) const { return fields[static_cast<size_t>(field)]; }
  void Add(CheckedField field) { fields[static_cast<size_t>(field)] = true; }
};

class Check {
 public:
  Check(SocketSource& reader, SocketLookup& lookup, uint64_t seed, const Deadline& deadline,
        const CheckClock& clock)
      : reader_(reader), lookup_(lookup), seed_(seed), deadline_(deadline), clock_(clock) {}

  absl::StatusOr<ReaderCheck> Run();

 private:
  absl::Status ComparePorts();
  absl::Status FindSuspects();
  absl::Status SuspectWalked(const Socket& socket, const TimeSpan& walk);
  absl::Status Round();
  // Asks sock_diag for each suspect again, and drops what has changed.
  absl::Status Look();
  // Drops fields that the reader now reports differently, or agrees in.
  static void Judge(Suspect& suspect, std::span<const Socket> rows, const TimeSpan& walk);
  absl::Status Walk(SocketSample& sample, TimeSpan& walk);
  absl::StatusOr<std::optional<FoundSocket>> Find(const Socket& socket, TimeSpan& asked);
  // All sockets that are only bound: sock_diag does not find single ones.
  absl::Status ReadBound();
  void DropCleared();
  void Report();

  SocketSource& reader_;
  SocketLookup& lookup_;
  uint64_t seed_;
  const Deadline& deadline_;
  const CheckClock& clock_;
  TcpStateSet states_ = kConnected;
  std::vector<FoundSocket> bound_;
  std::vector<Suspect> suspects_;
  ReaderCheck result_;
};

absl::Status Check::Walk(SocketSample& sample, TimeSpan& walk) {
  if (deadline_.Passed()) return absl::DeadlineExceededError("no time left to read sockets");
  walk.from = clock_.now();
  const absl::StatusOr<PassInfo> info = reader_.ForEach({states_}, deadline_, sample);
  walk.to = clock_.now();
  return info.status();
}

absl::Status Check::ReadBound() {
  absl::StatusOr<std::vector<FoundSocket>> bound =
      lookup_.First({TcpState::kBoundInactive}, kMostBound + 1, deadline_);
  if (!bound.ok()) return bound.status();
  bound_ = *std::move(bound);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<FoundSocket>> Check::Find(const Socket& socket, TimeSpan& asked) {
  if (socket.state == TcpState::kBoundInactive) {
    for (const FoundSocket& row : bound_) {
      const bool same = Connection::Of(row.socket) == Connection::Of(socket);
      if (same && row.socket.scope == socket.scope) return row;
    }
    return std::nullopt;
  }
  asked.from = clock_.now();
  absl::StatusOr<std::optional<FoundSocket>> found = lookup_.Find(socket, deadline_);
  asked.to = clock_.now();
  return found;
}

absl::Status Check::ComparePorts() {
  const absl::StatusOr<std::vector<uint16_t>> ports =
      ListenersTakenForFree(reader_, lookup_, deadline_);
  if (!ports.ok()) return ports.status();
  for (const uint16_t port : *ports) {
    result_.disagreements.push_back(
        {CheckedField::kPorts, absl::StrCat("port ", port), "free for connect()", "listening"});
  }
  return absl::OkStatus();
}

absl::Status Check::FindSuspects() {
  absl::StatusOr<std::vector<FoundSocket>> dump = lookup_.First(kConnected, kDumpRows, deadline_);
  if (!dump.ok()) return dump.status();
  dump->resize(std::min(dump->size(), kDumpRows));
  if (lookup_.ListsBound()) {
    if (absl::Status status = ReadBound(); !status.ok()) return status;
    if (bound_.size() <= kMostBound) {
      states_ = TcpStateSet::All().Without(TcpState::kListen);
      const size_t rows = std::min(bound_.size(), kDumpRows);
      dump->insert(dump->end(), bound_.begin(), bound_.begin() + static_cast<std::ptrdiff_t>(rows));
    }
  }
  SocketSample sample(seed_);
  for (const FoundSocket& row : *dump) sample.Want(Connection::Of(row.socket));
  TimeSpan walk;
  if (absl::Status status = Walk(sample, walk); !status.ok()) return status;

  std::vector<Socket> sampled = sample.Sampled();
  for (const FoundSocket& row : *dump) {
    const std::span<const Socket> rows = sample.RowsOf(Connection::Of(row.socket));
    sampled.insert(sampled.end(), rows.begin(), rows.end());
    if (!rows.empty()) continue;
    // A bound socket behind very many others of its port is not looked for (source.h).
    const bool bound = row.socket.state == TcpState::kBoundInactive;
    if (bound && sample.CountOn(row.socket.local_port) >= kManyOnAPort) continue;
    ++result_.compared;
    Suspect& suspect = suspects_.emplace_back();
    suspect.asked = row.socket;
    suspect.found = row;
    suspect.Add(CheckedField::kMissing);
  }
  absl::flat_hash_set<std::pair<Connection, uint32_t>> seen;
  for (const Socket& socket : sampled) {
    if (!seen.emplace(Connection::Of(socket), socket.scope).second) continue;
    if (absl::Status status = SuspectWalked(socket, walk); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Check::SuspectWalked(const Socket& socket, const TimeSpan& walk) {
  TimeSpan asked;
  absl::StatusOr<std::optional<FoundSocket>> found = Find(socket, asked);
  if (!found.ok()) return found.status();
  ++result_.compared;
  Suspect suspect;
  suspect.asked = socket;
  suspect.walked = socket;
  suspect.found = *found;
  if (!suspect.found.has_value()) {
    suspect.Add(CheckedField::kEndpoints);
  } else {
    const Socket& other = suspect.found->socket;
    suspect.fields = Differing(socket, other);
    if (socket.state == other.state && socket.timer == other.timer &&
        socket.timer != Timer::kNone && !ExpiryOf(socket, walk).Meets(ExpiryOf(other, asked))) {
      suspect.Add(CheckedField::kRemaining);
    }
  }
  if (suspect.fields.any()) suspects_.push_back(suspect);
  return absl::OkStatus();
}

absl::Status Check::Look() {
  const bool bound = std::any_of(suspects_.begin(), suspects_.end(), [](const Suspect& suspect) {
    return suspect.asked.state == TcpState::kBoundInactive;
  });
  if (bound) {
    if (absl::Status status = ReadBound(); !status.ok()) return status;
  }
  for (Suspect& suspect : suspects_) {
    TimeSpan asked;
    const absl::StatusOr<std::optional<FoundSocket>> found = Find(suspect.asked, asked);
    if (!found.ok()) return found.status();
    const bool same = found->has_value() == suspect.found.has_value() &&
                      (!suspect.found || (*found)->cookie == suspect.found->cookie);
    if (!same) {
      suspect.fields.reset();
    } else if (suspect.found.has_value()) {
      suspect.fields &= ~Moved(suspect.found->socket, (*found)->socket);
      suspect.expiries.Include(ExpiryOf((*found)->socket, asked));
    }
  }
  DropCleared();
  return absl::OkStatus();
}

void Check::Judge(Suspect& suspect, std::span<const Socket> rows, const TimeSpan& walk) {
  if (!suspect.walked.has_value()) {
    if (!rows.empty()) suspect.fields.reset();
    return;
  }
  // Where several have these endpoints, sock_diag may mean another one.
  if (rows.size() != 1) {
    suspect.fields.reset();
    return;
  }
  const Socket& now = rows.front();
  const CheckedFields moved = Moved(*suspect.walked, now);
  if (!suspect.found.has_value()) {
    if (moved.any()) suspect.fields.reset();
    return;
  }
  const Socket& other = suspect.found->socket;
  CheckedFields still = Differing(now, other) & ~moved;
  const bool same_timer = now.state == other.state && now.timer == other.timer;
  still[static_cast<size_t>(CheckedField::kRemaining)] =
      same_timer && !ExpiryOf(now, walk).Meets(suspect.expiries);
  suspect.fields &= still;
}

absl::Status Check::Round() {
  for (int i = 0; i < kPauses && !suspects_.empty(); ++i) {
    clock_.pause(kPause);
    if (absl::Status status = Look(); !status.ok()) return status;
  }
  // The reader's turn, between two of sock_diag's that are as close to it as can be.
  for (Suspect& suspect : suspects_) suspect.expiries = {};
  if (absl::Status status = Look(); !status.ok()) return status;
  if (suspects_.empty()) return absl::OkStatus();
  SocketSample sample(seed_);
  for (const Suspect& suspect : suspects_) sample.Want(Connection::Of(suspect.asked));
  TimeSpan walk;
  if (absl::Status status = Walk(sample, walk); !status.ok()) return status;
  if (absl::Status status = Look(); !status.ok()) return status;
  for (Suspect& suspect : suspects_) {
    Judge(suspect, sample.RowsOf(Connection::Of(suspect.asked)), walk);
  }
  DropCleared();
  return absl::OkStatus();
}

void Check::DropCleared() {
  result_.moving +=
      std::erase_if(suspects_, [](const Suspect& suspect) { return suspect.fields.none(); });
}

void Check::Report() {
  constexpr absl::string_view kAbsent = "no such socket";
  for (const Suspect& suspect : suspects_) {
    const Socket& asked = suspect.asked;
    for (size_t i = 0; i < kCheckedFieldCount; ++i) {
      const auto field = static_cast<CheckedField>(i);
      if (!suspect.Has(field)) continue;
      result_.disagreements.push_back(
          {field,
           absl::StrCat(EndpointText(asked.local_address, asked.local_port), " -> ",
                        EndpointText(asked.remote_address, asked.remote_port)),
           suspect.walked ? ValueOf(*suspect.walked, field) : std::string(kAbsent),
           suspect.found ? ValueOf(suspect.found->socket, field) : std::string(kAbsent)});
    }
  }
}

absl::StatusOr<ReaderCheck> Check::Run() {
  absl::Status status = ComparePorts();
  if (status.ok()) status = FindSuspects();
  for (int round = 0; round < kRounds && status.ok() && !suspects_.empty(); ++round) {
    status = Round();
  }
  if (!status.ok()) return status;
  Report();
  return result_;
}

}  // namespace

CheckClock CheckClock::Real() {
  return {&Deadline::Clock::now,
          [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }};
}

absl::StatusOr<ReaderCheck> CheckReader(SocketSource& reader, SocketLookup& lookup, uint64_t seed,
                                        const Deadline& deadline, const CheckClock& clock) {
  return Check(reader, lookup, seed, deadline, clock).Run();
}

}  // namespace tcp_lifecycle
