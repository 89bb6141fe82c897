"""Settings are read at each scrape."""

SETTINGS = {
    "net.ipv4.tcp_keepalive_time": ("sysctl_keepalive_time_seconds", 123),
    "net.ipv4.tcp_keepalive_intvl": ("sysctl_keepalive_interval_seconds", 7),
    "net.ipv4.tcp_keepalive_probes": ("sysctl_keepalive_probes", 4),
    "net.ipv4.tcp_fin_timeout": ("sysctl_fin_timeout_seconds", 33),
    "net.ipv4.tcp_tw_reuse": ("sysctl_tw_reuse", 1),
    "net.ipv4.tcp_timestamps": ("sysctl_timestamps", 0),
    "net.core.somaxconn": ("sysctl_somaxconn", 77),
}


def test_f12_changed_settings_are_on_the_next_page(netns, exporter):
    page = exporter.scrape()
    for sysctl, (metric, value) in SETTINGS.items():
        assert page.value(metric) == int(netns.sysctl(sysctl)) != value
    low, high = map(int, netns.sysctl("net.ipv4.ip_local_port_range").split())
    assert page.value("ephemeral_port_range_min") == low
    assert page.value("ephemeral_port_range_max") == high
    assert page.value("ephemeral_ports") == high - low + 1

    for sysctl, (_, value) in SETTINGS.items():
        netns.set_sysctl(sysctl, value)
    netns.set_sysctl("net.ipv4.ip_local_port_range", "41000 41499")
    page = exporter.scrape()
    for metric, value in SETTINGS.values():
        assert page.value(metric) == value
    assert page.value("ephemeral_port_range_min") == 41000
    assert page.value("ephemeral_port_range_max") == 41499
    assert page.value("ephemeral_ports") == 500


def test_f5_a_setting_the_kernel_lacks_is_absent(netns, exporter):
    """Linux 4.12 took tcp_tw_recycle away; newer kernels brought the reuse delay."""
    page = exporter.scrape()
    for sysctl, metric in (("tcp_tw_recycle", "sysctl_tw_recycle"),
                           ("tcp_tw_reuse_delay", "sysctl_tw_reuse_delay_seconds")):
        try:
            value = netns.sysctl(f"net.ipv4.{sysctl}")
        except FileNotFoundError:
            assert not page.has(metric)
        else:
            scale = 1000 if sysctl.endswith("delay") else 1
            assert page.value(metric) == int(value) / scale
