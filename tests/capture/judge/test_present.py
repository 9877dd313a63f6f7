"""The message was sent: proof by the application's own key; and what is no proof."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.recordings import reasons, says
from overheard import Options, judge
from overheard.words.verdict import Outcome, Presence
from overheard_capture.captures.reader import read
from overheard_capture.judge import Keys
from stage import ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Doctored, Recordings
    from overheard.words.verdict import Verdict

REQUEST = b"GET /fernet HTTP/1.1\r\nHost: server\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"


def keys(recordings: Recordings, name: str) -> Keys:
    """The keys that opened the token of this recording."""
    return Keys(messages=recordings.agreed if name == "diffie-hellman" else recordings.shared)


def inconclusive(verdict: Verdict) -> bool:
    """Whether the verdict is INCONCLUSIVE only because nothing proves that the message was sent."""
    return (verdict.outcome, verdict.presence, reasons(verdict)) == (
        Outcome.INCONCLUSIVE,
        Presence.NONE,
        {"present"},
    )


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_a_token_that_is_found_and_decrypted_is_protected(recordings: Recordings, name: str) -> None:
    verdict = recordings.judge(name, keys=keys(recordings, name))
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    assert verdict.carrier
    assert b"gAAAA" in read(recordings.path(name)).frames[verdict.carrier - 1].data
    assert says(verdict, "present") == (f"it was sent: frame {verdict.carrier} carries it, opened with the message key")


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_the_key_of_another_exchange_is_inconclusive(recordings: Recordings, name: str) -> None:
    """A real key, for a token of another recording."""
    other = recordings.shared if name == "diffie-hellman" else recordings.agreed
    verdict = recordings.judge(name, keys=Keys(messages=other))
    assert inconclusive(verdict)
    assert says(verdict, "present") == "the keys decrypt nothing in this recording"


def test_the_right_key_among_others_is_enough(recordings: Recordings, tmp_path: Path) -> None:
    several = tmp_path / "several.keys"
    several.write_bytes(recordings.agreed.read_bytes() + recordings.shared.read_bytes())
    for name in ("fernet", "diffie-hellman"):
        assert recordings.judge(name, keys=Keys(messages=several)).outcome is Outcome.PROTECTED


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"aes KEY\n", b"fernet\n", b"fernet one two\n"])
def test_no_key_is_inconclusive(recordings: Recordings, tmp_path: Path, content: bytes | None) -> None:
    messages = tmp_path / "message.keys"
    if content is not None:
        messages.write_bytes(content)
    verdict = recordings.judge("fernet", keys=Keys(messages=messages))
    assert inconclusive(verdict)
    assert "no key log" in says(verdict, "present")


def test_tls_session_keys_decrypt_no_token(recordings: Recordings) -> None:
    assert inconclusive(recordings.judge("fernet", keys=Keys(recordings.keys)))


@pytest.mark.parametrize("key", [b"short", b"!" * 44, bytes(range(128, 172))])
def test_an_invalid_key_is_inconclusive_and_reported(recordings: Recordings, tmp_path: Path, key: bytes) -> None:
    messages = tmp_path / "message.keys"
    messages.write_bytes(b"fernet " + key + b"\n")
    verdict = recordings.judge("fernet", keys=Keys(messages=messages))
    assert inconclusive(verdict)
    assert says(verdict, "present") == "a Fernet key is malformed"
    # The right key beside it still opens the token.
    messages.write_bytes(messages.read_bytes() + recordings.shared.read_bytes())
    assert recordings.judge("fernet", keys=Keys(messages=messages)).outcome is Outcome.PROTECTED


def test_unreadable_keys_are_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    """A file whose beginning cannot be read."""
    messages = tmp_path / "message.keys"
    messages.symlink_to("/proc/self/mem")
    assert inconclusive(recordings.judge("fernet", keys=Keys(messages=messages)))


# ---- vouched for, and impossible

QUERY = bytes.fromhex("1234 0100 0001 0000 0000 0000") + b"\7example\4test\0\0\1\0\1"


def vouched(path: Path) -> tuple[int, set[str]]:
    """The exit code, and the codes of the reasons, if everything is vouched for and must be sealed."""
    report = judge(path, {"m": "fluffy tail"}, Options(vouched={"sent", "whole"}, required={"sealed"}))
    return report.exit_code, reasons(report.verdicts["m"])


@pytest.mark.parametrize("name", ["untrusted", *(f"refused-{service.port}" for service in ELSEWHERE)])
def test_nothing_was_sent_in_a_handshake_that_failed_whoever_vouches(recordings: Recordings, name: str) -> None:
    assert vouched(recordings.path(name)) == (2, {"present"})


def test_infrastructure_alone_has_not_carried_it(tmp_path: Path, recordings: Recordings) -> None:
    assert vouched(rewritten(tmp_path / "dns.pcapng", [ethernet(ipv4(udp(QUERY, target=53), 17))])) == (2, {"present"})
    assert vouched(recordings.path("https")) == (0, set())


# ---- tokens in handmade frames, beside a real exchange


def judged(doctored: Doctored, key: bytes, *answered: bytes) -> Verdict:
    """The verdict if a server sent this response, part by part, and `key` is the only key that may open anything."""
    messages = doctored.path.with_suffix(".keys")
    messages.write_bytes(b"fernet " + key + b"\n")
    return doctored.judge(exchange([REQUEST], answered), keys=Keys(messages=messages))


@pytest.fixture
def key() -> bytes:
    return Fernet.generate_key()


@pytest.mark.parametrize("size", [1, 7, 50, 99])
def test_a_token_that_is_split_over_segments_is_found(doctored: Doctored, key: bytes, size: int) -> None:
    answer = PLAIN + Fernet(key).encrypt(b"it is: fluffy tail")
    parts = [answer[begin : begin + size] for begin in range(0, len(answer), size)]
    verdict = judged(doctored, key, *parts)
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    # The frame in which its last part arrived.
    assert verdict.carrier == doctored.first + 3 + len(parts)


@pytest.mark.parametrize("end", [b"", b"\r\n", b'"}', b"%3D%3D", b"&b=c", b" and more"])
def test_a_token_is_found_with_anything_after_it_and_without_padding(
    doctored: Doctored, key: bytes, end: bytes
) -> None:
    token = Fernet(key).encrypt(b"fluffy tail")
    assert token.endswith(b"==")
    for written in (token, token.rstrip(b"=")):
        assert judged(doctored, key, PLAIN + b"token=" + written + end).presence is Presence.MESSAGE_KEY


@pytest.mark.parametrize("at", [0, 5, 12, 40, 98])
def test_a_token_that_was_tampered_with_proves_nothing(doctored: Doctored, key: bytes, at: int) -> None:
    """One letter is changed anywhere: in version, time, message or MAC."""
    token = bytearray(Fernet(key).encrypt(b"fluffy tail"))
    token[at if at < 97 else -3] = ord("A") if token[at if at < 97 else -3] != ord("A") else ord("Q")
    assert inconclusive(judged(doctored, key, PLAIN + bytes(token)))


def test_a_truncated_token_proves_nothing(doctored: Doctored, key: bytes) -> None:
    assert inconclusive(judged(doctored, key, PLAIN + Fernet(key).encrypt(b"fluffy tail")[:80]))


def test_a_token_with_another_message_proves_nothing(doctored: Doctored, key: bytes) -> None:
    assert inconclusive(judged(doctored, key, PLAIN + Fernet(key).encrypt(b"bushy tail")))


def test_a_token_of_any_time_is_decrypted(doctored: Doctored, key: bytes) -> None:
    """From 1970, and from the last day of the longest certificate of today."""
    for when in (0, int(time.time()) + 40 * 365 * 86_400):
        token = Fernet(key).encrypt_at_time(b"fluffy tail", when)
        assert token.startswith(b"gAAAA")
        assert judged(doctored, key, PLAIN + token).presence is Presence.MESSAGE_KEY


def test_a_token_with_another_spelling_is_decrypted(doctored: Doctored, key: bytes) -> None:
    inside = base64.b64encode(b"fluffy tail!")
    assert judged(doctored, key, PLAIN + Fernet(key).encrypt(inside)).presence is Presence.MESSAGE_KEY


def test_a_message_beside_its_token_is_overheard(doctored: Doctored, key: bytes) -> None:
    """Its encrypted copy protects nothing."""
    verdict = judged(doctored, key, PLAIN + Fernet(key).encrypt(b"fluffy tail") + b" fluffy tail")
    assert (verdict.outcome, verdict.presence) == (Outcome.OVERHEARD, Presence.SEEN)
