"""Readiness of real servers."""

from __future__ import annotations

import http.server
import itertools
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from lab.pki import Files
from lab.servers import Answers, serving
from overheard.role.health import ask, probe, wait_until
from overheard.words.errors import NotReadyError
from ports import free_port


def test_a_role_that_reports_it_is_ready_over_http() -> None:
    answers = Answers()
    with serving(answers) as url:
        assert probe(url) == ""
    assert [(method, path) for method, path, _ in answers.asked] == [("GET", "/health")]


def test_a_role_that_reports_it_is_ready_over_https(files: Files) -> None:
    with serving(Answers(), files) as url:
        assert probe(url, root=str(files.root)) == ""


def test_a_role_with_another_certificate_is_not_ready(files: Files, other_root: Path) -> None:
    with serving(Answers(), files) as url:
        assert "certificate verify failed" in probe(url, root=str(other_root))


def test_a_missing_root_is_a_problem_and_no_error(files: Files, tmp_path: Path) -> None:
    with serving(Answers(), files) as url:
        assert "No such file" in probe(url, root=str(tmp_path / "root.pem"))


def test_another_response_is_reported() -> None:
    with serving(Answers(status=503)) as url:
        assert probe(url) == "it answered 503 Service Unavailable"


def test_a_closed_port_is_reported() -> None:
    assert "Connection refused" in probe(f"http://127.0.0.1:{free_port()}")


def test_a_role_that_accepts_and_is_silent_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "timed out" in probe(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.05)


def test_a_role_that_is_silent_over_https_is_not_ready_and_its_connection_is_closed(files: Files) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait() -> None:
            # On a busy machine, it may give up before they have shaken hands.
            with suppress(OSError), context.wrap_socket(server.accept()[0], server_side=True) as accepted:
                while accepted.recv(4096):
                    pass

        thread = threading.Thread(target=wait)
        thread.start()
        assert "timed out" in probe(f"https://127.0.0.1:{server.getsockname()[1]}", root=str(files.root), timeout=1)
        thread.join()


def test_another_protocol_is_not_ready() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"220 smtp.example ESMTP\r\n")

        def log_message(self, *_: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert probe(f"http://127.0.0.1:{server.server_port}").startswith("it gave no HTTP response (")
        thread.join()


def test_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with serving(Answers()) as url:
        assert probe(url) == ""


def test_the_health_check_of_a_container_returns_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    answers = Answers()
    with serving(answers) as url:
        assert ask(url) == 0
        assert capsys.readouterr().err == ""
        answers.status = 500
        assert ask(url) == 1
    assert capsys.readouterr().err == "not ready: it answered 500 Internal Server Error\n"


def test_it_waits_until_there_is_no_problem() -> None:
    problems = iter(["first", "second", ""])
    wait_until(lambda: next(problems), "the role to be ready", within=60, hint="", every=0)
    assert list(problems) == []


def test_a_timeout_says_what_was_awaited_what_was_seen_and_what_to_do() -> None:
    asked = itertools.count()
    with pytest.raises(NotReadyError) as caught:
        wait_until(lambda: f"no {next(asked)}", "the server to be ready", within=0.05, hint="see its log", every=0)
    last = next(asked) - 1
    assert str(caught.value) == f"waited for the server to be ready for 0.05 s, but no {last}\n  see its log"
