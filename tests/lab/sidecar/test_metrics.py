"""The metrics, and the dashboard that shows them."""

from __future__ import annotations

import json
import re
from typing import Any

from lab.sidecar.windows_of import quiet, window
from overheard.sidecar.metrics import Metrics
from overheard.sidecar.window import Judged, State, Window, failed
from processes import PROJECT

DASHBOARD: dict[str, Any] = json.loads((PROJECT / "examples" / "grafana" / "dashboard.json").read_text())


def told(*windows: Window) -> str:
    metrics = Metrics()
    for each in windows:
        metrics.add(each)
    return metrics.text().decode()


def test_all_is_counted() -> None:
    text = told(window(a=State.OVERHEARD, b=State.PROTECTED), quiet(2), window(3, a=State.QUIET, b=State.QUIET))
    for line in (
        'overheard_windows_total{outcome="OVERHEARD"} 1.0',
        'overheard_windows_total{outcome="QUIET"} 2.0',
        'overheard_windows_total{outcome="INCONCLUSIVE"} 0.0',
        "overheard_packets_total 20.0",
        "overheard_bytes_total 1800.0",
        "overheard_drops_total 2.0",
        'overheard_flows_total{protection="sealed"} 6.0',
        'overheard_flows_total{protection="clear"} 4.0',
        'overheard_sightings_total{secret="a"} 4.0',
        'overheard_sightings_total{secret="b"} 0.0',
        "overheard_open_flows 1.0",
        "overheard_judge_seconds_total 1.0",
        "overheard_last_window_end_seconds 1.70000006e+09",
    ):
        assert f"\n{line}\n" in text, line


def test_the_outcome_is_one_of_three() -> None:
    metrics = Metrics()
    assert 'overheard_outcome{outcome="INCONCLUSIVE"} 1.0' in metrics.text().decode()
    metrics.tell(State.PROTECTED)
    text = metrics.text().decode()
    assert 'overheard_outcome{outcome="PROTECTED"} 1.0' in text
    assert text.count("} 1.0") == 1


def test_what_could_not_be_judged_is_about_no_certain_secret() -> None:
    assert "overheard_sightings_total{" not in told(Window(1, 0.0, 1.0, failed("judge", "it was killed", "")))


def test_names_of_secrets_are_escaped() -> None:
    text = told(Window(1, 0.0, 1.0, Judged({'a"} 7\nb': State.QUIET})))
    assert 'overheard_sightings_total{secret="a\\"} 7\\nb"} 0.0' in text


def test_the_dashboard_shows_each_metric_and_no_other() -> None:
    """With the labels that they have."""
    text = told(window(a=State.OVERHEARD))
    shown = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    named = {name for each in shown for name in re.findall(r"\boverheard_\w+", each)}
    assert named == set(re.findall(r"^(overheard_\w+)[{ ]", text, re.MULTILINE))
    labels = set(re.findall(r'(\w+)="', text)) | {"instance"}
    for each in shown:
        assert set(re.findall(r"(\w+)=~?\"", each)) <= labels
        assert {label for by in re.findall(r"by \(([^)]*)\)", each) for label in by.split(", ")} <= labels
        for name, value in re.findall(r'(\w+)="([^"$]*)"', each):
            assert f'{name}="{value}"' in text
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
