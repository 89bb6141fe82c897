#include "exporter/commands/host_check.h"

#include <linux/capability.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "exporter/commands/capability_names.h"

namespace tcp_lifecycle {
namespace {

constexpr size_t kNameColumns = 20;
constexpr size_t kMostDisagreements = 10;

void AddLine(std::string& text, absl::string_view name, absl::string_view value) {
  absl::StrAppend(&text, name,
                  std::string(kNameColumns - std::min(kNameColumns - 1, name.size()), ' '), value,
                  "\n");
}

bool Has(const HostFacts& facts, int capability) {
  return (facts.capabilities.value_or(0) >> capability & 1) != 0;
}

std::string TextOf(const absl::Status& status, absl::string_view good) {
  return status.ok() ? std::string(good) : absl::StrCat("no: ", status.message());
}

bool Agrees(const HostFacts& facts) {
  return facts.self_check.has_value() && facts.self_check->ok() &&
         (*facts.self_check)->disagreements.empty();
}

void AddSelfCheck(const HostFacts& facts, std::string& text) {
  if (!facts.self_check.has_value()) return AddLine(text, "self-check", "no BPF reader to check");
  if (!facts.self_check->ok()) {
    return AddLine(text, "self-check",
                   absl::StrCat("not possible: ", facts.self_check->status().message()));
  }
  const ReaderCheck& check = **facts.self_check;
  AddLine(
      text, "self-check",
      absl::StrCat("connections compared with sock_diag: ", check.compared,
                   " (changed meanwhile: ", check.moving,
                   "); with the ports of listeners, disagreements: ", check.disagreements.size()));
  for (size_t i = 0; i < std::min(check.disagreements.size(), kMostDisagreements); ++i) {
    const Disagreement& one = check.disagreements[i];
    AddLine(text, "",
            absl::StrCat(one.socket, ": ", kCheckedFieldNames[static_cast<size_t>(one.field)],
                         " is ", one.reader, " by BPF, ", one.sock_diag, " by sock_diag"));
  }
}

void AddAdvice(const HostFacts& facts, std::string& text) {
  const HostFacts::Reader* reader = ReaderOf(facts);
  if (reader == nullptr || !reader->by_bpf) {
    AddLine(text, "BPF would add",
            "exact headroom, keepalive behind other timers, failed connections, less CPU");
    AddLine(text, "",
            facts.bpf_allowed.ok() ? "but no BPF reader can be used, as said above"
                                   : absl::StrCat("but ", facts.bpf_allowed.message()));
  }
  if (facts.namespaces_read < facts.namespaces || !facts.namespaces_status.ok()) {
    if (!Has(facts, CAP_SYS_ADMIN) || !Has(facts, CAP_SYS_PTRACE)) {
      AddLine(text, "rights would add",
              "other network namespaces, by CAP_SYS_ADMIN and CAP_SYS_PTRACE");
    }
  }
}

}  // namespace

const HostFacts::Reader* ReaderOf(const HostFacts& facts) {
  for (const HostFacts::Reader& reader : facts.readers) {
    if (!reader.status.ok()) continue;
    // A reader that is wrong about a field is given up for the next one.
    if (reader.by_bpf && facts.self_check.has_value() && facts.self_check->ok() && !Agrees(facts)) {
      continue;
    }
    return &reader;
  }
  return nullptr;
}

std::string ToText(const HostFacts& facts) {
  std::string text;
  AddLine(text, "exporter", facts.exporter);
  AddLine(text, "kernel", facts.kernel);
  AddLine(text, "BTF",
          TextOf(facts.btf,
                 facts.forms.empty() ? "yes" : "yes; of the fields that differ between kernels"));
  for (const KernelForm& form : facts.forms) {
    AddLine(text, "", absl::StrCat(form.field, ": ", form.type));
  }
  AddLine(text, "capabilities",
          facts.capabilities.ok() ? CapabilityNames(*facts.capabilities)
                                  : std::string(facts.capabilities.status().message()));
  for (const HostFacts::Reader& reader : facts.readers) {
    AddLine(text, absl::StrCat("reader ", reader.name), TextOf(reader.status, "works"));
  }
  const HostFacts::Reader* chosen = ReaderOf(facts);
  AddLine(text, "chosen by auto",
          chosen == nullptr ? "none: sockets cannot be read" : chosen->name);
  AddLine(text, "failed connections", TextOf(facts.failed_connections, "counted"));
  AddSelfCheck(facts, text);
  AddLine(text, "other namespaces",
          absl::StrCat(facts.namespaces, " found, ", facts.namespaces_read, " can be read",
                       facts.namespaces_status.ok()
                           ? ""
                           : absl::StrCat(": ", facts.namespaces_status.message())));
  AddAdvice(facts, text);
  return text;
}

int ExitStatusOf(const HostFacts& facts) {
  const HostFacts::Reader* reader = ReaderOf(facts);
  if (reader == nullptr) return EXIT_FAILURE;
  const bool best = facts.bpf_allowed.ok() ? reader->by_bpf && Agrees(facts)
                                           : reader->by_bpf || reader->name == "sock_diag";
  return best ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace tcp_lifecycle
