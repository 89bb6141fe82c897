"""What runs in a booted kernel: files of tests/scenarios, all of them or a part for CI.

Left out are those that need other servers than the tests' own, or time that emulation does not
have: Prometheus, browsers, loads and rates.
"""

ALL = (
    "test_kernel.py", "test_against_ss.py", "test_sources_agree.py", "test_unprivileged.py",
    "test_keepalive.py", "test_time_wait.py", "test_events.py", "test_ports.py",
    "test_destinations.py", "test_mixtures.py", "test_namespaces.py", "test_roles.py",
    "test_listen.py", "test_sysctl.py", "test_exhaustion.py", "test_namespaces_budget.py",
    "test_namespaces_change.py", "test_namespaces_names.py", "test_namespaces_rights.py",
    "test_self_check.py", "test_own_range.py", "test_device_bound.py", "test_findings.py",
    # A steady rate, which an emulated machine does not keep.
    "--deselect=test_exhaustion.py::"
    "test_k20_exhaustion_is_announced_before_it_comes_and_only_then",
)

# The part for CI, as arguments of pytest. Only the expected BPF reader takes part.
PART = (
    "test_kernel.py",
    "test_against_ss.py",
    "test_unprivileged.py::test_auto_says_why_not_bpf",
    "test_unprivileged.py::test_auto_takes_bpf_and_gives_up_its_capabilities",
    "test_mixtures.py",
    "test_self_check.py::test_every_kind_of_socket_agrees",
    "test_own_range.py",
    "test_keepalive.py::test_f10_an_idle_client_without_keepalive_is_counted_off",
    "test_events.py::test_k16_every_connect_that_fails_for_want_of_a_port_is_counted",
    "test_destinations.py::test_k2_reuse_follows_the_setting_and_the_addresses",
    "test_destinations.py::test_k3_binders_take_ports_from_everybody",
    "test_destinations.py::test_k18_what_a_dump_cannot_tell_moves_the_upper_bound",
    "test_exhaustion.py::test_f3_before_the_delay_existed_the_next_second_frees_the_port",
    "test_exhaustion.py::test_f3_whether_an_orphaned_fin_wait2_is_taken_over_is_within_the_bounds",
    "test_ports.py::test_k4_bound_sockets_block_ports",
    "test_ports.py::test_k4_bound_sockets_take_ports_from_a_destination",
    "test_ports.py::test_k4_bound_sockets_that_are_not_listed_lower_the_least_by_their_number",
    "test_time_wait.py::test_k8_orphan_with_a_long_fin_timeout_is_no_keepalive",
    "test_namespaces.py::test_one_with_a_hash_of_its_own_is_beside_one_that_shares_it",
)
