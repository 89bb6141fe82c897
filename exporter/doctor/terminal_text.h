// The doctor's report for a person at a terminal, or in a mail: ASCII, in colour where asked for.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "collectors/model/socket_owners.h"
#include "exporter/doctor/report.h"

namespace tcp_lifecycle {

std::string ToText(const DoctorReport& report, bool colour);

// "FINE", "1 critical, 2 warnings", ...: what it comes to.
std::string VerdictText(const DoctorReport& report);

// Whom the sockets belong to, as the end of a sentence. `some_hidden`: not all processes could be
// looked into.
std::string OwnersText(const SocketOwners& owners, bool some_hidden);

}  // namespace tcp_lifecycle
