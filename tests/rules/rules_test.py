"""The files of deploy/prometheus are good, and alerts, runbooks and unit tests belong together.

The unit tests are the *.test.yml beside this file; promtool runs them. Their query
`count by (severity) (ALERTS{alertname="...",alertstate="firing"})` tells which severities of an
alert fire at a moment, and so which do not.
"""

import pathlib
import re
import subprocess

import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
PROMETHEUS = REPOSITORY / "deploy/prometheus"
RUNBOOKS = REPOSITORY / "deploy/runbooks"
METRICS = (REPOSITORY / "collectors/METRICS.md").read_text()

# Counted by the BPF reader alone, which the page of a build without it does not have.
BPF_ONLY = {"tcp_lifecycle_port_exhaustion_total"}
SEVERITIES = {"critical", "warning", "info"}
ANNOTATIONS = {"summary", "description", "runbook_url", "dashboard_url"}
DASHBOARDS = {"ports", "time-wait", "keepalive", "listen", "settings", "exporter", "host", "fleet"}
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "What not to do"]
FIRING = re.compile(
    r'count by \(severity\) \(ALERTS\{alertname="(\w+)",alertstate="firing"\}\)')


def load(path):
    return yaml.safe_load(path.read_text())


def rules_of(file):
    return [rule for group in load(PROMETHEUS / file)["groups"] for rule in group["rules"]]


ALERTS = rules_of("alerting_rules.yml")
RECORDS = rules_of("recording_rules.yml")
NAMES = sorted({rule["alert"] for rule in ALERTS})
RUNBOOK_FILES = sorted(path for path in RUNBOOKS.glob("*.md") if path.stem != "findings")
UNIT_TESTS = sorted(HERE.glob("*.test.yml"))


def severities():
    return {(rule["alert"], rule["labels"]["severity"]) for rule in ALERTS}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def unit_test_groups():
    return [group for path in UNIT_TESTS for group in load(path)["tests"]]


def moments():
    """(alert, severities that fire) of each moment at which a unit test looks at an alert."""
    for group in unit_test_groups():
        for test in group.get("promql_expr_test", []):
            if asked := FIRING.fullmatch(test["expr"].strip()):
                labels = [sample["labels"] for sample in test["exp_samples"]]
                yield asked[1], {re.fullmatch(r'\{severity="(\w+)"\}', text)[1] for text in labels}


def alerts_in_full():
    """(alert, labels, annotations) of what a unit test expects word by word."""
    for group in unit_test_groups():
        for test in group.get("alert_rule_test", []):
            for alert in test["exp_alerts"]:
                yield test["alertname"], alert["exp_labels"], alert["exp_annotations"]


@pytest.mark.parametrize("file", ["recording_rules.yml", "alerting_rules.yml"])
def test_rules_are_good(file):
    run("promtool", "check", "rules", PROMETHEUS / file)


def test_the_configuration_of_prometheus_is_good_and_loads_both_rule_files():
    run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    loaded = load(PROMETHEUS / "prometheus.yml")["rule_files"]
    assert sorted(loaded) == sorted(path.name for path in PROMETHEUS.glob("*_rules.yml"))


def test_the_configuration_of_alertmanager_is_good():
    run("amtool", "check-config", PROMETHEUS / "alertmanager.yml")


@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.name)
def test_rules_do_what_their_unit_tests_say(path):
    run("promtool", "test", "rules", path)


def test_each_alert_has_a_runbook_and_each_runbook_an_alert():
    assert [path.stem for path in RUNBOOK_FILES] == NAMES


