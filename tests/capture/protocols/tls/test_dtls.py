"""DTLS, datagram by datagram: what OpenSSL sends counts as protected, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.protocols.tls.speaking_dtls import read_datagrams, spoken
from capture.talk import SECRET, TLS_1_3, extension, message, noise, server, vector
from lab.pki import Files
from overheard_capture.protocols.tls.direction_state import tls_of

if TYPE_CHECKING:
    from capture.talk import Parts
    from overheard_capture.content.findings import Findings

    Transcript = list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("dtls"))


@pytest.fixture(scope="module")
def transcript(files: Files) -> Transcript:
    return spoken(files, "-dtls1_2")


def dtls(kind: int, body: bytes, *, epoch: int = 0, number: int = 0, version: bytes = b"\xfe\xfd") -> bytes:
    """A record."""
    return bytes([kind]) + version + epoch.to_bytes(2, "big") + number.to_bytes(6, "big") + vector(2, body)


def fragment(whole: bytes, number: int, start: int = 0, end: int | None = None) -> bytes:
    """Part of a TLS handshake message, as DTLS carries it."""
    part = whole[4:][start:end]
    return whole[:4] + number.to_bytes(2, "big") + start.to_bytes(3, "big") + vector(3, part)


def client(*extensions: bytes) -> bytes:
    """A ClientHello."""
    body = b"\xfe\xfd" + bytes(32) + vector(1) + vector(1) + vector(2, b"\xc0\x2f") + vector(1, b"\0")
    return message(1, body + vector(2, *extensions))


HELLO = dtls(22, fragment(client(), 0))
ANSWER = dtls(22, fragment(message(2, server(0xC02F, version=0xFEFD)), 0))
CHANGE = dtls(20, b"\1")
FINISHED = dtls(22, noise(48), epoch=1)
DATA = dtls(23, noise(60, 1), epoch=1, number=1)
WHOLE: Transcript = [(">", HELLO), ("<", ANSWER), (">", CHANGE + FINISHED), ("<", CHANGE + FINISHED), (">", DATA)]


def problems(flow_findings: tuple[Findings, Findings]) -> list[str]:
    return [problem for findings in flow_findings if findings.encryption for problem in findings.encryption.problems]


def protected(flow_findings: tuple[Findings, Findings]) -> bool:
    return all(findings.encryption and findings.encryption.protected for findings in flow_findings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "kind"),
    [(("-dtls1_2",), "DTLS 1.2"), (("-dtls1",), "DTLS 1.0"), (("-dtls1_2", "-mtu", "300"), "DTLS 1.2")],
)
def test_a_connection_of_openssl_is_protected(files: Files, options: tuple[str, ...], kind: str) -> None:
    transcript = spoken(files, *options)
    flow_findings, known = read_datagrams(transcript)
    assert all(known)
    assert (protected(flow_findings), problems(flow_findings)) == (True, [])
    for side, findings in zip("><", flow_findings, strict=True):
        assert findings.read.total() == sum(len(data) for who, data in transcript if who == side)
        assert (list(findings.kinds), findings.sightings) == ([kind], [])
    assert flow_findings[0].read["DTLS application data"]
    # The ClientHello was sent twice, the second time with a cookie.
    client = tls_of(flow_findings[0])
    assert client
    assert client.messages.counts[1] == 2


@pytest.mark.slow
def test_duplicates_and_reordering_change_nothing(transcript: Transcript) -> None:
    for datagrams in (
        [each for each in transcript for _ in range(2)],
        [transcript[0], *transcript[2:4], transcript[1], *transcript[4:]],
    ):
        flow_findings, known = read_datagrams(datagrams)
        assert all(known)
        assert protected(flow_findings), problems(flow_findings)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=150)
def test_one_byte_more_or_less_is_not_protected(transcript: Transcript, drawn: st.DataObject) -> None:
    changed = list(transcript)
    number = drawn.draw(st.integers(0, len(transcript) - 1))
    side, data = transcript[number]
    at = drawn.draw(st.integers(0, len(data) - 1))
    more = drawn.draw(st.binary(max_size=1))
    changed[number] = side, data[:at] + more + data[at + (not more) :]
    flow_findings, known = read_datagrams(changed)
    # The rest of a truncated datagram may be the copy of another.
    assert not protected(flow_findings) or not all(known)


def test_a_finished_of_another_length_is_not_accepted() -> None:
    for length, expected in ((47, ["an encrypted TLS handshake record of another length than Finished"]), (48, [])):
        datagrams = [*WHOLE[:3], ("<", CHANGE + dtls(22, noise(length), epoch=1)), WHOLE[4]]
        assert problems(read_datagrams(datagrams)[0]) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ((">", dtls(23, b"fluffy tail")), "DTLS records in clear that must be encrypted"),
        ((">", dtls(23, noise(60), epoch=2)), "a DTLS renegotiation"),
        ((">", dtls(22, noise(60), epoch=1)), "2 encrypted TLS handshake records"),
        ((">", dtls(24, noise(60), epoch=1)), "DTLS records of an unexpected type"),
        ((">", dtls(21, noise(60), epoch=1)), "TLS alerts that are too long"),
        ((">", b"\x20\1" + noise(60)), "DTLS 1.3 records in an older version of DTLS"),
        ((">", dtls(26, b"\0\0")), "DTLS 1.3 records in an older version of DTLS"),
        ((">", b"fluffy tail"), "a datagram in a DTLS flow that is not DTLS"),
        ((">", DATA + b"!"), "a datagram in a DTLS flow that is not DTLS"),
        ((">", dtls(22, fragment(client(), 5, 0, 9))), "an incomplete DTLS handshake message"),
        ((">", dtls(22, noise(60))), "a malformed DTLS handshake message"),
        ((">", dtls(23, noise(60), epoch=1, version=b"\xfe\xff")), "of another version than negotiated"),
    ],
)
def test_unexpected_records_are_reported(more: tuple[str, bytes], expected: str) -> None:
    assert protected(read_datagrams(WHOLE)[0])
    flow_findings, _ = read_datagrams([*WHOLE, more])
    assert any(expected in problem for problem in problems(flow_findings)), problems(flow_findings)
    assert not protected(flow_findings)
    assert any(findings.unread for findings in flow_findings)


def test_a_handshake_is_searched_after_its_fragments_are_joined() -> None:
    hello = client(extension(0, vector(2, b"\0" + vector(2, SECRET))))
    cut = hello.index(SECRET)
    parts = [dtls(22, fragment(hello, 0, cut, None)), dtls(22, fragment(hello, 0, 0, cut + 3))]
    flow_findings, known = read_datagrams([(">", part) for part in parts])
    assert known == [True, True]
    (found,) = flow_findings[0].sightings
    assert (found.layers, found.matched, set(found.place.frames)) == (("TLS handshake",), SECRET, {1, 2})
    assert not flow_findings[0].unread


def test_the_unified_headers_of_dtls_1_3_are_read() -> None:
    """RFC 9147: with and without a length, with and without a connection ID."""
    mark = b"mark"
    asks = client(extension(54, vector(1, b"")), extension(43, vector(1, b"\xfe\xfc")))
    body = server(0x1301, extension(43, b"\xfe\xfc"), extension(54, vector(1, mark)), *TLS_1_3[1:], version=0xFEFD)
    opened = [(">", dtls(22, fragment(asks, 0))), ("<", dtls(22, fragment(message(2, body), 0)))]
    sealed, other = noise(40), noise(40, 1)
    with_length = b"\x2e\0\1" + vector(2, sealed)
    flow_findings, known = read_datagrams(
        [*opened, ("<", with_length + b"\x2a\0\2" + other), (">", b"\x3f" + mark + b"\0\1" + vector(2, sealed))]
    )
    assert all(known)
    assert protected(flow_findings), problems(flow_findings)
    assert list(flow_findings[1].kinds) == ["DTLS 1.3"]
    assert read_datagrams([*opened, ("<", b"\x2e\0\1" + vector(2, sealed)[:-1])])[1] == [True, True, False]


@pytest.mark.parametrize("datagram", [b"", b"\x16", b"\x16\xfe\xfd" + bytes(30), DATA[:-1], b"\x2e\0\1" + noise(40)])
def test_other_datagrams_are_left_to_the_other_readers(datagram: bytes) -> None:
    flow_findings, known = read_datagrams([(">", datagram)])
    assert known == [False]
    assert flow_findings[0].encryption is None
    assert not flow_findings[0].read


def test_dtls_midstream_is_not_protected() -> None:
    flow_findings, known = read_datagrams([(">", DATA)])
    assert known == [True]
    assert problems(flow_findings) == ["encrypted TLS records without a ClientHello"]


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.sampled_from("<>"), st.one_of(st.binary(max_size=60), st.sampled_from([HELLO, ANSWER, DATA])))
    )
)
@settings(max_examples=200)
def test_arbitrary_datagrams_are_read_without_an_error(datagrams: Parts) -> None:
    flow_findings, known = read_datagrams(datagrams)
    for side, findings in zip("><", flow_findings, strict=True):
        transcript = sum(
            len(data) for (who, data), is_known in zip(datagrams, known, strict=True) if who == side and is_known
        )
        assert findings.read.total() == transcript
