// The name of the host, as the page and the doctor call it.
#pragma once

#include <string>

namespace tcp_lifecycle {

std::string Hostname();

}  // namespace tcp_lifecycle
