"""Metrics of all windows, as Prometheus reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest

from overheard.sidecar.window import State

if TYPE_CHECKING:
    from overheard.sidecar.window import Window

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics. Nothing of a recording is in them but numbers, and of secrets the names alone."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
        self._registry = registry = CollectorRegistry()
        self._windows = Counter("overheard_windows", "Windows that were judged.", ["outcome"], registry=registry)
        for state in State:
            self._windows.labels(state)
        self._packets = Counter("overheard_packets", "Packets that were recorded.", registry=registry)
        self._bytes = Counter("overheard_bytes", "Bytes of the packets that were recorded.", registry=registry)
        self._drops = Counter("overheard_drops", "Packets that the recorder lost.", registry=registry)
        self._flows = Counter("overheard_flows", "Flows that carried data.", ["protection"], registry=registry)
        for protection in ("sealed", "clear"):
            self._flows.labels(protection)
        self._seen = Counter("overheard_sightings", "Places where a secret was seen.", ["secret"], registry=registry)
        self._open = Gauge("overheard_open_flows", "Flows carried on.", registry=registry)
        self._judge = Counter("overheard_judge_seconds", "Time that the judge took.", registry=registry)
        self._ended = Gauge("overheard_last_window_end_seconds", "When the last window ended.", registry=registry)
        self._outcome = Gauge("overheard_outcome", "1 for the verdict on all windows.", ["outcome"], registry=registry)
        self.tell(State.INCONCLUSIVE)

    def add(self, window: Window) -> None:
        """Count a window."""
        judged = window.judged
        self._windows.labels(window.state).inc()
        self._packets.inc(judged.packets)
        self._bytes.inc(judged.bytes)
        self._drops.inc(judged.dropped or 0)
        self._flows.labels("sealed").inc(judged.flows.sealed)
        self._flows.labels("clear").inc(judged.flows.clear)
        # What could not be judged is about no certain one.
        for secret in filter(None, judged.secrets):
            self._seen.labels(secret).inc(judged.seen.get(secret, 0))
        self._open.set(len(judged.open))
        self._judge.inc(window.seconds)
        self._ended.set(window.ended)

    def tell(self, outcome: State) -> None:
        """Tell the verdict on all windows."""
        for state in (State.PROTECTED, State.OVERHEARD, State.INCONCLUSIVE):
            self._outcome.labels(state).set(state is outcome)

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self._registry)
