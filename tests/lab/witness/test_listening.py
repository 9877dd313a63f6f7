"""Listening to real traffic on `lo`: with and without TLS, and every way in which nothing is learnt."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from lab.servers import Answers, serving
from overheard import listen
from overheard.witness.key_log import VARIABLE
from overheard.words.errors import SettingsError
from overheard.words.recording import MARK_PORT
from overheard_capture.recorder.dumpcap import stop_all
from processes import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
# A server in a process of its own, whose connections are not those of this process.
SERVER = """
with serving(Answers(), Files(*map(Path, sys.argv[1:]))) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
on_the_wire = pytest.mark.usefixtures("local_engine")


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def log_in(url: str, files: Files | None = None) -> None:
    root = str(files.root) if files else None
    requests.post(f"{url}/login", json={"password": PASSWORD}, timeout=10, verify=root)


def fail_to_log_in(url: str) -> None:
    requests.post(url, json={"password": PASSWORD}, timeout=10).raise_for_status()


@on_the_wire
def test_a_password_over_http_is_overheard() -> None:
    with serving(Answers()) as url, listen(port=port_of(url), secret=PASSWORD) as wire:
        log_in(url)
    assert wire.verdict.overheard
    assert not wire.verdict.protected
    assert not wire.verdict.inconclusive
    assert "OVERHEARD     secret  seen in frame" in wire.verdict
    # The context of the sighting, in which the secret is masked.
    assert 'word": "' in wire.verdict
    assert PASSWORD not in wire.verdict
    assert not wire.recording.exists()


@on_the_wire
def test_a_password_over_https_is_protected(files: Files, tmp_path: Path) -> None:
    """The keys are those of `requests`, or of curl in a process of its own."""
    with serving(Answers(), files) as url:
        with listen(port=port_of(url), secret={"password": PASSWORD}, recording=tmp_path / "kept.pcapng") as wire:
            log_in(url, files)
        assert wire.verdict.protected, wire.verdict
        assert "sealed, proved by the session keys" in wire.verdict
        # They are not what anybody sent.
        account = wire.verdict.report.account
        assert {"marks of the recorder", "TLS 1.3"} == {flow.what for flow in account.flows}
        assert "text" not in account.read_as
        assert wire.recording.exists()
        curl = ["curl", "-sS", "--cacert", str(files.root), "-d", PASSWORD, f"{url}/login"]
        with listen(port=port_of(url), secret=PASSWORD, require="sealed") as wire:
            subprocess.run(curl, check=True, capture_output=True)
        assert wire.verdict.protected, wire.verdict


@on_the_wire
def test_what_was_not_sent_is_inconclusive(files: Files) -> None:
    with serving(Answers(), files) as url:
        with listen(port=port_of(url), secret={"other": "one that nobody sent"}) as wire:
            log_in(url, files)
        assert wire.verdict.inconclusive
        assert "sent=True" in wire.verdict
        # Nobody connects to that port.
        with listen(port=1, secret=PASSWORD, sent=True) as wire:
            log_in(url, files)
        assert wire.verdict.inconclusive
        assert "no flow" in wire.verdict
        assert "check the port" in wire.verdict


@on_the_wire
def test_a_refused_certificate_proves_that_nothing_was_sent(files: Files) -> None:
    """A test that wants PROTECTED fails with that, and with where to look."""
    with serving(Answers(), files) as url:
        with listen(port=port_of(url), secret=PASSWORD) as wire, pytest.raises(requests.exceptions.SSLError):
            log_in(url)
        assert wire.verdict.not_sent, wire.verdict
        assert not any((wire.verdict.protected, wire.verdict.overheard, wire.verdict.inconclusive))
        with pytest.raises(AssertionError, match=r"NOT SENT +secret +it never left: 1 TLS stream[^$]*see why the conn"):
            assert wire.verdict.protected, wire.verdict
        # Whoever says that it was sent gets no proof of the opposite.
        with listen(port=port_of(url), secret=PASSWORD, sent=True) as wire, pytest.raises(requests.RequestException):
            log_in(url)
        assert wire.verdict.inconclusive, wire.verdict


@on_the_wire
def test_a_client_without_keys_is_taken_at_its_word_beside_one_with_keys(files: Files) -> None:
    """And not if its keys show that it did not send it."""
    without = ["env", f"--unset={VARIABLE}", "curl", "-sS", "--cacert", str(files.root), "-d", PASSWORD]
    program = f"from lab.servers import *; from lab.pki import *; import sys; from pathlib import Path\n{SERVER}"
    command = [sys.executable, "-c", program, *map(str, (files.root, files.certificate, files.key))]
    environment = {"PYTHONPATH": str(PROJECT / "tests")}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdout
        there = server.stdout.readline().strip()
        with serving(Answers(), files) as url, listen(port=port_of(there), secret=PASSWORD, sent=True) as wire:
            log_in(url, files)
            subprocess.run([*without, there], check=True, capture_output=True)
        server.communicate("")
    assert wire.verdict.protected, wire.verdict
    assert "presence: declared" in wire.verdict
    with serving(Answers(), files) as url, listen(port=port_of(url), secret="another one", sent=True) as wire:  # noqa: S106
        log_in(url, files)
    assert wire.verdict.inconclusive
    assert "it is in none of them" in wire.verdict


