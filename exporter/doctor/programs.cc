#include "exporter/doctor/programs.h"

#include <algorithm>

#include "collectors/analysis/thresholds.h"
#include "collectors/reports/listen_report.h"
#include "collectors/reports/ports_report.h"

namespace tcp_lifecycle {
namespace {

const DestinationReport* FirstExhausted(const PortsReport* report) {
  if (report == nullptr) return nullptr;
  const auto found = std::find_if(report->destinations.begin(), report->destinations.end(),
                                  [](const auto& each) { return each.headroom.max == 0; });
  return found == report->destinations.end() ? nullptr : &*found;
}

bool IsTowards(const Socket& socket, const DestinationReport& destination) {
  return socket.local_address == destination.source &&
         socket.remote_address == destination.address && socket.remote_port == destination.port;
}

// The other end of a connection to the destination, or the listener that its SYNs come to.
bool Serves(const Socket& socket, const DestinationReport& destination) {
  if (socket.local_port != destination.port) return false;
  if (socket.state != TcpState::kListen) {
    return socket.local_address == destination.address &&
           socket.remote_address == destination.source;
  }
  const bool is_here =
      destination.address.IsLoopback() || destination.address == destination.source;
  return is_here && (socket.local_address == destination.address || socket.local_address.IsAny());
}

bool BelongsTo(const Socket& socket, const ListenGroup& listener) {
  return socket.state == TcpState::kListen && socket.local_address == listener.address &&
         socket.local_port == listener.port;
}

}  // namespace

Suspects FindSuspects(const NamespaceSnapshot& first, const NamespaceSnapshot& second) {
  Suspects suspects;
  const auto* ports = second.reports.Get<PortsReport>();
  if (const DestinationReport* now = FirstExhausted(ports)) {
    suspects.destination = *now;
  } else if (const DestinationReport* before = FirstExhausted(first.reports.Get<PortsReport>())) {
    suspects.destination = *before;
    suspects.recovered = true;
  } else if (ports != nullptr && !ports->destinations.empty()) {
    suspects.destination = ports->destinations.front();
  }
  const bool all_blocked =
      ports != nullptr && ports->capacity.usable > 0 && ports->capacity.open() == 0;
  if (all_blocked && second.facts.ephemeral_ports.ok()) {
    suspects.range = second.facts.ephemeral_ports->range;
  }
  const auto* listen = second.reports.Get<ListenReport>();
  if (listen == nullptr) return suspects;
  if (!listen->groups.empty()) suspects.listener = listen->groups.front();
  const auto& unclosed = listen->unclosed;
  if (!unclosed.empty() && unclosed.front().sockets >= kUnclosed) {
    suspects.unclosed_port = unclosed.front().port;
  }
  return suspects;
}

std::vector<SocketOwnersReader::Question> QuestionsAbout(const Suspects& suspects) {
  const std::optional<DestinationReport>& destination = suspects.destination;
  const std::optional<ListenGroup>& listener = suspects.listener;
  return {
      [destination](const Socket& socket) {
        return destination.has_value() && IsTowards(socket, *destination);
      },
      [destination](const Socket& socket) {
        return destination.has_value() && Serves(socket, *destination);
      },
      [listener](const Socket& socket) {
        return listener.has_value() && BelongsTo(socket, *listener);
      },
      [range = suspects.range](const Socket& socket) {
        return range.has_value() && range->Contains(socket.local_port);
      },
      [port = suspects.unclosed_port](const Socket& socket) {
        return socket.state == TcpState::kCloseWait && socket.local_port == port;
      },
  };
}

Programs ProgramsFrom(const absl::StatusOr<SocketOwnersAnswer>& answer) {
  Programs programs;
  programs.status = answer.status();
  if (!answer.ok()) return programs;
  programs.client = answer->by_question.at(0);
  programs.server = answer->by_question.at(1);
  programs.listener = answer->by_question.at(2);
  programs.range = answer->by_question.at(3);
  programs.unclosed = answer->by_question.at(4);
  programs.some_hidden = answer->hidden_processes > 0;
  return programs;
}

}  // namespace tcp_lifecycle
