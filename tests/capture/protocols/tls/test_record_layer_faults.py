"""TLS that is not protected: damaged records, unexpected records, and inconsistent handshakes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from capture.protocols.tls.conversations import FINISHED, HELLO, Transcript, agreed
from capture.talk import CHANGE_CIPHER_SPEC, HELLOS, client, data, extension, message, noise, record, replay, server


def heads(part: bytes) -> list[int]:
    """The offsets of records, and the end of the last one."""
    found, at = [0], 0
    while at + 5 <= len(part):
        at += 5 + int.from_bytes(part[at + 3 : at + 5], "big")
        found.append(at)
    return found


def is_well_formed(stream: bytes) -> bool:
    """Whether it consists of complete records of known types."""
    begins = heads(stream)
    return begins[-1] == len(stream) and all(stream[at] in range(20, 24) and stream[at + 1] == 3 for at in begins[:-1])


def goes_unnoticed(transcript: Transcript, side: str) -> bool:
    """Whether what one side sent is still well-formed.

    A byte of ciphertext in the place of a length may be one that leads to the head of a record, of a later part even:
    what lies between is then a record like any other.
    """
    return is_well_formed(b"".join(part for each, part in transcript if each == side))


@pytest.mark.slow
@given(st.data())
@settings(max_examples=200)
def test_one_byte_more_anywhere_is_not_protected(both_versions: dict[str, Transcript], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(transcript) - 1))
    side, part = transcript[number]
    at, byte = drawn.draw(st.integers(0, len(part))), drawn.draw(st.integers(0, 255))
    transcript[number] = side, part[:at] + bytes([byte]) + part[at:]
    assume(not goes_unnoticed(transcript, side))
    result = replay(transcript)
    assert not result.protected
    assert result.unread


@pytest.mark.slow
@given(st.data())
@settings(max_examples=200)
def test_one_byte_less_anywhere_is_not_protected(both_versions: dict[str, Transcript], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(transcript) - 1))
    side, part = transcript[number]
    at = drawn.draw(st.integers(0, len(part) - 1))
    transcript[number] = side, part[:at] + part[at + 1 :]
    assume(not goes_unnoticed(transcript, side))
    result = replay(transcript)
    assert not result.protected
    assert result.unread


@pytest.mark.slow
@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_in_a_record_header_is_not_protected(
    both_versions: dict[str, Transcript], version: str, bit: int
) -> None:
    for number, (side, part) in enumerate(both_versions[version]):
        for head in heads(part)[:-1]:
            # The version in the very first record has no meaning.
            for at in range(head, head + 5) if number or head else (head, head + 1, head + 3, head + 4):
                transcript = list(both_versions[version])
                transcript[number] = side, part[:at] + bytes([part[at] ^ 1 << bit]) + part[at + 1 :]
                result = replay(transcript)
                assert not result.protected, (number, head, at)
                assert result.unread


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (b"fluffy", "plain text after TLS records at byte 98"),
        (b"\xff\xfe\xfd\xfc\xfb", "other data after TLS records at byte 98"),
        (b"\x17\3\3\0\x08half", "a truncated TLS record"),
        (record(22, message(1, client())), "a TLS handshake message in clear after application data"),
        (record(22, noise(40)), "a TLS renegotiation after application data"),
        (CHANGE_CIPHER_SPEC, "a TLS ChangeCipherSpec after application data"),
        (record(24, noise(40)), "a TLS heartbeat"),
        (record(21, noise(26)) + data(50), "TLS records after the closing alert"),
        (record(21, noise(60)), "TLS alerts that are too long"),
        (record(23, noise(40, 2), b"\3\1"), "TLS records of another version than negotiated"),
        (record(23, b"fluffy tail " * 20), "plain text in TLS application data records"),
    ],
)
def test_other_records_after_the_handshake_are_reported(more: bytes, expected: str) -> None:
    sent = HELLO + CHANGE_CIPHER_SPEC + FINISHED + data(30)
    expected = expected.replace("98", str(len(sent)))
    answered = agreed()[1]
    assert replay([(">", sent), answered]).protected
    result = replay([(">", sent + more), answered])
    assert result.problems == [expected]
    assert not result.protected
    assert result.unread


@pytest.mark.parametrize(
    ("transcript", "expected"),
    [
        ([(">", data(50)), ("<", data(50))], "encrypted TLS records without a ClientHello"),
        ([(">", HELLO + data(50))], "encrypted TLS records without a ServerHello"),
        ([("<", record(22, message(2, server(0xC02F))))], "a TLS ServerHello without a ClientHello"),
        ([(">", HELLO), ("<", HELLO)], "the same TLS hello from both sides"),
        ([(">", record(22, message(16, b"\xf0" * 40)))], "a TLS handshake without a hello"),
        ([(">", HELLO + record(22, message(99, b"\xf0" * 40)))], "unknown TLS handshake messages"),
        (
            [(">", HELLO + data(50)), agreed()[1]],
            "TLS application data after 0 ChangeCipherSpec records",
        ),
        ([(">", HELLO + CHANGE_CIPHER_SPEC + FINISHED * 2), agreed()[1]], "2 encrypted TLS handshake records"),
        (
            [(">", HELLO + CHANGE_CIPHER_SPEC + record(22, noise(39))), agreed()[1]],
            "of another length than Finished",
        ),
        ([HELLOS[0], ("<", HELLOS[1][1] + record(22, message(11, b"")) + data(30))], "that TLS 1.3 encrypts"),
        (agreed(0x0005 + 0xFF00), "an unknown cipher suite"),
        (agreed(0x0003), "an export cipher suite"),
        (agreed(0x001B), "an anonymous cipher suite"),
        (agreed(0x0009), "56-bit keys"),
    ],
)
def test_faults_of_both_sides_together_are_reported(transcript: Transcript, expected: str) -> None:
    result = replay(transcript)
    assert any(expected in problem for problem in result.problems), result.problems
    assert not result.protected
    assert result.unread


def test_an_unknown_version_protects_nothing() -> None:
    answer = record(22, message(2, server(0x1301, extension(43, b"\x7f\x1c"))))
    result = replay([HELLOS[0], ("<", answer + data(99)), (">", data(99))])
    assert result.problems == ["an unknown version of TLS"] * 2