@on_the_wire
def test_without_a_secret_all_must_be_encrypted(files: Files) -> None:
    with serving(Answers(), files) as url, listen(port=port_of(url), require="sealed") as wire:
        log_in(url, files)
    assert wire.verdict.protected, wire.verdict
    with serving(Answers()) as url, listen(port=port_of(url), require="sealed") as wire:
        requests.get(url, timeout=10)
    assert wire.verdict.inconclusive
    assert "in-clear" in wire.verdict


@on_the_wire
def test_listeners_do_not_hear_each_other(files: Files) -> None:
    """Nor their marks, even if both record the same port."""
    with (
        serving(Answers(), files) as url,
        serving(Answers()) as clear,
        listen(port=port_of(url), require="sealed") as outer,
        listen(port=port_of(clear), secret=PASSWORD) as other,
        listen(port=port_of(url), require="sealed") as inner,
    ):
        log_in(url, files)
        log_in(clear)
    assert outer.verdict.protected, outer.verdict
    assert inner.verdict.protected, inner.verdict
    assert other.verdict.overheard


@on_the_wire
def test_ipv6_is_heard_as_well() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        with listen(port=port, secret=PASSWORD) as wire, socket.create_connection(("::1", port)) as client:
            served, _ = server.accept()
            with served:
                client.sendall(PASSWORD.encode())
                assert served.recv(100)
    assert wire.verdict.overheard


@on_the_wire
def test_fragments_are_heard_although_they_have_no_port(files: Files) -> None:
    """A datagram that is longer than the MTU of `lo`, beside a login over TLS."""
    with serving(Answers(), files) as url, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender:
        with listen(port=port_of(url), secret=PASSWORD) as wire:
            log_in(url, files)
            sender.sendto(f"{PASSWORD:>65500}".encode(), ("::1", port_of(url)))
        assert wire.verdict.overheard
        # The start of a datagram to another port, without the secret.
        with listen(port=port_of(url), secret=PASSWORD, require="sealed") as wire:
            log_in(url, files)
            sender.sendto(bytes(65_500), ("::1", 9))
        assert wire.verdict.protected, wire.verdict


@on_the_wire
def test_what_goes_to_the_port_of_marks_is_heard() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, listen(secret=PASSWORD) as wire:
        server.bind(("127.0.0.1", MARK_PORT))
        server.sendto(PASSWORD.encode(), server.getsockname())
    assert wire.verdict.overheard


@on_the_wire
def test_a_recorder_that_ends_early_is_no_proof(files: Files) -> None:
    """With and without a secret: what came after that is not in the recording."""
    for secret in (PASSWORD, None):
        with serving(Answers(), files) as url, listen(port=port_of(url), secret=secret) as wire:
            log_in(url, files)
            time.sleep(0.3)
            stop_all()
        assert wire.verdict.inconclusive
        assert "the recorder exited before it was stopped" in wire.verdict


@on_the_wire
def test_a_failure_within_is_not_hidden() -> None:
    with serving(Answers(404)) as url:
        with pytest.raises(requests.HTTPError), listen(port=port_of(url), secret=PASSWORD) as wire:
            fail_to_log_in(url)
        assert wire.verdict.overheard
        with pytest.raises(KeyboardInterrupt), listen(port=port_of(url), secret=PASSWORD) as wire:
            raise KeyboardInterrupt
        with pytest.raises(SettingsError, match="no verdict yet"):
            str(wire.verdict)


@on_the_wire
def test_what_cannot_be_recorded_is_inconclusive(tmp_path: Path) -> None:
    for interface, wanted in (("nothing0", ""), ("lo", "this is no filter")):
        with listen(secret=PASSWORD, sent=True, interface=interface, capture_filter=wanted) as wire:
            pass
        assert wire.verdict.inconclusive
        assert "nothing was recorded" in wire.verdict
    with listen(secret=PASSWORD, sent=True, recording=tmp_path / "missing" / "kept.pcapng") as wire:
        pass
    assert wire.verdict.inconclusive
    assert "nothing was recorded" in wire.verdict
    assert "No such file or directory" in " ".join(wire.verdict.split())
    for device in ("/dev/full", tmp_path):
        with listen(secret=PASSWORD, sent=True, recording=device) as wire:
            pass
        assert f"nothing was recorded: {device}: this is no file" in " ".join(wire.verdict.split())


def test_without_dumpcap_it_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_capture.recorder.dumpcap.shutil.which", lambda *_, **__: None)
    with listen(secret=PASSWORD, sent=True) as wire:
        pass
    assert wire.verdict.inconclusive
    assert "dumpcap was not found" in wire.verdict
    assert "apt-get install" in wire.verdict


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"port": 0}, "0 is no port"),
        ({"port": 70_000}, "70000 is no port"),
        ({"port": "443"}, "'4' is no port"),
        ({"port": [443, True]}, "True is no port"),
        ({"require": "seeled"}, "'seeled' cannot be required"),
        ({"secret": ""}, "empty"),
        ({"secret": {}}, "no secret is named"),
        ({"secret": 12345678}, "neither text nor bytes"),
        ({"secret": {"password": None}}, "neither text nor bytes"),
    ],
)
def test_what_makes_no_sense_is_an_error_at_once(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says), listen(**arguments):
        pytest.fail("nothing may run")


def test_a_verdict_is_neither_true_nor_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_capture.recorder.dumpcap.shutil.which", lambda *_, **__: None)
    with listen(secret=PASSWORD) as wire:
        pass
    with pytest.raises(TypeError, match=r"\.protected"):
        assert wire.verdict
