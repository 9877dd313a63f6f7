"""What real programs say to real servers when they log in, and nothing else that they say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from capture.credentials.clients import WORD
from capture.credentials.servers import SERVERS
from overheard import listen
from overheard.words.verdict import CREDENTIALS
from ports import free_port
from required import fail_or_skip

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize("name", SERVERS)
def test_each_login_at_a_real_server_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    server, port = SERVERS[name], free_port()
    if server.missing:
        fail_or_skip("programs", f"{server.missing} is not installed")
    if os.geteuid():
        fail_or_skip("programs", "only root may start these servers")
    recorded: dict[str, Any] = {"interface": server.interface} if server.interface else {"port": port}
    with server.running(tmp_path, port), listen(**recorded) as wire:
        server.log_in(tmp_path, port)
    report = wire.report
    found = report.verdicts[CREDENTIALS]
    assert sorted(seen.spelling for seen in found.sightings) == sorted(server.kinds)
    # Neither the evidence nor the report for programs has the password.
    assert WORD not in str(wire.verdict)
    if server.kinds == ("typed-password",):
        assert {secret.value for secret in report.found} >= {WORD.encode()}
