"""`listen` through a relay: the same verdicts as with dumpcap, with neither rights nor dumpcap."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests

from capture.frames import unwrap
from lab.servers import Answers, serving
from overheard import listen
from overheard.witness.listening import through_relays
from overheard.words.errors import SettingsError
from overheard_capture.captures.reader import read
from overheard_capture.packets import Segment
from processes import AS_NOBODY

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files
    from overheard.witness.listening import Wire

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
# Modules that only Unix has.
UNIX = ("fcntl", "grp", "pwd", "resource", "syslog", "termios")
PROGRAM = """
import sys, urllib.request
for name in {unix}:
    sys.modules[name] = None
from overheard import listen
with listen(relay=sys.argv[1], secret="correct horse battery", sent=True) as wire:
    urllib.request.urlopen(f"http://127.0.0.1:{{wire.port}}/", b"correct horse battery").read()
print(wire.verdict.outcome)
"""


@pytest.fixture(autouse=True)
def no_dumpcap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "local_engine" not in request.fixturenames:
        monkeypatch.setattr("overheard_capture.recorder.dumpcap.shutil.which", lambda *_, **__: None)


def port_of(url: str) -> str:
    return url.rpartition(":")[2]


def log_in(wire: Wire, files: Files | None = None) -> None:
    url = f"{'https' if files else 'http'}://localhost:{wire.port}/login"
    requests.post(url, json={"password": PASSWORD}, verify=str(files.root) if files else None, timeout=10)


def evidence(wire: Wire) -> dict[str, str]:
    return {check.code: check.says for verdict in wire.report.verdicts.values() for check in verdict.checks}


def test_a_password_over_http_is_overheard() -> None:
    with serving(Answers()) as url, listen(relay=int(port_of(url)), secret=PASSWORD) as wire:
        log_in(wire)
    assert wire.verdict.overheard, wire.verdict
    assert PASSWORD not in wire.verdict


def test_a_password_over_https_is_protected_and_the_evidence_says_which_tap_saw_it(files: Files) -> None:
    with serving(Answers(), files) as url, listen(relay=port_of(url), secret=PASSWORD) as wire:
        log_in(wire, files)
    assert wire.verdict.protected, wire.verdict
    assert "sealed, proved by the session keys" in wire.verdict
    assert evidence(wire)["recorder-alive"] == (
        f"the recorder (relay 127.0.0.1:{wire.port} to localhost:{port_of(url)}) ran until it was stopped, and exited"
        " cleanly: only what went through it was recorded"
    )
    with serving(Answers(), files) as url, listen(relay=port_of(url), require="sealed") as wire:
        log_in(wire, files)
    assert wire.verdict.protected, wire.verdict


def test_what_does_not_go_through_it_was_not_heard(files: Files) -> None:
    """Even if the caller vouches that it was sent."""
    with serving(Answers(), files) as url, listen(relay=port_of(url), secret=PASSWORD, sent=True) as wire:
        requests.post(f"{url}/login", json={"password": PASSWORD}, verify=str(files.root), timeout=10)
    assert wire.verdict.inconclusive
    assert "connects to the relay" in " ".join(wire.verdict.split())


def test_a_server_that_is_not_there_is_named() -> None:
    with listen(relay="127.0.0.1:1", secret=PASSWORD, sent=True) as wire, pytest.raises(requests.ConnectionError):
        log_in(wire)
    assert wire.verdict.inconclusive
    assert "the relay said: 127.0.0.1:1: Connection refused" in " ".join(wire.verdict.split())


def test_several_relays_are_one_recording(files: Files) -> None:
    with serving(Answers()) as clear, serving(Answers(), files) as tls:
        with listen(relay=[port_of(clear), port_of(tls)], secret=PASSWORD) as wire:
            requests.post(f"https://localhost:{wire.ports[1]}/", data=PASSWORD, verify=str(files.root), timeout=10)
            requests.get(f"http://localhost:{wire.ports[0]}/", timeout=10)
        assert wire.verdict.protected, wire.verdict
        assert "searched" in wire.verdict


def test_what_makes_no_sense_is_an_error() -> None:
    for named in ({"port": 8443}, {"interface": "eth0"}, {"capture_filter": "tcp"}):
        wrong = pytest.raises(SettingsError, match="only what goes through it")
        with wrong, listen(relay="8443", **named):
            pytest.fail("nothing may run")
    with listen(secret=PASSWORD) as wire, pytest.raises(SettingsError, match="no port is named"):
        assert wire.port
    with listen(secret=PASSWORD, port=[8443, 8444]) as wire:
        assert (wire.port, wire.ports) == (8443, [8443, 8444])
    with pytest.raises(SettingsError, match="needs the port"):
        through_relays(secret=PASSWORD)


def test_it_needs_neither_rights_nor_what_only_unix_has() -> None:
    """As on Windows and macOS, as far as that can be tried on Linux."""
    with serving(Answers()) as url:
        command = [sys.executable, "-c", PROGRAM.format(unix=UNIX), port_of(url)]
        done = subprocess.run([*AS_NOBODY, *command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("OVERHEARD\n", "")


@pytest.mark.usefixtures("local_engine")
def test_it_records_what_dumpcap_records(files: Files, tmp_path: Path) -> None:
    """At the same time: the same connection between the relay and the server, and the same bytes of each side."""
    by_dumpcap, by_relay = tmp_path / "dumpcap.pcapng", tmp_path / "relay.pcapng"
    with serving(Answers(body=bytes(range(256)) * 4000), files) as url:
        port = int(port_of(url))
        with (
            listen(port=port, secret=PASSWORD, recording=by_dumpcap) as dumpcap,
            listen(relay=str(port), secret=PASSWORD, recording=by_relay) as relay,
        ):
            log_in(relay, files)
    assert flows(by_relay, port) == flows(by_dumpcap, port)
    assert relay.verdict.outcome == dumpcap.verdict.outcome
    assert relay.verdict.protected
    assert evidence(relay).keys() == evidence(dumpcap).keys()
    assert "dumpcap on lo" in evidence(dumpcap)["recorder-alive"]


def flows(path: Path, port: int) -> dict[tuple[str, str], bytes]:
    """What each side of the connections of a port sent."""
    found: dict[tuple[str, str], bytearray] = {}
    begins: dict[tuple[str, str], int] = {}
    for packet in map(unwrap, read(path).frames):
        if isinstance(packet, Segment) and port in (packet.source.port, packet.target.port):
            ends = str(packet.source), str(packet.target)
            if packet.flags & 2:
                begins[ends] = packet.sequence + 1
            at = packet.sequence - begins[ends]
            side = found.setdefault(ends, bytearray())
            side[at : at + len(packet.payload)] = packet.payload
    return {ends: bytes(side) for ends, side in found.items()}
