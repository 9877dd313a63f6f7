"""What an active spy sees: with a Fernet key, with session keys, with the server's private key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.frames import exchange
from capture.recordings import reasons, says
from overheard.words.verdict import Outcome, Presence
from overheard_capture.captures.reader import read
from overheard_capture.judge import Keys
from stage import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capture.recordings import Doctored, Recordings
    from overheard.words.verdict import Verdict

FERNET = "plainly, in Fernet opened with a key of the interceptor"
SESSIONS = "plainly, in TLS opened with the interceptor's session keys"
PRIVATE = "plainly, in TLS opened with the server's private key"
KEY = Fernet.generate_key()
REQUEST = b"GET /fernet HTTP/1.1\r\nHost: server\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
NOTHING = "the spy's keys do not reveal it"


def how(verdict: Verdict) -> list[str]:
    return [sighting.how for sighting in verdict.sightings]


@pytest.mark.parametrize("name", ["fernet", "diffie-hellman"])
def test_a_spy_with_a_fernet_key_overhears(recordings: Recordings, name: str) -> None:
    keys = Keys(messages=recordings.agreed if name == "diffie-hellman" else recordings.shared)
    verdict = recordings.judge(name, keys=keys, spy=keys)
    assert (verdict.outcome, verdict.presence) == (Outcome.OVERHEARD, Presence.SEEN)
    assert reasons(verdict) == {"absent", "spied"}
    assert says(verdict, "spied") == f"a spy saw it {FERNET}"
    (sighting,) = verdict.sightings
    assert (sighting.how, sighting.stream) == (FERNET, 0)
    assert sighting.direction.startswith("127.0.0.1:5683 → ")
    assert verdict.carrier == sighting.frame == sighting.frames[0]
    # The place on the wire is the token, from its first byte to its last.
    data = read(recordings.path(name)).frames[sighting.frame - 1].data
    token = data[sighting.offset : sighting.offset + sighting.length]
    assert token.startswith(b"gAAAA")
    assert token.endswith(b"==")


@pytest.mark.parametrize("name", ["https", "rsa", "ecdhe", "tls13", *(f"elsewhere-{each.port}" for each in ELSEWHERE)])
def test_a_spy_with_session_keys_overhears(recordings: Recordings, name: str) -> None:
    verdict = recordings.judge(name, spy=Keys(recordings.keys))
    assert (verdict.outcome, verdict.presence) == (Outcome.OVERHEARD, Presence.SEEN)
    (sighting,) = verdict.sightings
    assert (sighting.how, sighting.stream) == (SESSIONS, 0)
    # Its place is that of the token, as opened by the intended recipient.
    assert sighting.frame == recordings.verdict(name).carrier
    frame = read(recordings.path(name)).frames[sighting.frame - 1]
    assert 0 < sighting.offset < sighting.offset + sighting.length == len(frame.data)


def test_the_servers_key_decrypts_a_recording_without_forward_secrecy(recordings: Recordings) -> None:
    verdict = recordings.judge("rsa", spy=Keys(private=recordings.stolen))
    assert (verdict.outcome, how(verdict)) == (Outcome.OVERHEARD, [PRIVATE])
    assert verdict.sightings[0].frame == recordings.verdict("rsa").carrier


@pytest.mark.parametrize("name", ["ecdhe", "tls13"])
def test_the_servers_key_decrypts_nothing_with_forward_secrecy(recordings: Recordings, name: str) -> None:
    verdict = recordings.judge(name, spy=Keys(private=recordings.stolen))
    assert (verdict.outcome, verdict.presence, reasons(verdict)) == (Outcome.PROTECTED, Presence.KEY_LOG, set())
    assert says(verdict, "spied") == NOTHING


def test_only_the_stream_without_forward_secrecy_is_decrypted(recordings: Recordings) -> None:
    verdict = recordings.judge("all-three", spy=Keys(private=recordings.stolen))
    assert [(sighting.how, sighting.stream) for sighting in verdict.sightings] == [(PRIVATE, 0)]
    opened = recordings.judge("all-three", spy=Keys(recordings.keys))
    assert [(sighting.how, sighting.stream) for sighting in opened.sightings] == [
        (SESSIONS, number) for number in range(3)
    ]


def test_a_shifted_message_within_encryption_is_overheard_but_not_broken(recordings: Recordings) -> None:
    """The offset in the plaintext is not the offset on the wire."""
    verdict = recordings.judge("rsa-substitution", spy=Keys(private=recordings.stolen))
    assert (verdict.outcome, verdict.broken) == (Outcome.OVERHEARD, None)
    assert how(verdict) == ["letters shifted by 25, in TLS opened with the server's private key"]


def test_every_sighting_is_reported(recordings: Recordings) -> None:
    verdict = recordings.judge("rsa", spy=Keys(recordings.keys, recordings.shared, recordings.stolen))
    assert how(verdict) == [SESSIONS, PRIVATE]


def test_without_a_spy_nothing_changes(recordings: Recordings) -> None:
    verdict = recordings.verdict("https")
    assert verdict.outcome is Outcome.PROTECTED
    assert says(verdict, "spied") == "no spy holds any key"


def test_missing_key_files_change_nothing(recordings: Recordings, tmp_path: Path) -> None:
    gone, empty = tmp_path / "gone", tmp_path / "empty"
    empty.touch()
    for spy in (Keys(gone, gone, gone), Keys(empty, empty)):
        verdict = recordings.judge("https", spy=spy)
        assert (verdict.outcome, says(verdict, "spied")) == (Outcome.PROTECTED, "no spy holds any key")


@pytest.mark.parametrize("name", ["https", "ecdhe", "fernet"])
def test_keys_that_decrypt_nothing_change_nothing(recordings: Recordings, name: str) -> None:
    """Real keys, of another connection, another exchange, and a server with other ephemeral keys."""
    verdict = recordings.judge(
        name,
        keys=Keys(recordings.keys, recordings.shared),
        spy=Keys(recordings.other_keys, recordings.agreed, recordings.stolen),
    )
    assert (verdict.outcome, reasons(verdict)) == (Outcome.PROTECTED, set())
    assert says(verdict, "spied") == NOTHING


def test_the_key_of_another_server_decrypts_nothing(recordings: Recordings, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(pem(rsa.generate_private_key(65537, 2048)))
    verdict = recordings.judge("rsa", spy=Keys(private=other))
    assert (verdict.outcome, says(verdict, "spied")) == (Outcome.PROTECTED, NOTHING)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes = b"") -> bytes:
    locked = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


# ---- what cannot be examined is not called PROTECTED


def locked(path: Path) -> bytes:
    """The right key, encrypted with a passphrase."""
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return pem(key, b"acorn")


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(locked, id="encrypted with a passphrase"),
        pytest.param(lambda path: path.read_bytes()[:600], id="cut short"),
        pytest.param(lambda _path: pem(ec.generate_private_key(ec.SECP256R1())), id="not RSA"),
        pytest.param(lambda _path: b"", id="empty"),
    ],
)
def test_a_key_that_tshark_cannot_use_is_inconclusive(
    recordings: Recordings, tmp_path: Path, key: Callable[[Path], bytes]
) -> None:
    """By itself tshark continues without it, as if nothing could be decrypted."""
    useless = tmp_path / "useless.pem"
    useless.write_bytes(key(recordings.stolen))
    verdict = recordings.judge("rsa", spy=Keys(private=useless))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"spied"})
    assert "Error loading RSA key file" in says(verdict, "spied")


@pytest.mark.parametrize("script", ["", "#!/bin/sh\necho no memory left >&2\nexit 2\n"], ids=["none", "one that fails"])
@pytest.mark.parametrize("stolen", ["sessions", "private"])
def test_tshark_that_fails_with_the_keys_of_the_spy_is_inconclusive(
    doctored: Doctored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stolen: str, script: str
) -> None:
    """Presence is proved without it, by a token beside the TLS streams."""
    recordings = doctored.recordings
    token = tmp_path / "token.keys"
    token.write_bytes(b"fernet " + KEY + b"\n")
    put_in = exchange([REQUEST], [PLAIN + Fernet(KEY).encrypt(b"fluffy tail")])
    spy = Keys(recordings.other_keys) if stolen == "sessions" else Keys(private=recordings.stolen)
    verdict = doctored.judge(put_in, keys=Keys(messages=token), spy=spy)
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, Presence.MESSAGE_KEY)
    if script:
        (tmp_path / "tshark").write_text(script)
        (tmp_path / "tshark").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    verdict = doctored.judge(put_in, keys=Keys(messages=token), spy=spy)
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"spied"})
    assert ("no memory left" if script else "tshark was not found") in says(verdict, "spied")


def test_an_invalid_fernet_key_is_inconclusive(recordings: Recordings, tmp_path: Path) -> None:
    messages = tmp_path / "message.keys"
    messages.write_bytes(b"fernet none\n")
    verdict = recordings.judge("https", spy=Keys(messages=messages))
    assert (verdict.outcome, reasons(verdict)) == (Outcome.INCONCLUSIVE, {"spied"})
    assert says(verdict, "spied") == "a Fernet key is malformed"


def test_one_key_that_fails_does_not_hide_the_sighting_of_another(recordings: Recordings, tmp_path: Path) -> None:
    """Each of these fails by itself; the sighting remains, and the failure is reported."""
    bad = tmp_path / "bad"
    bad.write_bytes(b"fernet none\n")
    for name, spy, seen in (
        ("rsa", Keys(messages=bad, private=recordings.stolen), PRIVATE),
        ("rsa", Keys(recordings.keys, bad, bad), SESSIONS),
        ("fernet", Keys(messages=recordings.shared), FERNET),
    ):
        verdict = recordings.judge(name, spy=spy, notebook=bad)
        assert (verdict.outcome, how(verdict)) == (Outcome.OVERHEARD, [seen])
        assert "the interceptor's notebook is malformed" in says(verdict, "spied")


# ---- any set of keys


# From the least favourable to the most.
FAVOUR = [Outcome.OVERHEARD, Outcome.INCONCLUSIVE, Outcome.NOT_SENT, Outcome.PROTECTED]
RECORDED = ["http", "https", "untrusted", "substitution", "fernet", "rsa", "ecdhe", "rsa-substitution"]
SESSION_KEYS = st.sampled_from([None, "stage.keys", "other.keys"])
MESSAGE_KEYS = st.sampled_from([None, "shared.keys", "agreed.keys", "stage.keys"])
PRIVATE_KEYS = st.sampled_from([None, "stolen.pem", "stage.keys"])
KEYS = st.tuples(SESSION_KEYS, MESSAGE_KEYS, PRIVATE_KEYS)
Names = tuple[str | None, str | None, str | None]
_judged: dict[object, Outcome] = {}


def outcome(recordings: Recordings, name: str, own: Names, spy: Names) -> Outcome:
    """The outcome, cached by question."""
    asked = name, own[:2], spy
    if asked not in _judged:
        files = [tuple(map(recordings.file, names)) for names in (own, spy)]
        keys, spied = (Keys(*names) for names in files)  # type: ignore[arg-type]  # of its fields, the first
        _judged[asked] = recordings.judge(name, keys=keys, spy=spied).outcome
    return _judged[asked]


@settings(max_examples=25)
@given(st.sampled_from(RECORDED), KEYS, KEYS, KEYS)
def test_no_key_of_a_spy_makes_a_verdict_more_favourable(
    recordings: Recordings, name: str, own: Names, spy: Names, more: Names
) -> None:
    both = spy[0] or more[0], spy[1] or more[1], spy[2] or more[2]
    before, after = (outcome(recordings, name, own, keys) for keys in (spy, both))
    assert FAVOUR.index(after) <= FAVOUR.index(before)


@settings(max_examples=25)
@given(st.sampled_from(RECORDED), KEYS, KEYS, KEYS)
def test_an_overheard_message_stays_overheard_with_any_other_keys(
    recordings: Recordings, name: str, own: Names, other: Names, spy: Names
) -> None:
    with_own, with_other = (outcome(recordings, name, keys, spy) for keys in (own, other))
    assert (with_own is Outcome.OVERHEARD) == (with_other is Outcome.OVERHEARD)
    in_clear = name in {"http", "substitution"}
    assert with_own is Outcome.OVERHEARD or not in_clear


def test_the_properties_cover_every_outcome(recordings: Recordings) -> None:
    """Otherwise the properties would hold for a judge that always says the same."""
    own: Names = ("stage.keys", "shared.keys", None)
    nobody: Names = (None, None, None)
    assert outcome(recordings, "http", own, nobody) is Outcome.OVERHEARD
    assert outcome(recordings, "rsa", own, nobody) is Outcome.PROTECTED
    assert outcome(recordings, "rsa", nobody, nobody) is Outcome.INCONCLUSIVE
    assert outcome(recordings, "rsa", own, (None, None, "stolen.pem")) is Outcome.OVERHEARD
