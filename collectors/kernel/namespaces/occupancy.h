// Tells from a namespace's own counts what a dump could find there: a dump walks the sockets of the
// whole host, so one of an empty namespace is not worth its cost. Pure.
#pragma once

#include "absl/strings/string_view.h"
#include "collectors/model/tcp_state.h"

namespace tcp_lifecycle {

// The states in which there may be sockets; all of them where a count is missing. `sockstat` and
// `sockstat6`: /proc/net's of these names, the second empty without IPv6. The kernel's counts of
// TCP sockets leave out those that are only bound, its count of all sockets does not (sock_inuse).
TcpStateSet StatesPossible(absl::string_view sockstat, absl::string_view sockstat6);

}  // namespace tcp_lifecycle
