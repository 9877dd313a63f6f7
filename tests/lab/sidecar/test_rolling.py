"""Windows of real traffic on `lo`, and those of `cases.py` in namespaces of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from lab.sidecar.rolled import SECRET, Rolled, say
from overheard.sidecar.judging import Job
from overheard.sidecar.window import Judged, State
from ports import free_port
from processes import eventually, in_namespaces

pytestmark = pytest.mark.usefixtures("local_engine")


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The results of all cases of `inside.py`, by name."""
    folder = tmp_path_factory.mktemp("inside")
    outcome: dict[str, Any] = json.loads(in_namespaces(Path(__file__).parent / "inside.py", str(folder)))
    return outcome


def test_a_connection_over_several_windows_is_judged_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret in two halves, one in each of two windows, too."""
    monkeypatch.setattr("overheard_capture.recorder.flows._LINGER", 0.0)
    port = free_port()
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(port))
    with socket.create_server(("127.0.0.1", port)) as server, rolled.running():
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, f"password={SECRET[:9]}")
            rolled.cut()
            say(client, served, f"{SECRET[9:]}\n")
            rolled.cut()
        rolled.cut()
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, "hello\n")
    assert rolled.states == ["QUIET", "OVERHEARD", "OVERHEARD", "PROTECTED"]
    assert [window.judged.in_open for window in rolled.windows] == [False, True, False, False]
    assert [len(window.judged.open) for window in rolled.windows] == [1, 1, 0, 0]


def test_each_window_has_its_own_marks_whatever_is_recorded(tmp_path: Path) -> None:
    """A filter that says what is not to be recorded, such as that for the sidecar's own HTTP, matches all marks."""
    port = free_port()
    rolled = Rolled(tmp_path, OVERHEARD_FILTER=f"tcp port {port} or udp dst port 5699")
    with socket.create_server(("127.0.0.1", port)) as server, rolled.running():
        for _ in range(2):
            rolled.cut()
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, "hello\n")
    assert rolled.states == ["QUIET", "QUIET", "PROTECTED"]


def test_a_recorder_that_is_killed_spoils_its_window_alone(tmp_path: Path) -> None:
    port = free_port()
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(port))
    with socket.create_server(("127.0.0.1", port)) as server, rolled.running():
        os.kill(rolled.dumpcap.pid, signal.SIGKILL)
        rolled.await_window(2)
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, "hello\n")
    assert rolled.states == ["INCONCLUSIVE", "PROTECTED"]
    assert "recorder-alive" in rolled.reasons(1)


def test_secrets_may_change_and_both_values_are_looked_for(tmp_path: Path) -> None:
    port = free_port()
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(port))
    with socket.create_server(("127.0.0.1", port)) as server, rolled.running():
        with socket.create_connection(server.getsockname()) as client, server.accept()[0] as served:
            say(client, served, "password=changed since then\n")
            (tmp_path / "secrets" / "password").write_text("changed since then\n")
            (tmp_path / "secrets" / "another").write_text("one more secret\n")
        rolled.cut()
        (tmp_path / "secrets" / "another").write_text("")
        rolled.cut()
    first, _, last = rolled.windows
    assert first.judged.secrets == {"password": "QUIET", "another": "QUIET", "password (new)": "OVERHEARD"}
    assert set(last.judged.secrets) == {"password", "another"}
    assert "secrets" in rolled.reasons(3)


def test_a_secret_in_two_halves_is_seen_though_its_value_is_replaced_between_them(tmp_path: Path) -> None:
    port = free_port()
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(port))
    with (
        socket.create_server(("127.0.0.1", port)) as server,
        rolled.running(),
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as served,
    ):
        say(client, served, f"password={SECRET[:9]}")
        (tmp_path / "secrets" / "password").write_text("changed since then\n")
        rolled.cut()
        say(client, served, f"{SECRET[9:]}\n")
    assert rolled.states == ["QUIET", "OVERHEARD"]
    assert rolled.windows[1].judged.secrets == {"password": "PROTECTED", "password (old)": "OVERHEARD"}


def test_a_clock_that_is_set_spoils_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(free_port()))
    with rolled.running():
        monkeypatch.setattr("overheard.sidecar.surroundings._clock", lambda: 5.0)
        rolled.cut()
    assert rolled.states == ["INCONCLUSIVE", "QUIET"]
    assert rolled.reasons(1) == {"clock", "something"}


def test_a_judge_that_is_behind_spoils_windows_instead_of_the_disk(tmp_path: Path) -> None:
    go = threading.Event()

    def slow(_job: Job) -> Judged:
        assert go.wait(60)
        return Judged({"password": State.QUIET})

    rolled = Rolled(tmp_path, judge=slow, OVERHEARD_PORTS=str(free_port()))
    with rolled.running():
        for _ in range(5):
            rolled.cut()
        freed = eventually(lambda: len(list(tmp_path.glob("work/*/recorded.pcapng"))) == 4, within=20)
        go.set()
    assert freed
    assert rolled.states[:5] == ["QUIET", "QUIET", "QUIET", "INCONCLUSIVE", "INCONCLUSIVE"]
    assert rolled.reasons(4) == {"behind"}


def test_an_interface_that_is_none_is_told(tmp_path: Path) -> None:
    rolled = Rolled(tmp_path, OVERHEARD_INTERFACE="nothing0")
    with rolled.running():
        pass
    assert rolled.states == ["INCONCLUSIVE"]
    assert rolled.reasons(1) == {"recorded"}
    assert "nothing can be recorded: dumpcap does not record on 'nothing0'" in rolled.problem


def test_a_fault_of_this_program_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled = Rolled(tmp_path, OVERHEARD_PORTS=str(free_port()))

    def wrong(*_: object) -> None:
        raise ValueError("a mistake")

    found: list[BaseException] = []
    monkeypatch.setattr(rolled.rolling, "_concluded", wrong)
    monkeypatch.setattr("threading.excepthook", lambda arguments: found.append(arguments.exc_value))
    with rolled.running():
        pass
    assert [str(each) for each in found] == ["a mistake"]
    assert rolled.windows == []


def test_an_interface_that_goes_away_ends_it(inside: dict[str, Any]) -> None:
    outcome = inside["gone"]
    assert outcome["states"] == ["PROTECTED", "INCONCLUSIVE", "INCONCLUSIVE"]
    assert "interfaces" in outcome["reasons"][1]
    assert outcome["reasons"][2] == ["recorded"]
    assert "nothing can be recorded" in outcome["problem"]


def test_a_disk_that_is_full_spoils_the_window(inside: dict[str, Any]) -> None:
    """And the next one is recorded, once there is room again."""
    outcome = inside["full"]
    assert outcome["states"][0] == "INCONCLUSIVE"
    assert outcome["states"][-1] == "PROTECTED"
    assert outcome["problem"] == ""


def test_who_may_not_record_is_told_so(inside: dict[str, Any]) -> None:
    outcome = inside["no_rights"]
    assert outcome["states"] == ["INCONCLUSIVE"]
    assert "dumpcap does not record" in outcome["problem"]


def test_without_dumpcap_nothing_can_be_recorded(inside: dict[str, Any]) -> None:
    assert inside["no_dumpcap"] == {
        "states": ["INCONCLUSIVE"],
        "reasons": [["recorded"]],
        "problem": "nothing can be recorded: dumpcap was not found",
    }


def test_what_it_serves_itself_is_not_recorded(inside: dict[str, Any]) -> None:
    outcome = inside["own_traffic"]
    assert outcome["states"] == ["QUIET"]
    assert outcome["packets"] == 2
