"""What is fetched over plain HTTP: from servers that send in pieces, too much, or too slowly."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from itertools import chain, cycle, islice, repeat
from typing import TYPE_CHECKING

import pytest

from lab.servers import Answers, serving
from overheard_services.status.fetch import LONGEST, fetched
from overheard_services.status.ocsp_response import NoAnswerError
from ports import free_port
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@contextmanager
def sending(pieces: Iterable[bytes], every: float = 0) -> Iterator[str]:
    """Send one client these pieces, one `every` so many seconds, until it goes away; yields the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def send() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(LONG)
                connection.recv(4096)
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return
                    if stop.wait(every):
                        return

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/list"
        finally:
            stop.set()
            thread.join()


def test_a_body_is_fetched_and_a_question_is_posted() -> None:
    answers = Answers(body=b"a list")
    with serving(answers) as url:
        assert fetched(f"{url}/list?since=1") == b"a list"
        assert fetched(url, b"a question") == b"a list"
    (got, target, _), (posted, root, headers) = answers.asked
    assert (got, target, posted, root) == ("GET", "/list?since=1", "POST", "/")
    assert (headers["Content-Type"], headers["Content-Length"]) == ("application/ocsp-request", "10")


def test_an_answer_in_chunks_is_read_whole() -> None:
    parts = [b"a list " * 1000, b"of what ", b"was revoked"]
    with sending([CHUNKED, *map(chunk, parts), b"0\r\n\r\n"], every=0.05) as url:
        assert fetched(url) == b"".join(parts)


@pytest.mark.parametrize("begins", ["with a length", "in chunks", "until the end"])
def test_an_endless_answer_is_cut_off(begins: str) -> None:
    head = {"with a length": OK + b"Content-Length: 999999999999\r\n\r\n", "in chunks": CHUNKED}.get(
        begins, OK + b"\r\n"
    )
    body = b"x" * 50_000
    with sending(chain([head], repeat(chunk(body) if head is CHUNKED else body))) as url:
        assert fetched(url, patience=LONG) == b"x" * LONGEST


# In all of them each byte comes well within the timeout of the socket; sent over and over, for ten seconds.
TRICKLES = {
    "a status": [b"H"],
    "interim responses": [b"HTTP/1.1 100 Continue\r\n\r\n"],
    "chunks": [CHUNKED, *[chunk(b"x")] * 1000],
}
# What was there in time of these is an answer, which cannot be read.
CUT_OFF = {
    "a head": [OK, *(b"X-Slow: %d\r\n" % number for number in range(90))],
    "a body": [OK + b"Content-Length: 1000000\r\n\r\n", *[b"x"] * 1000],
}


@contextmanager
def trickling(pieces: Iterable[bytes]) -> Iterator[str]:
    """The same, twenty pieces a second; the block must be over after half a second, and soon after it."""
    began = time.monotonic()
    with sending(islice(cycle(pieces), 200), every=0.05) as url:
        yield url
        assert 0.4 < time.monotonic() - began < 4


@pytest.mark.parametrize("name", TRICKLES)
def test_a_slow_trickle_is_given_up_in_time(name: str) -> None:
    with trickling(TRICKLES[name]) as url, pytest.raises(NoAnswerError, match="nobody answered"):
        fetched(url, patience=0.5)


@pytest.mark.parametrize("name", CUT_OFF)
def test_or_is_cut_off_in_time(name: str) -> None:
    with trickling(CUT_OFF[name]) as url:
        assert len(fetched(url, patience=0.5)) < 20


def test_who_says_nothing_has_not_answered() -> None:
    with sending(repeat(b""), every=0.05) as url, pytest.raises(NoAnswerError, match="nobody answered"):
        fetched(url, patience=0.5)


def test_what_is_no_target_is_not_asked_for() -> None:
    answers = Answers()
    with serving(answers) as url, pytest.raises(NoAnswerError, match="nobody answered"):
        fetched(f"{url}/a b")
    assert answers.asked == []


@pytest.mark.parametrize("status", [204, 302, 404, 503])
def test_only_success_is_an_answer(status: int) -> None:
    with serving(Answers(status=status)) as url, pytest.raises(NoAnswerError, match="nobody answered"):
        fetched(url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://127.0.0.1:99999/", "http://[::1/", "http://ü\0/"],
)
def test_where_nobody_is_nobody_answers(url: str) -> None:
    with pytest.raises(NoAnswerError, match="nobody answered"):
        fetched(url.format(port=free_port()))


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/list", "ldap://127.0.0.1/list", "file:///etc/passwd", "http:///list", ""]
)
def test_other_ways_are_not_gone(url: str) -> None:
    with pytest.raises(NoAnswerError, match="not to be asked over plain HTTP"):
        fetched(url)
