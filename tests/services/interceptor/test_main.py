"""The interceptor as a process: forwarding, readiness, and its end."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from lab.servers import Answers, serving
from overheard_services.client.ask import Reply, Way, ask
from overheard_services.interceptor.record import How
from ports import free_port
from processes import LONG, SOON
from services.interceptor.process import ADDRESS, command, environment, started

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_it_records_plain_http_and_changes_nothing(tmp_path: Path) -> None:
    answers = Answers()
    with serving(answers) as url, started(tmp_path, url) as interceptor:
        direct = ask(f"{url}/")
        assert ask(f"{url}/", Way(through=ADDRESS)) == direct == Reply("fluffy tail")
        (exchange,) = interceptor.exchanges
        assert (exchange["saw"], exchange["how"]) == ("fluffy tail", How.IN_CLEAR)
        (_, _, sent), (_, _, passed_on) = answers.asked
        assert dict(passed_on) == {**sent, "Host": passed_on["Host"]}


def test_it_closes_after_the_servers_response(tmp_path: Path) -> None:
    """So that a recording has its streams from SYN to FIN."""
    with serving(Answers()) as url, started(tmp_path, url):
        with socket.create_connection((ADDRESS, urlsplit(url).port or 0), timeout=SOON) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
            answer = b"".join(iter(lambda: client.recv(4096), b""))
        assert answer.endswith(b"\r\n\r\nfluffy tail")
        assert b"mitmproxy" not in answer
        assert b"via" not in answer.lower()


def test_of_the_addons_of_mitmproxy_it_imports_those_that_it_uses(tmp_path: Path) -> None:
    """All of them together take half of its start."""
    with started(tmp_path, "http://127.0.0.1:9", PYTHONPROFILEIMPORTTIME="1") as interceptor:
        imported = {line.rpartition("|")[2].strip() for line in interceptor.said.splitlines()}
    assert "mitmproxy.addons.tlsconfig" in imported
    assert not {"flask", "ldap3", "mitmproxy.addons.onboarding"} & imported


def test_it_is_ready_once_it_listens_and_ends_on_sigterm(tmp_path: Path) -> None:
    with serving(Answers()) as url, started(tmp_path, url) as interceptor:
        assert interceptor.health().returncode == 0
        # A connected client that sends nothing does not delay it.
        with closing(socket.create_connection((ADDRESS, urlsplit(url).port or 0), timeout=SOON)):
            interceptor.process.terminate()
            assert interceptor.process.wait(SOON) == 0
        assert interceptor.said == ""
        ill = interceptor.health()
        assert ill.returncode == 1
        assert ill.stderr.startswith("not ready: it gave no HTTP response (")


def test_it_survives_an_unreachable_server(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with started(tmp_path, url) as interceptor:
        assert ask(f"{url}/", Way(through=ADDRESS)).error
        assert interceptor.exchanges == []
        assert interceptor.health().returncode == 0


def test_an_address_in_use_is_an_error(tmp_path: Path) -> None:
    """That of a proxy, or that of the health check."""
    with closing(socket.create_server((ADDRESS, 0))) as taken:
        port = taken.getsockname()[1]
        for variables in (
            environment(tmp_path, f"http://127.0.0.1:{port}"),
            {**environment(tmp_path, "http://127.0.0.1:5683"), "OVERHEARD_INTERCEPTOR_PORT": str(port)},
        ):
            done = _ended(variables)
            assert done.returncode == 64
            assert done.stderr.startswith("interceptor: ")
            assert f"{ADDRESS}:{port}" in done.stderr
            assert "find out what is using it" in done.stderr
            assert "Traceback" not in done.stderr


def test_an_invalid_setting_is_an_error_at_the_start(tmp_path: Path) -> None:
    done = _ended({**environment(tmp_path), "OVERHEARD_INTERCEPTOR_PORT": "http"})
    assert done.returncode == 64
    assert done.stderr.startswith("interceptor: OVERHEARD_INTERCEPTOR_PORT is 'http', which is not a port")


def test_a_python_without_mitmproxy_is_an_error(tmp_path: Path) -> None:
    done = _ended(environment(tmp_path), sys.executable, "-m", "overheard_services.interceptor")
    assert done.returncode == 64
    assert done.stderr.startswith("interceptor: this Python has no mitmproxy\n")
    assert "services/interceptor.requirements.txt" in done.stderr


def _ended(variables: dict[str, str], *how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(how or command(), env=variables, capture_output=True, text=True, timeout=LONG, check=False)


@pytest.mark.parametrize("arguments", [["helth"], ["health", "again"]])
def test_unknown_arguments_are_reported(tmp_path: Path, arguments: list[str]) -> None:
    done = _ended(environment(tmp_path), *command(), *arguments)
    assert done.returncode == 64
    assert done.stderr.startswith("interceptor: unknown arguments: ")
