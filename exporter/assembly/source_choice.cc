#include "exporter/assembly/source_choice.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tcp_lifecycle {
namespace {

constexpr std::chrono::seconds kProbeTimeout(5);

}  // namespace

// A source may open and still not answer: some sandboxes know the netlink socket and no dump.
absl::StatusOr<std::unique_ptr<SocketSource>> OpenAndTry(const SourceCandidate& candidate) {
  absl::StatusOr<std::unique_ptr<SocketSource>> source = candidate.open();
  if (!source.ok()) return source;
  SocketVisitor nobody;
  const absl::StatusOr<PassInfo> answer =
      (*source)->ForEach({{TcpState::kListen}}, Deadline::After(kProbeTimeout), nobody);
  if (!answer.ok()) return answer.status();
  return source;
}

absl::StatusOr<std::unique_ptr<SocketSource>> ChooseSource(
    const std::vector<SourceCandidate>& candidates, const Logger& logger) {
  std::vector<std::string> reasons;
  absl::StatusCode code = absl::StatusCode::kNotFound;
  for (const SourceCandidate& candidate : candidates) {
    absl::StatusOr<std::unique_ptr<SocketSource>> source = OpenAndTry(candidate);
    if (source.ok()) {
      logger.Info("reading sockets", {{"source", candidate.name}});
      return source;
    }
    code = source.status().code();
    reasons.push_back(absl::StrCat(candidate.name, ": ", source.status().message()));
    if (candidates.size() > 1) {
      logger.Info("source does not work here",
                  {{"source", candidate.name}, {"error", source.status().ToString()}});
    }
  }
  return absl::Status(code, absl::StrCat("sockets cannot be read: ", absl::StrJoin(reasons, "; ")));
}

}  // namespace tcp_lifecycle
