"""The doctor over recorded kernels: its text, byte for byte, and its JSON in what it comes to."""

import json

import pages
import pytest

VERDICTS = ["fine", "warning", "critical", "not_examined"]
BY_NAME = {fixture.name: fixture for fixture in pages.fixtures()}


@pytest.fixture(scope="module", params=BY_NAME)
def examined(request):
    """A recording, the text and the parsed JSON about it."""
    fixture = BY_NAME[request.param]
    return fixture, pages.doctor(fixture), pages.doctor(fixture, "--json")


def test_text_is_the_committed_one(examined):
    fixture, text, _ = examined
    assert pages.masked_report(text.stdout) == pages.golden_report(fixture).read_text("utf-8")


def test_text_is_for_any_terminal(examined):
    _, text, _ = examined
    assert text.stdout.isascii() and "\x1b" not in text.stdout
    assert max(map(len, text.stdout.splitlines())) <= 100


def test_json_says_the_same_as_the_text(examined):
    fixture, text, document = examined
    report = json.loads(document.stdout)
    assert document.returncode == text.returncode == report["exit_status"]
    assert report["verdict"] == VERDICTS[report["exit_status"]]
    assert report["subject"] == f"Recording {fixture.name}"
    sentences = " ".join(text.stdout.split())
    for finding in report["findings"]:
        assert f"[{finding['severity']}] {finding['rule']}" in text.stdout
        assert finding["summary"] in sentences
        assert finding["remedy"] in sentences
        assert finding["runbook"] in text.stdout
    assert text.stdout.count("\n[") == len(report["findings"])
    for key in ("outlook", "remedies", "advice"):
        assert [line for line in report[key] if line not in sentences] == []
    for destination in report["destinations"]:
        assert destination["destination_address"] in text.stdout


def test_findings_come_worst_first(examined):
    _, _, document = examined
    severities = [finding["severity"] for finding in json.loads(document.stdout)["findings"]]
    assert severities == sorted(severities, key=["critical", "warning", "info"].index)


def test_what_a_recording_does_not_tell_is_null(examined):
    _, text, document = examined
    report = json.loads(document.stdout)
    assert report["programs"]["error"] == "a recording does not tell"
    assert report["programs"]["destination"] is report["programs"]["listener"] is None
    assert report["sampled_seconds"] is None and report["movements"] == []
    assert "What moves" not in text.stdout


def test_what_is_damaged_is_not_examined():
    report = json.loads(pages.doctor(BY_NAME["damaged"], "--json").stdout)
    reasons = {
        name: each["reason"] for each in report["not_examined"] for name in each["collectors"]
    }
    assert {"sockets", "ports", "listen", "keepalive", "netstat"} <= reasons.keys()
    assert 'TCP orphan "x"' in reasons["sockets"]
    assert any("destination_exhausted" in each["rules"] for each in report["not_examined"])
    assert report["ports"] is None and report["distinct_destinations"] is None


def test_a_collector_that_is_off_is_no_failure():
    done = pages.doctor(BY_NAME["every_state"], "--json", "--no-collector.ports")
    report = json.loads(done.stdout)
    reasons = {each["rule"]: each["reason"] for each in report["rules_not_checked"]}
    assert reasons["destination_exhausted"] == "its collector is switched off"
    assert report["not_examined"] == [] and report["destinations"] == []
    assert report["ports"]["usable"] > 0 and report["ports"]["open"] is None
    assert done.returncode < 3


def test_without_sockets_settings_are_still_checked():
    done = pages.doctor(
        BY_NAME["old_kernel"], "--json", "--collector.disable-defaults", "--collector.sysctl"
    )
    report = json.loads(done.stdout)
    assert report["reader"] is None
    assert report["rules_checked"] > 0


def test_a_good_recording_is_examined_in_silence():
    assert pages.doctor(BY_NAME["every_state"]).stderr == ""
