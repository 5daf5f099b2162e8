"""Alerts, dashboard and docs speak of figures that exist, and alerts fire when they should."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

import conversations.tasks  # noqa: F401 - its counters exist once it is imported
from seleto.gauges import StateCollector

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "deploy/observability"
SUFFIX = re.compile(r"_(bucket|count|sum)$")


def named(text: str) -> set[str]:
    return {SUFFIX.sub("", name) for name in re.findall(r"\bseleto_[a-z_]+\b", text)}


@pytest.fixture
def told(db: None) -> set[str]:
    """Every figure that ``/metrics`` can show."""
    counted = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in REGISTRY.collect()
        if family.name.startswith("seleto_")
    }
    return counted | {family.name for family in StateCollector().collect()}


@pytest.mark.parametrize("name", ["alerts.yml", "grafana/dashboards/seleto.json"])
def test_only_figures_that_exist_are_asked_for(name: str, told: set[str]) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert named(text)
    assert named(text) - told == set()


def test_the_docs_list_every_figure(told: set[str]) -> None:
    assert named((ROOT / "docs/metrics.md").read_text(encoding="utf-8")) == told


def test_the_dashboard_has_no_two_panels_in_one_place() -> None:
    panels = json.loads((FOLDER / "grafana/dashboards/seleto.json").read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]

    assert len(set(places)) == len(panels) > 10


@pytest.mark.parametrize(
    "command", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")], ids=" ".join
)
def test_prometheus_takes_the_rules_and_they_fire_when_they_should(command: tuple[str, ...]) -> None:
    if not shutil.which("promtool"):
        pytest.skip("Prometheus is not installed.")

    done = subprocess.run(["promtool", *command], cwd=FOLDER, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_and_has_a_runbook() -> None:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}
    tests = yaml.safe_load((FOLDER / "alerts.test.yml").read_text(encoding="utf-8"))["tests"]
    fired = {one["alertname"] for test in tests for one in test["alert_rule_test"] if one["exp_alerts"]}

    assert fired == set(alerts)
    assert [name for name, rule in alerts.items() if not (ROOT / rule["annotations"]["runbook"]).is_file()] == []
