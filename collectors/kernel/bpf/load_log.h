// What libbpf's messages say of the object that the kernel did not take. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace tcp_lifecycle {

// The line that names the cause: the relocation that failed, the function that the kernel lacks,
// else the verifier's last word, else the first message. Printable and of bounded length.
std::string ReasonIn(absl::string_view log);

}  // namespace tcp_lifecycle
