"""What changes around the recorder."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from overheard.sidecar.surroundings import Surroundings

if TYPE_CHECKING:
    from overheard.words.verdict import Check


def codes(faults: list[Check]) -> list[str]:
    assert not any(check.holds for check in faults)
    return [check.code for check in faults]


def test_nothing_changes() -> None:
    around = Surroundings("lo", [443])
    assert [codes(around.faults()) for _ in range(20)] == [[]] * 20


@pytest.mark.parametrize("step", [-3600.0, -0.1, 0.1, 5.0])
def test_a_clock_that_was_set_is_noticed_once(monkeypatch: pytest.MonkeyPatch, step: float) -> None:
    around, now = Surroundings("lo", ()), time.time
    monkeypatch.setattr("overheard.sidecar.surroundings.time.time", lambda: now() + step)
    (fault,) = around.faults()
    assert f"changed by {step:+.2f} seconds" in fault.says
    assert codes(around.faults()) == []


LO, ETH0, ETH1 = (1, "lo"), (2, "eth0"), (3, "eth1")


@pytest.mark.parametrize(
    ("interface", "before", "later", "found"),
    [
        ("eth0", [LO, ETH0], [LO], ["interfaces"]),
        ("eth0", [LO, ETH0], [LO, (9, "eth0")], ["interfaces"]),
        ("eth0", [LO, ETH0, ETH1], [LO, ETH1], ["interfaces"]),
        ("lo", [LO, ETH0], [LO], ["interfaces"]),
        ("lo", [LO, ETH0], [LO, (9, "eth0")], ["interfaces"]),
        # Others come and go.
        ("lo", [LO, ETH0, ETH1], [LO, ETH1], []),
        ("lo", [LO], [LO], []),
        ("lo", [LO], [LO, ETH0], []),
        ("eth0", [LO, ETH0], [LO, ETH0, ETH1], []),
    ],
)
def test_an_interface_that_is_gone_or_another_one_stays_a_fault(
    monkeypatch: pytest.MonkeyPatch,
    interface: str,
    before: list[tuple[int, str]],
    later: list[tuple[int, str]],
    found: list[str],
) -> None:
    monkeypatch.setattr("overheard.sidecar.surroundings.socket.if_nameindex", lambda: before)
    around = Surroundings(interface, ())
    monkeypatch.setattr("overheard.sidecar.surroundings.socket.if_nameindex", lambda: later)
    assert [codes(around.faults()) for _ in range(2)] == [found] * 2


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_service_that_listens_no_more_is_noticed_until_it_does_again(family: socket.AddressFamily) -> None:
    with socket.create_server(("", 0), family=family) as server:
        port = server.getsockname()[1]
        around, other = Surroundings("lo", [port]), Surroundings("lo", [port + 1 if port < 65535 else 1])
        assert codes(around.faults()) == []
    assert codes(around.faults()) == ["listener"]
    assert f"port {port} " in around.faults()[0].says
    # Services end as well when everything is ended.
    assert codes(around.faults(at_the_end=True)) == codes(other.faults()) == []
    with socket.create_server(("", port), family=family):
        assert codes(around.faults()) == []
