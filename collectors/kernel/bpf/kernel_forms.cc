#include "collectors/kernel/bpf/kernel_forms.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tcp_lifecycle {
namespace {

struct Field {
  const char* structure;
  const char* name;
};

constexpr Field kFields[] = {
    {"inet_connection_sock", "icsk_keepalive_timer"},
    {"sock", "tcp_retransmit_timer"},
    {"sock", "sk_ino"},
    {"inet_sock", "local_port_range"},
    {"inet_bind_bucket", "bhash2"},
    {"inet_timewait_sock", "tw_connect_bind"},
    {"netns_ipv4", "tcp_death_row"},
    {"netns_ipv4", "sysctl_tcp_tw_reuse_delay"},
};

const btf_type* WithoutModifiers(const btf& kernel, uint32_t type) {
  const btf_type* found = btf__type_by_id(&kernel, type);
  while (btf_is_mod(found) || btf_is_typedef(found)) found = btf__type_by_id(&kernel, found->type);
  return found;
}

// The member of that name, also one inside of an unnamed struct or union; null where there is none.
const btf_type* FindMember(const btf& kernel, const btf_type& structure, absl::string_view name) {
  const btf_member* members = btf_members(&structure);
  for (int i = 0; i < btf_vlen(&structure); ++i) {
    const absl::string_view member = btf__name_by_offset(&kernel, members[i].name_off);
    const btf_type* type = WithoutModifiers(kernel, members[i].type);
    if (member == name) return type;
    if (!member.empty() || !btf_is_composite(type)) continue;
    if (const btf_type* inner = FindMember(kernel, *type, name)) return inner;
  }
  return nullptr;
}

absl::string_view KindName(const btf_type* type) {
  if (type == nullptr) return "absent";
  if (btf_is_ptr(type)) return "pointer";
  if (btf_is_int(type)) return "integer";
  return btf_is_composite(type) ? "struct" : "another type";
}

}  // namespace

absl::StatusOr<std::vector<KernelForm>> KernelForms(const char* path) {
  const std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__parse_raw(path), btf__free);
  if (kernel == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ", the kernel's BTF"));
  }
  std::vector<KernelForm> forms;
  for (const Field& field : kFields) {
    const int id = btf__find_by_name_kind(kernel.get(), field.structure, BTF_KIND_STRUCT);
    const btf_type* member =
        id < 0 ? nullptr
               : FindMember(*kernel, *btf__type_by_id(kernel.get(), static_cast<uint32_t>(id)),
                            field.name);
    forms.push_back(
        {absl::StrCat(field.structure, ".", field.name), std::string(KindName(member))});
  }
  return forms;
}

}  // namespace tcp_lifecycle
