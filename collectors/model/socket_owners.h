// Which programs hold sockets. The doctor alone asks, never a scrape: the answer takes a walk over
// the file descriptors of every process.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collectors/base/deadline.h"
#include "collectors/model/socket.h"

namespace tcp_lifecycle {

struct SocketOwner {
  uint32_t pid = 0;
  std::string name;      // bytes of any kind: a process names itself
  uint64_t sockets = 0;  // of those asked for
};

// The answer to one question. Processes may share a socket: each is an owner of it.
struct SocketOwners {
  std::vector<SocketOwner> owners = {};  // most sockets first, ties by pid
  uint64_t sockets = 0;                  // asked for and there
  uint64_t time_wait = 0;                // of `sockets`: no program has them any more
  uint64_t orphans = 0;                  // likewise, in another state; or not accepted yet
  uint64_t unseen = 0;  // of `sockets`: held, by no process that could be looked into
};

struct SocketOwnersAnswer {
  std::vector<SocketOwners> by_question;
  uint64_t hidden_processes = 0;  // that this user may not look into
};

class SocketOwnersReader {
 public:
  // Whether a socket is asked for; listeners are those in state kListen. It has neither role nor
  // scope.
  using Question = std::function<bool(const Socket&)>;

  virtual ~SocketOwnersReader() = default;
  // Answers in the order of `questions`. Sockets and processes that come or go meanwhile may be
  // missed. DeadlineExceeded when there is no whole answer by `deadline`.
  virtual absl::StatusOr<SocketOwnersAnswer> Read(std::span<const Question> questions,
                                                  const Deadline& deadline) = 0;
};

}  // namespace tcp_lifecycle