@pytest.mark.parametrize("path", RUNBOOK_FILES, ids=lambda path: path.stem)
def test_a_runbook_has_its_sections_and_commands(path):
    text = path.read_text()
    assert text.startswith(f"# {path.stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert "```sh" in text.split("## Diagnosis")[1].split("## Mitigation")[0]
    assert 40 <= len(text.splitlines()) <= 80


@pytest.mark.parametrize("path", RUNBOOK_FILES, ids=lambda path: path.stem)
def test_links_of_a_runbook_lead_somewhere(path):
    for file, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", path.read_text()):
        target = path.parent / file if file else path
        assert target.is_file(), file
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_an_alert_says_all_it_should(rule):
    assert rule["labels"]["severity"] in SEVERITIES and rule["labels"]["subject"]
    assert set(rule["annotations"]) == ANNOTATIONS
    runbook = rule["annotations"]["runbook_url"]
    assert runbook == f"deploy/runbooks/{rule['alert']}.md"
    assert (REPOSITORY / runbook).is_file()
    dashboard = re.fullmatch(r"/d/tcp-lifecycle-([\w-]+)(\?var-instance=.*)?",
                             rule["annotations"]["dashboard_url"])
    assert dashboard[1] in DASHBOARDS


@pytest.mark.parametrize("alert, severity", sorted(severities()))
def test_each_severity_is_seen_to_fire_and_to_be_silent(alert, severity):
    seen = [firing for name, firing in moments() if name == alert]
    assert any(severity in firing for firing in seen)
    assert any(severity not in firing for firing in seen)


def test_each_severity_is_expected_word_by_word_once():
    in_full = {(name, labels["severity"]) for name, labels, _ in alerts_in_full()}
    assert in_full == severities()


def test_a_critical_finding_is_in_its_runbook_and_muted_by_its_own_alert():
    rules = re.findall(r'\{"(\w+)",\s*kCritical',
                       (REPOSITORY / "collectors/findings/rule.cc").read_text())
    assert "destination_exhausted" in rules  # the table was understood
    rows = dict(re.findall(r"^\| \[(\w+)\]\(findings\.md#\1\) \|[^|]*\|([^|]*)\|$",
                           (RUNBOOKS / "TcpConfigFindingCritical.md").read_text(), re.MULTILINE))
    assert set(rows) == set(rules)
    muted = {}
    for inhibition in load(PROMETHEUS / "alertmanager.yml")["inhibit_rules"]:
        target, source = (" ".join(inhibition[key]) for key in ("target_matchers", "source_matchers"))
        if "TcpConfigFindingCritical" in target:
            by = re.search(r'alertname=~?"([\w|]+)"', source)[1].split("|")
            for rule in re.search(r'rule=~?"([\w|]+)"', target)[1].split("|"):
                muted[rule] = set(by)
    own = {rule: set(re.findall(r"\[(Tcp\w+)\]", alerts)) for rule, alerts in rows.items()}
    assert {rule: alerts for rule, alerts in own.items() if alerts} == muted


def test_readme_names_each_alert():
    readme = (REPOSITORY / "README.md").read_text()
    assert [name for name in NAMES if f"[{name}](deploy/runbooks/{name}.md)" not in readme] == []


def test_metrics_in_the_rules_are_documented():
    known = BPF_ONLY | set(re.findall(r"^\| `(\w+)`", METRICS, re.MULTILINE))
    expressions = " ".join(rule["expr"] for rule in ALERTS + RECORDS)
    named = set(re.findall(r"(?<![\w:])tcp_lifecycle_\w+(?![\w:\"])", expressions))
    assert len(named) > 20 and BPF_ONLY <= named
    assert named - known == set()


def test_recorded_names_are_level_metric_operation_and_tested():
    names = {rule["record"] for rule in RECORDS}
    assert [n for n in names if not re.fullmatch(r"[a-z_]+:tcp_lifecycle_\w+:[a-z0-9_]+", n)] == []
    asked = " ".join(test["expr"] for group in unit_test_groups()
                     for test in group.get("promql_expr_test", []))
    assert {name for name in names if name not in asked} == set()


def test_rules_use_only_names_that_are_recorded():
    names = {rule["record"] for rule in RECORDS}
    expressions = " ".join(rule["expr"] for rule in ALERTS + RECORDS)
    assert set(re.findall(r"\w+:tcp_lifecycle_\w+:\w+", expressions)) <= names


# constant -> where alerts have it: alert, severity, the comparison
THRESHOLDS = {
    "kHalfFull": [("TcpDestinationNearExhaustion", "info", ">= {}")],
    "kNearlyFull": [(alert, "warning", ">= {}") for alert in (
        "TcpDestinationNearExhaustion", "TcpAcceptQueueNearFull", "TcpTimeWaitNearLimit")],
    "kNearlyEmpty": [("TcpBindPoolNearlyEmpty", "critical", ") < {}")],
    "kTroubledSockets": [
        ("TcpSynRetransmitsPilingUp", "warning", '{{state="syn_sent_retransmitting"}} >= {}'),
        ("TcpCloseWaitLeak", "warning",
         'tcp_lifecycle_destination_sockets{{state="close_wait"}}[10m]) >= {} and'),
        ("TcpCloseWaitLeak", "warning", '{{state="close_wait"}}[10m]) >= {} )')],
    "kUnclosed": [("TcpCloseWaitLeak", "warning", ") ) >= {}")],
    "kSilentPeers": [("TcpPeersNotAnswering", "warning", '{{probes!="1"}}) >= {} and')],
    "kSilentShare": [("TcpPeersNotAnswering", "warning", ">= {} *")],
    "kForeseenSeconds": [("TcpDestinationHeadingForExhaustion", "warning", "<= {}")],
}
HEADER = (REPOSITORY / "collectors/analysis/thresholds.h").read_text()


def test_each_threshold_of_findings_doctor_and_page_is_compared():
    assert set(re.findall(r"(k\w+) = [\d.]+;", HEADER)) == set(THRESHOLDS)


@pytest.mark.parametrize("name, alert, severity, comparison", [
    (name, *where) for name, places in THRESHOLDS.items() for where in places])
def test_the_alerts_have_the_thresholds_of_findings_doctor_and_page(
        name, alert, severity, comparison):
    value = re.search(rf"{name} = ([\d.]+);", HEADER)[1]
    found = [" ".join(rule["expr"].split()) for rule in ALERTS
             if rule["alert"] == alert and rule["labels"]["severity"] == severity]
    assert found, alert
    pattern = re.escape(comparison.format("NUMBER")).replace("NUMBER", r"([\d.]+)")
    for expr in found:
        assert set(re.findall(pattern, expr)) == {value}, alert


def test_the_time_of_a_slow_pass_is_the_default_of_the_flag():
    options = (REPOSITORY / "exporter/cli/options.h").read_text()
    seconds = re.search(r"scrape_timeout = std::chrono::seconds\((\d+)\)", options)[1]
    for rules, name in ((ALERTS, "TcpLifecyclePassSlow"), (RECORDS, "duration_seconds:limit")):
        found = [rule["expr"] for rule in rules
                 if rule.get("alert", rule.get("record", "")).endswith(name)]
        assert [re.search(r"clamp_max\(.*, (\d+)\)", expr)[1] for expr in found] == [seconds], name
