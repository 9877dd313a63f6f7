"""QUIC, datagram by datagram: what aioquic sends counts as protected, and nothing else does."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capture.in_clear import SPELLED
from capture.protocols.quic.talking import read_datagrams, spoken
from capture.talk import noise
from lab.pki import Files
from overheard_capture.protocols.quic.keys import DecryptedPacket, InitialKeys
from overheard_capture.protocols.quic.packets import VERSION_1, VERSION_2, PacketType, parse_datagram
from overheard_capture.protocols.tls.direction_state import tls_of

if TYPE_CHECKING:
    from capture.talk import Parts
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.quic.packets import QuicPacket

    Transcript = list[tuple[str, bytes]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("quic"))


@pytest.fixture(scope="module")
def transcript(files: Files) -> Transcript:
    return spoken(files)


def problems(flow_findings: tuple[Findings, Findings]) -> list[str]:
    return [problem for findings in flow_findings if findings.encryption for problem in findings.encryption.problems]


def protected(flow_findings: tuple[Findings, Findings]) -> bool:
    return all(findings.encryption and findings.encryption.protected for findings in flow_findings)


@pytest.mark.parametrize(("version", "kind"), [(VERSION_1, "QUIC v1"), (VERSION_2, "QUIC v2")])
def test_a_connection_of_aioquic_is_protected(files: Files, version: int, kind: str) -> None:
    transcript = spoken(files, version=version)
    flow_findings, known = read_datagrams(transcript)
    assert all(known)
    assert (protected(flow_findings), problems(flow_findings)) == (True, [])
    for side, findings in zip("><", flow_findings, strict=True):
        assert findings.read.total() == sum(len(data) for who, data in transcript if who == side)
        assert (list(findings.kinds), findings.sightings) == ([kind], [])
        assert findings.read["QUIC Initial"]
        assert findings.read["QUIC Handshake"]
        assert findings.read["QUIC 1-RTT"]
    client = tls_of(flow_findings[0])
    assert client
    assert client.client_hello
    assert (client.client_hello.sni, client.client_hello.alpn) == ("localhost", ("h3",))


def test_a_name_in_the_first_packet_is_seen(files: Files) -> None:
    """It is encrypted with a key that is derived from the packet itself."""
    transcript = spoken(files, name="fluffy tail")
    assert not any(b"fluffy tail" in data for _, data in transcript)
    flow_findings, _ = read_datagrams(transcript)
    assert flow_findings[0].sightings
    assert {found.layers for found in flow_findings[0].sightings} == {("QUIC Initial",)}
    assert flow_findings[0].sightings[0].place.frame == 1


def test_the_keys_are_those_of_the_rfcs() -> None:
    """RFC 9001, A.1; RFC 9369, A.1."""
    destination_id = bytes.fromhex("8394c8f03e515708")
    assert InitialKeys(VERSION_1, destination_id).client.key.hex() == "1f369613dd76d5467730efcbe3b1a22d"
    assert InitialKeys(VERSION_1, destination_id).server.iv.hex() == "0ac1493ca1905853b0bba03e"
    assert InitialKeys(VERSION_2, destination_id).client.key.hex() == "8b1a0bc121284290a29e0971b5cd045d"


def test_the_handshake_may_arrive_in_any_order(transcript: Transcript) -> None:
    again = [*transcript[:2], *transcript[:2], *transcript[2:]]
    flow_findings, known = read_datagrams(again)
    assert all(known)
    assert protected(flow_findings), problems(flow_findings)


def test_a_truncated_datagram_is_not_read(transcript: Transcript) -> None:
    flow_findings, known = read_datagrams([*transcript[:3], (">", transcript[0][1][:100]), *transcript[3:]])
    assert known.count(False) == 1
    assert problems(flow_findings) == ["a datagram in a QUIC flow that is not QUIC"]
    assert not protected(flow_findings)


def test_text_is_not_quic(transcript: Transcript) -> None:
    flow_findings, known = read_datagrams([*transcript, (">", b"fluffy tail, " * 10)])
    assert known[-1] is False
    assert not protected(flow_findings)
    assert flow_findings[0].unread


@given(st.data())
@settings(max_examples=80)
def test_a_modified_initial_packet_is_not_decrypted(transcript: Transcript, drawn: st.DataObject) -> None:
    """The authentication tag covers every byte."""
    (first, *_) = parse_datagram(memoryview(transcript[0][1]), is_quic=False)
    at = drawn.draw(st.integers(0, first.end - 1))
    bit = drawn.draw(st.integers(0, 7))
    data = transcript[0][1]
    changed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
    flow_findings, _ = read_datagrams([(">", changed), *[each for each in transcript[1:] if each[0] == "<"]])
    assert not protected(flow_findings)


def test_a_connection_midstream_is_not_recognised(transcript: Transcript) -> None:
    late = [
        each for each in transcript if parse_datagram(memoryview(each[1]), is_quic=True)[0].kind is PacketType.SHORT
    ]
    _, known = read_datagrams(late)
    assert late
    assert not any(known)


def test_a_server_without_its_client_is_not_protected(transcript: Transcript) -> None:
    flow_findings, known = read_datagrams([each for each in transcript if each[0] == "<"])
    assert known[0]
    assert not protected(flow_findings)
    assert flow_findings[1].unread


@pytest.mark.parametrize(
    ("datagram", "kind"),
    [
        (b"\x80\0\0\0\0\4abcd\4efgh\0\0\0\1\x6b\x33\x43\xcf", PacketType.NEGOTIATION),
        (b"\xf0\0\0\0\1\4abcd\4efgh" + b"token" + bytes(range(16)), PacketType.RETRY),
        (b"\xc0\x6b\x33\x43\xcf\4abcd\4efgh" + b"token" + bytes(range(16)), PacketType.RETRY),
    ],
)
def test_packets_of_a_server_before_the_handshake_are_read(
    transcript: Transcript, datagram: bytes, kind: PacketType
) -> None:
    flow_findings, known = read_datagrams([transcript[0], ("<", datagram), *transcript[1:]])
    assert all(known)
    assert flow_findings[1].read[kind.value] == len(datagram)


PACKED = gzip.compress(b"fluffy tail")


@pytest.mark.parametrize(
    "frame",
    [b"\x1c\0\0" + bytes([len(PACKED)]) + PACKED, b"\6\0" + bytes([len(PACKED)]) + PACKED],
    ids=["the reason of a CONNECTION_CLOSE", "CRYPTO that was sent before"],
)
def test_what_is_in_other_frames_is_unwrapped(
    transcript: Transcript, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    decrypt = InitialKeys.decrypt

    def with_frame(keys: InitialKeys, data: memoryview, packet: QuicPacket) -> DecryptedPacket | None:
        decrypted = decrypt(keys, data, packet)
        return decrypted and decrypted._replace(payload=decrypted.payload + frame)

    monkeypatch.setattr(InitialKeys, "decrypt", with_frame)
    flow_findings, _ = read_datagrams(transcript)
    assert ("QUIC Initial", "gzip") in {found.layers for found in flow_findings[0].sightings}


def test_a_list_of_versions_is_unwrapped(transcript: Transcript) -> None:
    listed = PACKED + bytes(-len(PACKED) % 4)
    flow_findings, _ = read_datagrams([transcript[0], ("<", b"\x80\0\0\0\0\4abcd\4efgh" + listed), *transcript[1:]])
    assert {found.layers for found in flow_findings[1].sightings} == {("QUIC Initial", "gzip")}


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\xc0",
        b"\xc0\0\0\0\1",
        b"\xc0\0\0\0\2\4abcd\4efgh\0" + bytes(80),
        b"\xc0\0\0\0\1\x15" + bytes(80),
        b"\x80\0\0\0\1\4abcd\4efgh\0\x40\x50" + bytes(80),
        b"\x40" + b"\xf0" * 80,
        b"\0" * 80,
    ],
)
def test_other_datagrams_are_left_to_other_readers(datagram: bytes) -> None:
    flow_findings, known = read_datagrams([(">", datagram)])
    assert known == [False]
    assert flow_findings[0].encryption is None


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(max_size=200)), max_size=6), st.integers(0, 4))
@settings(max_examples=150)
def test_arbitrary_datagrams_are_read_without_an_error(transcript: Transcript, others: Parts, at: int) -> None:
    datagrams = [*transcript[:at], *others, *transcript[at:]]
    flow_findings, known = read_datagrams(datagrams)
    for side, findings in zip("><", flow_findings, strict=True):
        whole = sum(
            len(data) for (who, data), is_known in zip(datagrams, known, strict=True) if who == side and is_known
        )
        assert findings.read.total() == whole


@pytest.mark.parametrize("token", [noise(100), b"", SPELLED], ids=["random", "none", "text"])
def test_text_in_a_token_is_in_clear(files: Files, token: bytes) -> None:
    flow_findings, _ = read_datagrams(spoken(files, token=token))
    assert set(flow_findings[0].in_clear) == ({"data in QUIC Initial"} if token == SPELLED else set())


def test_crypto_data_that_contradicts_is_a_problem(files: Files, transcript: Transcript) -> None:
    """Another connection between the same endpoints is none that could be judged; what is sent again is nothing."""
    flow_findings, _ = read_datagrams([*transcript, *transcript[:1]])
    assert problems(flow_findings) == []
    other = spoken(files, name="www.localhost")
    flow_findings, _ = read_datagrams([*transcript, *other[:1]])
    assert problems(flow_findings) == ["QUIC CRYPTO data that contradicts earlier data"]
