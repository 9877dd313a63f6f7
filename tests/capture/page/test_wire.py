"""The conversations of a recording on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.page.place import MESSAGE
from overheard.words.story import by_name
from overheard_capture.page.masking import Masking
from overheard_capture.page.wire import compared, ladders, telling_frame

if TYPE_CHECKING:
    from overheard_capture.page.run_folder import RunFolder


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
        assert [half.has_secret for _, half in responses] == [True, False]
        assert not any(half.has_secret for _, half in requests)
    _, (_, responses) = compared(run, "https", Masking(MESSAGE), with_keys=True)
    assert [half.has_secret for _, half in responses] == [True, True]


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
