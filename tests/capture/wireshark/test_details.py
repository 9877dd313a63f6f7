"""The dissection of real recordings by pyshark, for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from overheard.words.errors import UnreadableError
from overheard.words.secret import Secret
from overheard.words.services import HTTPS
from overheard_capture.wireshark import details
from overheard_capture.wireshark.details import DissectionProcess
from overheard_capture.wireshark.tshark import TsharkInput
from stage import ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings
    from overheard.words.dissected import Dissected
    from overheard.words.services import Service

SECRET = Secret("message", b"fluffy tail")
# Itself: the other tests share its answers.
DISSECTED = DissectionProcess.dissected


def dissect(capture: TsharkInput, secret: Secret) -> tuple[Dissected, ...]:
    with DissectionProcess() as dissector:
        return dissector.dissect(capture, secret)


def test_an_http_exchange_shows_its_start_lines_and_headers(recordings: Recordings) -> None:
    request, answer = dissect(recordings.capture("http"), SECRET)
    assert request.shows == ("GET / HTTP/1.1",)
    assert answer.shows == ("HTTP/1.1 200 OK",)
    assert dict(request.details)["Host"] == "server:5683"
    assert dict(answer.details)["Content-Type"] == "text/plain; charset=utf-8"
    assert dict(answer.details)["Content-Length"] == "11"
    assert request.layers == answer.layers == ("eth", "ip", "tcp", "http")
    assert request.direction.endswith(" → 127.0.0.1:5683")
    assert request.direction.split(" → ") == answer.direction.split(" → ")[::-1]
    assert request.frame < answer.frame


def test_a_handshake_shows_the_clear_fields_of_both_sides(recordings: Recordings) -> None:
    frames = dissect(recordings.capture("https", HTTPS.port), SECRET)
    client = next(frame for frame in frames if "Client Hello" in " ".join(frame.shows))
    server = next(frame for frame in frames if "Server Hello" in " ".join(frame.shows))
    assert dict(client.details)["SNI"] == "server"
    # The client's offers are long, and not shown.
    assert not {"cipher suite", "version", "group"} & set(dict(client.details))
    details = dict(server.details)
    assert details["version"] == "TLS 1.3 (0x0304)"
    assert details["cipher suite"].startswith("TLS_")
    assert details["group"]
    shown = [line for frame in frames for line in frame.shows]
    assert any("Application Data" in line for line in shown)
    assert not any("GET" in line or "HTTP/1.1" in line for line in shown)


def test_an_alert_shows_its_description(recordings: Recordings) -> None:
    frames = dissect(recordings.capture("untrusted", HTTPS.port), SECRET)
    (alert,) = {value for frame in frames for name, value in frame.details if name == "alert"}
    assert alert.startswith("Unknown CA")


@pytest.mark.parametrize("name", ["quiet", "filtered"])
def test_a_recording_without_either_shows_nothing(recordings: Recordings, name: str) -> None:
    assert dissect(recordings.capture(name), SECRET) == ()


def shown(frames: tuple[Dissected, ...]) -> str:
    return json.dumps([asdict(frame) for frame in frames], ensure_ascii=False)


@pytest.mark.parametrize(
    "secret",
    ["gunicorn", "Server: gunicorn", "Content-Type", "Type: text", "GET / HTTP", "200 OK", "text/plain"],
)
def test_the_secret_is_masked_everywhere(recordings: Recordings, secret: str) -> None:
    """In a value, in a name, across both, and in the first line."""
    name, _, value = secret.partition(": ")
    frames = dissect(recordings.capture("http"), Secret("odd", secret.encode()))
    assert secret not in shown(frames)
    assert [name, value] not in [list(detail) for frame in frames for detail in frame.details]
    assert f"odd ({len(secret)} bytes)" in shown(frames)


@pytest.mark.slow
@pytest.mark.parametrize("written", ["fluffy%20tail", "fluffy+tail", "Zmx1ZmZ5IHRhaWw=", "666c75666679207461696c"])
def test_it_is_masked_in_every_spelling(tmp_path: Path, written: str) -> None:
    request = f"GET /?m={written} HTTP/1.1\r\nHost: server\r\nCookie: m={written}\r\n\r\n".encode()
    path = rewritten(tmp_path / "spelled.pcapng", exchange([request], []))
    (frame,) = dissect(TsharkInput(path), SECRET)
    assert written not in shown((frame,))
    assert frame.shows == ("message (11 bytes)",)
    assert dict(frame.details)["Host"] == "server"


def test_a_secret_that_does_not_occur_changes_nothing(recordings: Recordings) -> None:
    capture = recordings.capture("http")
    frames = dissect(capture, Secret("other", b"bushy tail"))
    assert frames == dissect(capture, Secret("third", b"spruce cone"))
    assert dict(frames[1].details)["body"] == "fluffy tail"


@pytest.mark.parametrize("name", ["http", "substitution"])
def test_it_is_masked_in_a_body_with_shifted_letters_too(recordings: Recordings, name: str) -> None:
    _, answer = dissect(recordings.capture(name), SECRET)
    assert dict(answer.details)["body"] == "message (11 bytes)"
    assert "fluffy" not in shown((answer,))
    assert "ekteex" not in shown((answer,))


def test_a_body_that_hides_it_is_shown(recordings: Recordings) -> None:
    """Visible to anybody, and unreadable."""
    _, answer = dissect(recordings.capture("fernet"), SECRET)
    assert dict(answer.details)["body"].startswith("gAAAA")


@pytest.mark.parametrize("service", ELSEWHERE, ids=lambda service: str(service.port))
def test_tls_at_the_port_of_another_protocol_is_shown_as_such(recordings: Recordings, service: Service) -> None:
    name = f"elsewhere-{service.port}"
    assert dissect(recordings.capture(name), SECRET) == ()
    frames = dissect(recordings.capture(name, service.port), SECRET)
    assert "Client Hello" in " ".join(frames[0].shows)


@pytest.mark.parametrize("content", [None, b"no capture"])
def test_a_failed_dissection_is_an_error_with_its_reason(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "odd.pcapng"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"^odd\.pcapng cannot be dissected: ."):
        dissect(TsharkInput(path), SECRET)


def test_one_process_dissects_file_after_file_and_another_one_goes_on_after_a_failure(
    recordings: Recordings, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.pcapng"
    odd.write_bytes(b"no capture")
    with DissectionProcess() as dissector:
        http, https = (DISSECTED(dissector, recordings.capture(name)) for name in ("http", "https"))
        assert "fluffy tail" in http
        assert "Client Hello" in https
        for _ in range(2):
            with pytest.raises(UnreadableError, match=r"^odd\.pcapng cannot be dissected: ."):
                DISSECTED(dissector, TsharkInput(odd))
        assert DISSECTED(dissector, recordings.capture("http")) == http


def test_a_dissection_that_takes_too_long_is_ended(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    with DissectionProcess() as dissector:
        with monkeypatch.context() as patch:
            patch.setattr(details, "_TIMEOUT", 0.001)
            with pytest.raises(UnreadableError, match=r"^http\.pcapng took more than 0\.001 s to dissect$"):
                DISSECTED(dissector, recordings.capture("http"))
        assert "fluffy tail" in DISSECTED(dissector, recordings.capture("http"))
