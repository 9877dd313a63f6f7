"""The verdict without a secret: credentials are OVERHEARD, what is sealed is PROTECTED, all else is INCONCLUSIVE."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from capture.credentials.samples import FIRES
from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.recordings import reasons, says
from overheard import Options, judge
from overheard.report.scan import in_a_line
from overheard.words.errors import SettingsError
from overheard.words.ground import Ground, Proof
from overheard.words.sighting import CredentialSighting
from overheard.words.verdict import CREDENTIALS, Outcome, Presence, Verdict
from overheard_capture.captures.reader import read

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

PASSWORD = "correct horse battery"  # noqa: S105  (it opens nothing)
JSON = json.dumps({"user": "nut", "password": PASSWORD}).encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOTHING = b"GET / HTTP/1.1\r\nHost: oak\r\n\r\n"
COOKIE = b"GET / HTTP/1.1\r\nHost: oak\r\nCookie: session=a8f7c6d5e4b3a291\r\n\r\n"

QUERY = bytes.fromhex("0007 0100 0001 0000 0000 0000") + b"\3oak\7example\0\0\1\0\1"

_TCP = 6


def post(body: bytes, *fields: bytes) -> bytes:
    head = b"".join(field + b"\r\n" for field in (*fields, b"Content-Length: %d" % len(body)))
    return b"POST / HTTP/1.1\r\nHost: oak\r\n" + head + b"\r\n" + body


def verdict(path: Path, options: Options | None = None) -> Verdict:
    return judge(path, options=options or Options()).verdicts[CREDENTIALS]


def of_frames(folder: Path, frames: list[bytes], options: Options | None = None) -> Verdict:
    return verdict(rewritten(folder / "some.pcapng", frames), options)


def frames_of(path: Path) -> list[bytes]:
    """The frames of a recording, without its marks: nobody else knows that they are no data."""
    return [frame.data for frame in read(path).frames if frame.data[23] == _TCP]


@pytest.mark.parametrize(
    ("request_", "layers"),
    [
        (post(JSON), ()),
        (post(gzip.compress(JSON), b"Content-Encoding: gzip"), ("gzip",)),
        (post(JSON).replace(b"Content-Length: %d" % len(JSON), b"Transfer-Encoding: chunked").replace(
            JSON, b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (JSON[:31], JSON[31:])) + b"0\r\n\r\n"
        ), ("chunked",)),
    ],
)  # fmt: skip
def test_a_password_is_overheard_under_its_layers(tmp_path: Path, request_: bytes, layers: tuple[str, ...]) -> None:
    found = of_frames(tmp_path, exchange([request_], [OK]))
    assert found.outcome is Outcome.OVERHEARD
    assert [(seen.spelling, seen.layers, seen.secret) for seen in found.sightings] == [
        ("json-field", layers, CREDENTIALS)
    ]
    assert PASSWORD not in json.dumps(found.to_json())
    assert Verdict.from_json(json.loads(json.dumps(found.to_json()))).sightings == found.sightings


def test_a_password_is_overheard_in_a_masked_message_of_websocket(tmp_path: Path) -> None:
    key = b"\x11\x22\x33\x44"
    masked = bytes(byte ^ key[at % 4] for at, byte in enumerate(JSON))
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: oak\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %b\r\n\r\n"
    )
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    message = b"\x81" + bytes([0x80 | len(JSON)]) + key + masked
    frames = exchange([upgrade % b"dGhlIHNhbXBsZSBub25jZQ==", message], [switch])
    # The message comes after the answer.
    frames[4:6] = exchange([upgrade % b"dGhlIHNhbXBsZSBub25jZQ=="], [switch])[4], frames[4]
    found = of_frames(tmp_path, frames)
    assert [(seen.spelling, seen.layers) for seen in found.sightings] == [("json-field", ("WebSocket",))]


def test_a_password_is_overheard_in_datagrams(tmp_path: Path) -> None:
    wire = next(sample.wire for sample in FIRES if sample.code == "snmp-community")
    found = of_frames(tmp_path, [ethernet(ipv4(udp(wire, target=161), 17))] * 3)
    assert [(seen.spelling, getattr(seen, "times", 0)) for seen in found.sightings] == [("snmp-community", 3)]


def test_the_same_cookie_is_one_sighting_with_a_count(tmp_path: Path) -> None:
    others = [COOKIE.replace(b"a8f7", b"%04d" % number) for number in range(3)]
    frames = exchange([COOKIE] * 500 + others, [OK] * 503)
    sightings = of_frames(tmp_path, frames).sightings
    assert all(isinstance(seen, CredentialSighting) for seen in sightings)
    assert [(seen.frame, getattr(seen, "times", 0)) for seen in sightings] == [(4, 500), (504, 1), (505, 1), (506, 1)]


def test_a_credential_is_found_after_thousands_of_others(tmp_path: Path) -> None:
    many = [COOKIE.replace(b"a8f7", b"%04d" % number) for number in range(1200)]
    frames = exchange([*many, post(JSON)], [OK])
    found = of_frames(tmp_path, frames)
    assert [seen.spelling for seen in found.sightings[-1:]] == ["json-field"]
    assert len(found.sightings) == 1001
    assert says(found, "absent") == "1,001 credentials in clear, and 200 more"


@pytest.mark.parametrize("name", ["https", "tls13", "ecdhe", "rsa"])
def test_what_is_sealed_is_protected_without_vouching(recordings: Recordings, tmp_path: Path, name: str) -> None:
    for path in (recordings.path(name), rewritten(tmp_path / "bare.pcapng", frames_of(recordings.path(name)))):
        found = verdict(path)
        assert (found.outcome, reasons(found)) == (Outcome.PROTECTED, set())
        assert found.ground == Ground({}, Proof.SHAPE)
        assert found.presence is Presence.CAPTURED
        assert in_a_line(found).startswith("sealed, by shape: all application data that was judged; nothing is said")
        assert "nothing is said about traffic that is not in this capture" in says(found, "present")


def test_session_keys_prove_that_it_is_sealed(recordings: Recordings) -> None:
    report = judge(recordings.path("tls13"), keys=[recordings.keys])
    assert report.outcome is Outcome.PROTECTED
    assert report.verdicts[CREDENTIALS].ground == Ground({}, Proof.KEYS)


@pytest.mark.parametrize("name", ["http", "fernet"])
def test_what_is_in_clear_is_inconclusive_without_a_credential(recordings: Recordings, name: str) -> None:
    found = verdict(recordings.path(name))
    assert (found.outcome, reasons(found)) == (Outcome.INCONCLUSIVE, {"in-clear"})
    # There is no secret that flows could never carry.
    assert not any("secret" in check.hint for check in found.checks)


def test_a_capture_without_application_data_is_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    found = verdict(recordings.path("untrusted"))
    assert (found.outcome, reasons(found)) == (Outcome.INCONCLUSIVE, {"present"})
    assert reasons(of_frames(tmp_path, [])) == {"something", "present"}


def test_what_is_missing_in_the_capture_is_a_reason(recordings: Recordings, tmp_path: Path) -> None:
    frames = frames_of(recordings.path("tls13"))
    largest = max(range(len(frames)), key=lambda number: len(frames[number]))
    assert of_frames(tmp_path, frames[:largest] + frames[largest + 1 :]).outcome is Outcome.INCONCLUSIVE
    # Begun in the middle of a connection.
    middle = of_frames(tmp_path, frames[len(frames) // 2 :])
    assert middle.outcome is Outcome.INCONCLUSIVE
    # An end that was not captured: what is there is sealed.
    assert of_frames(tmp_path, frames[:-3]).outcome is Outcome.PROTECTED
    path = tmp_path / "cut.pcapng"
    path.write_bytes(recordings.path("tls13").read_bytes()[:-7])
    assert "closed" in reasons(verdict(path))
    assert judge(tmp_path / "nowhere.pcapng").verdicts[CREDENTIALS].outcome is Outcome.INCONCLUSIVE


def test_endpoints_restrict_what_must_be_sealed(recordings: Recordings, tmp_path: Path) -> None:
    frames = [*frames_of(recordings.path("tls13")), *exchange([NOTHING], [OK])]
    (row,) = judge(recordings.path("tls13")).verdicts[CREDENTIALS].visible
    server = row.server
    port = server.rpartition(":")[2]

    def outcome(*endpoints: str) -> tuple[Outcome, set[str]]:
        found = of_frames(tmp_path, frames, Options(required={"sealed"}, sealed_endpoints=endpoints))
        return found.outcome, reasons(found)

    assert outcome() == (Outcome.INCONCLUSIVE, {"in-clear"})
    for endpoint in (server, f":{port}"):
        assert outcome(endpoint) == (Outcome.PROTECTED, set())
        sealed = of_frames(tmp_path, frames, Options(required={"sealed"}, sealed_endpoints=(endpoint,)))
        assert in_a_line(sealed) == (
            f"no application data of {endpoint} was in clear; elsewhere 69 bytes of HTTP/1.1, in stream 1; "
            "nothing is said about traffic that is not in this capture"
        )
    assert outcome("localhost:5683") == (Outcome.INCONCLUSIVE, {"in-clear"})
    assert outcome(server, "127.0.0.1:5683") == (Outcome.INCONCLUSIVE, {"in-clear"})
    assert outcome(server, "10.9.9.9:443") == (Outcome.INCONCLUSIVE, {"endpoints"})
    found = of_frames(tmp_path, frames, Options(required={"sealed"}, sealed_endpoints=(server, "10.9.9.9:443")))
    assert "10.9.9.9:443" in says(found, "endpoints")
    assert "elsewhere 69 bytes of HTTP/1.1" in says(found, "in-clear")


def test_endpoints_are_a_policy_for_secrets_as_well(recordings: Recordings, tmp_path: Path) -> None:
    path = rewritten(tmp_path / "x.pcapng", [*frames_of(recordings.path("tls13")), *exchange([NOTHING], [OK])])
    for endpoint, codes in ((":5683", {"in-clear"}), (":9", {"endpoints"})):
        options = Options(vouched={"whole", "sent"}, required={"sealed"}, sealed_endpoints=(endpoint,))
        assert reasons(judge(path, {"x": "not in there"}, options).verdicts["x"]) == codes


@pytest.mark.parametrize("transport", ["TCP", "UDP"])
def test_there_is_no_infrastructure_at_an_endpoint_that_must_be_sealed(
    transport: str, recordings: Recordings, tmp_path: Path
) -> None:
    frames = frames_of(recordings.path("tls13"))
    server = judge(recordings.path("tls13")).verdicts[CREDENTIALS].visible[0].server
    if transport == "TCP":
        asked = exchange([len(QUERY).to_bytes(2) + QUERY], [], port=45001)
    else:
        asked = [ethernet(ipv4(udp(QUERY, source=45001, target=5683), protocol=17))]

    def found(*endpoints: str) -> set[str]:
        return reasons(of_frames(tmp_path, [*frames, *asked], Options(required={"sealed"}, sealed_endpoints=endpoints)))

    assert found(server) == set()
    assert found(server, ":5683") == {"in-clear"}


def test_no_secret_and_an_empty_list_are_not_the_same(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "x.pcapng", exchange([NOTHING], [OK]))
    with pytest.raises(SettingsError, match="no secret is given"):
        judge(path, {})
    for options, second in ((Options(any_case=True), False), (Options(), True)):
        with pytest.raises(SettingsError, match="need a secret"):
            judge(path, options=options, second_witness=second)
    with pytest.raises(SettingsError, match="is no endpoint"):
        judge(path, options=Options(required={"sealed"}, sealed_endpoints=("oak",)))
