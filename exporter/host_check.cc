#include "exporter/host_check.h"

#include <linux/capability.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "exporter/capability_names.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kNameColumns = 20;
constexpr size_t kMostDisagreements = 10;

void AddLine(std::string& text, absl::string_view name, absl::string_view value) {
  absl::StrAppend(&text, name,
                  std::string(kNameColumns - std::min(kNameColumns - 1, name.size()), ' '), value,
                  "\n");
}

bool IsBpf(absl::string_view reader) { return absl::StartsWith(reader, "bpf"); }

bool Has(const HostFacts& facts, int capability) {
  return (facts.capabilities >> capability & 1) != 0;
}

std::string TextOf(const absl::Status& status, absl::string_view good) {
  return status.ok() ? std::string(good) : absl::StrCat("no: ", status.ToString());
}

bool Agrees(const HostFacts& facts) {
  return facts.self_check.has_value() && facts.self_check->ok() &&
         (*facts.self_check)->disagreements.empty();
}

void AddSelfCheck(const HostFacts& facts, std::string& text) {
  if (!facts.self_check.has_value()) return AddLine(text, "self-check", "no BPF reader to check");
  if (!facts.self_check->ok()) {
    return AddLine(text, "self-check",
                   absl::StrCat("not possible: ", facts.self_check->status().ToString()));
  }
  const ReaderCheck& check = **facts.self_check;
  AddLine(
      text, "self-check",
      absl::StrCat(check.compared, " sockets compared with sock_diag, ", check.disagreements.size(),
                   " disagreements, ", check.moving, " sockets changed meanwhile"));
  for (size_t i = 0; i < std::min(check.disagreements.size(), kMostDisagreements); ++i) {
    const Disagreement& one = check.disagreements[i];
    AddLine(text, "",
            absl::StrCat(one.socket, ": ", kCheckedFieldNames[static_cast<size_t>(one.field)],
                         " is ", one.reader, " by BPF, ", one.sock_diag, " by sock_diag"));
  }
}

void AddAdvice(const HostFacts& facts, std::string& text) {
  const bool by_bpf = IsBpf(ReaderOf(facts));
  if (facts.no_bpf) {
    AddLine(text, "without --no-bpf", "BPF readers would be tried");
  } else if (!by_bpf && !(Has(facts, CAP_BPF) && Has(facts, CAP_PERFMON))) {
    AddLine(text, "more with",
            "CAP_BPF and CAP_PERFMON: exact numbers of connections left, "
            "keepalive behind other timers, failed connections, less CPU");
  } else if (!by_bpf) {
    AddLine(text, "missing",
            "exact numbers of connections left and keepalive behind other timers: "
            "no BPF reader works and is right on this kernel");
  }
  if (facts.namespaces_read < facts.namespaces || !facts.namespaces_status.ok()) {
    if (!Has(facts, CAP_SYS_ADMIN) || !Has(facts, CAP_SYS_PTRACE)) {
      AddLine(text, "more with", "CAP_SYS_ADMIN and CAP_SYS_PTRACE: other network namespaces");
    }
  }
}

}  // namespace

std::string ReaderOf(const HostFacts& facts) {
  for (const HostFacts::Reader& reader : facts.readers) {
    if (!reader.status.ok()) continue;
    // A reader that is wrong about a field is given up for the next one.
    if (IsBpf(reader.name) && facts.self_check.has_value() && facts.self_check->ok() &&
        !Agrees(facts)) {
      continue;
    }
    return reader.name;
  }
  return "";
}

std::string ToText(const HostFacts& facts) {
  std::string text;
  AddLine(text, "exporter", facts.exporter);
  AddLine(text, "kernel", facts.kernel);
  AddLine(text, "BTF", TextOf(facts.btf, "yes"));
  for (const KernelForm& form : facts.forms) {
    AddLine(text, "", absl::StrCat(form.field, ": ", form.type));
  }
  AddLine(text, "capabilities", CapabilityNames(facts.capabilities));
  for (const HostFacts::Reader& reader : facts.readers) {
    AddLine(text, absl::StrCat("reader ", reader.name), TextOf(reader.status, "works"));
  }
  const std::string chosen = ReaderOf(facts);
  AddLine(text, "auto takes", chosen.empty() ? "none: sockets cannot be read" : chosen);
  AddLine(text, "failed connections", TextOf(facts.failed_connections, "counted"));
  AddSelfCheck(facts, text);
  AddLine(text, "other namespaces",
          absl::StrCat(facts.namespaces, " found, ", facts.namespaces_read, " can be read",
                       facts.namespaces_status.ok()
                           ? ""
                           : absl::StrCat(": ", facts.namespaces_status.ToString())));
  AddAdvice(facts, text);
  return text;
}

int ExitStatusOf(const HostFacts& facts) {
  const bool may_use_bpf = !facts.no_bpf && Has(facts, CAP_BPF) && Has(facts, CAP_PERFMON);
  const std::string reader = ReaderOf(facts);
  const bool best =
      may_use_bpf ? IsBpf(reader) && Agrees(facts) : IsBpf(reader) || reader == "sock_diag";
  return best ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tcp_lifecycle
