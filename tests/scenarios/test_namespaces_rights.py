"""What can be read of other namespaces by whom, and what is said where nothing can; and pods."""

import contextlib

import pytest

from harness import cgroup, compact, mixed, named
from harness.exporter import BPF_CAPABILITIES, NOBODY, Exporter, nobody_with, run_binary

UID = "0d12ab34-5678-4abc-9def-0123456789ab"
CONTAINERS = ("a" * 64, "b" * 64)


def warnings(exporter):
    return [line for line in exporter.log().splitlines() if "level=warn" in line]


@pytest.mark.parametrize("wrapper", [NOBODY, nobody_with(*BPF_CAPABILITIES)],
                         ids=["no rights", "BPF alone"])
def test_without_rights_the_exporters_own_is_read_as_ever(netns, new_netns, names, wrapper):
    mixed.of_ipv6("self", netns)
    other = mixed.serving("other", new_netns())
    inside = [*names.mounting("other", other.namespace), *wrapper]
    exporter = Exporter(netns, "auto", flags=names.flags(), wrapper=inside)
    for _ in range(3):
        page = exporter.scrape()
        assert named.success(page) == {"self": 1, "other": 0}
        assert page.value("sockets", netns="self", family="ipv6", state="time_wait") == 1
        assert not page.has("sockets", netns="other")
        assert not page.has("ephemeral_ports", netns="other")
        assert set(page.by("collector", "scrape_collector_success").values()) == {1}
    assert len(warnings(exporter)) == 1
    assert "CAP_SYS_ADMIN" in warnings(exporter)[0]


def test_counters_need_no_right_where_a_process_is(netns, new_netns, names):
    other = mixed.ailing("other", new_netns())
    process = other.namespace.start(["sleep", "60"])
    names.show(process.pid)
    inside = [*names.mounting("other", other.namespace), *nobody_with("sys_ptrace")]
    page = Exporter(netns, flags=names.flags(), wrapper=inside).scrape()
    assert named.success(page) == {"self": 1, "other": 0}
    assert page.value("listen_overflows_total", netns="other") > 0
    assert not page.has("sysctl_fin_timeout_seconds", netns="other")


def test_with_the_right_to_enter_alone_those_with_names_are_read(netns, new_netns, names):
    other = mixed.serving("other", new_netns())
    inside = [*names.mounting("other", other.namespace), *nobody_with("sys_admin")]
    page = Exporter(netns, "sock_diag", flags=names.flags(), wrapper=inside).scrape()
    assert named.success(page) == {"self": 1, "other": 1}
    compact.check(page, other, netns, "sock_diag")


def test_hidden_processes_are_told_once(netns, new_netns, names):
    other = new_netns()
    names.show(other.start(["sleep", "60"]).pid)
    exporter = Exporter(netns, flags=names.flags(), wrapper=nobody_with("sys_admin"))
    for _ in range(3):
        assert named.success(exporter.scrape()) == {"self": 1}
    assert len(warnings(exporter)) == 1, exporter.log()
    assert "CAP_SYS_PTRACE" in warnings(exporter)[0]


def test_once_fails_where_another_namespace_was_not_read(netns, names):
    done = run_binary(netns, "--once", *names.flags("lost"))
    assert done.returncode == 1
    assert 'scrape_namespace_success{netns="lost"} 0' in done.stdout
    assert "network namespaces not read: lost" in done.stderr
    assert run_binary(netns, "--once", *names.flags()).returncode == 0


def test_two_containers_of_a_pod_are_one_namespace(netns, new_netns, names, source):
    if reason := cgroup.why_impossible():
        pytest.skip(reason)
    pod = new_netns()
    with contextlib.ExitStack() as cleanup:
        kubelet = cgroup.Kubelet(cleanup)
        for container in CONTAINERS:
            process = pod.start(["sleep", "60"])
            kubelet.take(process, UID, container)
            names.show(process.pid)
        cleanup.callback(pod.close)
        page = Exporter(netns, source, flags=names.flags()).scrape()
        assert named.success(page) == {"self": 1, UID: 1}
        compact.check(page, compact.Foreign(UID, pod, uid=UID, containers=CONTAINERS), netns,
                      source)
        named_too = Exporter(netns, source, flags=names.flags(UID), port=10461).scrape()
        assert named.success(named_too) == {"self": 1, UID: 1}
