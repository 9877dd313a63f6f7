"""Hints for those who listen name no option that they have not; what is advised about tshark stays."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
import requests

from lab.servers import Answers, serving
from overheard import listen

if TYPE_CHECKING:
    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)


def test_bytes_that_nobody_can_read_on_a_connection_that_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        served, _ = server.accept()
        with served, listen(port=server.getsockname()[1], secret=PASSWORD, patience=0.1) as wire:
            client.sendall(bytes(range(128, 256)) * 20)
            assert served.recv(100)
    assert wire.verdict.inconclusive
    assert "streams-complete" in wire.verdict
    assert "close the client" in wire.verdict
    assert "readable" in wire.verdict
    assert "the most between" in wire.verdict
    assert "--" not in wire.verdict.replace("--vouch sent", "")


def test_tshark_that_is_missing(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Answers(), files) as url, listen(port=int(url.rpartition(":")[2]), secret=PASSWORD) as wire:
        requests.post(url, data=PASSWORD, timeout=10, verify=str(files.root))
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.setattr("overheard_capture.recorder.dumpcap._search_path", lambda: "/usr/bin")
    assert wire.verdict.inconclusive
    assert "tshark was not found" in wire.verdict
    assert "apt-get install" in wire.verdict
