"""The conversations of a recording on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from capture.page.place import HERE, MESSAGE, part_of
from overheard.words.errors import SettingsError
from overheard.words.story import by_name
from overheard_capture.page.app import create_page
from overheard_capture.page.masking import Masking
from overheard_capture.page.report import report
from overheard_capture.page.run_folder import RunFolder
from overheard_capture.page.wire import compared, ladders, only_up_to, telling_frame, was_sent

if TYPE_CHECKING:
    from pathlib import Path


def sides(run: RunFolder, name: str) -> list[tuple[str, str]]:
    return [(each.left, each.right) for each in ladders(run, by_name()[name], with_keys=False)]


def test_whoever_intercepts_stands_between_the_two(run: RunFolder) -> None:
    assert sides(run, "https") == [("client", "server")]
    assert sides(run, "mutual-tls") == [("client", "server")] * 4
    assert sides(run, "https-unverified-intercepted") == [("client", "interceptor"), ("interceptor", "server")]


def test_the_keys_show_the_handshake_and_the_request(run: RunFolder) -> None:
    def labels(*, with_keys: bool) -> set[str]:
        drawn = ladders(run, by_name()["https"], with_keys=with_keys)
        return {arrow.label for ladder in drawn for arrow in ladder.arrows}

    assert "GET /" not in labels(with_keys=False)
    assert {"GET /", "200 OK", "NewSessionTicket"} <= labels(with_keys=True)


def test_the_keys_of_the_interceptor_open_its_own_conversation(run: RunFolder) -> None:
    _, behind = ladders(run, by_name()["https-unverified-intercepted"], with_keys=True)
    assert "200 OK" in {arrow.label for arrow in behind.arrows}


def test_http_stands_beside_https_and_everything_else_beside_http(run: RunFolder) -> None:
    for name, beside in (("http", "https"), ("https", "https"), ("mutual-tls", "mutual-tls")):
        (_, requests), (_, responses) = compared(run, name, Masking(MESSAGE), with_keys=False)
        assert [each for each, _ in requests] == [each for each, _ in responses] == ["http", beside]
        assert [half.mark for _, half in responses] == ["secret", "place"]
        assert not any(half.mark for _, half in requests)
    _, (_, responses) = compared(run, "https", Masking(MESSAGE), with_keys=True)
    assert [half.mark for _, half in responses] == ["secret", "secret"]


def test_the_first_frame_to_show_is_that_with_the_secret_or_the_first_that_says_something(run: RunFolder) -> None:
    def first(name: str) -> int | None:
        return telling_frame(run, name, ladders(run, by_name()[name], with_keys=False))

    verdict = run.known["http"].verdict
    assert verdict
    assert first("http") == verdict.carrier
    refused = ladders(run, by_name()["https-untrusted"], with_keys=False)
    hello = next(arrow for arrow in refused[0].arrows if arrow.label == "ClientHello")
    assert first("https-untrusted") == hello.frame
    assert telling_frame(run, "https-untrusted", []) is None


def test_of_a_long_recording_the_beginning_is_read_and_the_page_says_so(run: RunFolder, tmp_path: Path) -> None:
    long = part_of(run, tmp_path / "run", "http", "https")
    rewritten(
        long.path / "http.pcapng", exchange([b"GET / HTTP/1.1\r\n\r\n"], [b"HTTP/1.1 200 OK\r\n", *[b"nut" * 9] * 1000])
    )
    assert (only_up_to(long, "http"), only_up_to(long, "https")) == (1000, 0)
    page = create_page(tmp_path, Masking(MESSAGE)).test_client()
    drawn, beside = (page.get(f"/runs/run/http/{part}", **HERE).text for part in ("ladders", "beside"))
    assert "Only the first 1,000 packets" in drawn
    assert "frames from 5 to 400" in beside
    assert "at least" in beside


def test_another_message_was_not_sent(run: RunFolder, tmp_path: Path) -> None:
    assert was_sent(run, MESSAGE.encode())
    assert not was_sent(run, b"bushy tail 4712")
    (tmp_path / "logs").mkdir()
    assert was_sent(RunFolder(tmp_path), b"anything"), "nothing was recorded, so nothing is to be masked"


def test_a_report_whose_secret_would_not_be_masked_is_refused(run: RunFolder) -> None:
    with pytest.raises(SettingsError, match="the secret of this run is another one"):
        report(run, "bushy tail 4712", print)
