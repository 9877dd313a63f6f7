"""TLS, byte by byte: what OpenSSL sends counts as protected, and nothing else does."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from capture.talk import (
    CHANGE_CIPHER_SPEC,
    HELLOS,
    SECRET,
    TLS_1_3,
    UNKNOWN_CA,
    ReplayResult,
    client,
    data,
    extension,
    handshake_transcript,
    message,
    record,
    replay,
    server,
    vector,
)
from lab.pki import Files
from overheard_capture.content.findings import Conversation, Findings
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.protocols.tls.direction_state import tls_of
from overheard_capture.protocols.tls.record_layer import TlsReader
from overheard_capture.protocols.tls.records import skip_records
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    Transcript = list[tuple[str, bytes]]

HELLO = record(22, message(1, client(suites=b"\xc0\x2f\x00\x02\x00\x3b\x00\x05\x00\x1b")), b"\3\1")
FINISHED = record(22, b"\xf0" * 40)


def agreed(suite: int = 0xC02F, *extensions: bytes) -> Transcript:
    """A handmade handshake of TLS 1.2."""
    answer = record(22, message(2, server(suite, *extensions)))
    return [(">", HELLO + CHANGE_CIPHER_SPEC + FINISHED), ("<", answer + CHANGE_CIPHER_SPEC + FINISHED)]


class Stage:
    """Contexts for a handshake with each other."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.accepting.load_cert_chain(files.certificate, files.key)
        self.asking = ssl.create_default_context(cafile=str(files.root))

    def only(self, version: ssl.TLSVersion, ciphers: str) -> None:
        """Restrict both to one version."""
        for context in (self.asking, self.accepting):
            context.set_ciphers(ciphers)
            context.minimum_version = context.maximum_version = version


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def stage(files: Files) -> Stage:
    return Stage(files)


@pytest.fixture(scope="module")
def both_versions(files: Files) -> dict[str, Transcript]:
    transcript = {}
    for name, version in (("TLS 1.2", ssl.TLSVersion.TLSv1_2), ("TLS 1.3", ssl.TLSVersion.TLSv1_3)):
        made = Stage(files)
        made.asking.maximum_version = version
        transcript[name] = handshake_transcript(made.accepting, made.asking)
    return transcript


# ---- protected


@pytest.mark.parametrize(
    ("version", "ciphers", "kind"),
    [
        (ssl.TLSVersion.TLSv1_3, "DEFAULT", "TLS 1.3"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+AESGCM", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE+CHACHA20", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256", "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", "TLS 1.1"),
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0", "TLS 1.0"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_what_openssl_says_is_protected(stage: Stage, version: ssl.TLSVersion, ciphers: str, kind: str) -> None:
    stage.only(version, ciphers)
    result = replay(handshake_transcript(stage.accepting, stage.asking))
    assert (result.protected, result.problems, result.kinds) == (True, [], kind)
    assert not result.client.sightings
    assert result.client.read["TLS application data"]
    assert result.client.read["TLS handshake"]


def test_a_client_with_a_certificate_is_protected(stage: Stage) -> None:
    stage.accepting.verify_mode = ssl.CERT_REQUIRED
    stage.accepting.load_verify_locations(stage.files.root)
    stage.asking.load_cert_chain(stage.files.certificate, stage.files.key)
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        stage.asking.maximum_version = newest
        assert replay(handshake_transcript(stage.accepting, stage.asking)).protected


def test_a_hello_that_is_asked_for_again_is_protected(stage: Stage) -> None:
    """A HelloRetryRequest, followed by ChangeCipherSpec and a second hello in clear."""
    stage.accepting.set_ecdh_curve("secp384r1")
    transcript = handshake_transcript(stage.accepting, stage.asking)
    result = replay(transcript)
    side = tls_of(result.client)
    assert side
    assert side.messages.counts == {1: 2}
    assert result.protected


def test_a_session_that_is_resumed_is_protected(stage: Stage) -> None:
    stage.asking.maximum_version = ssl.TLSVersion.TLSv1_2
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    first = stage.asking.wrap_bio(to_client, from_client, server_hostname="localhost")
    other = stage.accepting.wrap_bio(to_server, from_server, server_side=True)
    for _ in range(3):
        for end, transcript, result in ((first, from_client, to_server), (other, from_server, to_client)):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
            result.write(transcript.read())
    resumed = handshake_transcript(stage.accepting, stage.asking, session=first.session)
    seen = replay(resumed)
    assert seen.protected
    side = tls_of(seen.server)
    assert side
    assert 11 not in side.messages.counts


def test_a_refusal_hides_nothing_and_protects_nothing() -> None:
    """The alert is in clear, like all the rest."""
    result = replay([HELLOS[0], ("<", UNKNOWN_CA)])
    assert (result.protected, result.unread) == (False, set())


@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
def test_it_does_not_matter_how_the_bytes_are_cut_or_who_is_read_first(
    both_versions: dict[str, Transcript], version: str
) -> None:
    transcript = both_versions[version]
    assert (
        replay(transcript).outcome
        == replay(transcript, in_turn=True).outcome
        == replay(transcript, cuts=range(5000)).outcome
    )


@given(st.lists(st.integers(1, 4000), max_size=8), st.data())
@settings(max_examples=60)
def test_any_cuts_give_the_same(both_versions: dict[str, Transcript], cuts: list[int], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    if drawn.draw(st.booleans()):
        side, part = transcript[-1]
        transcript[-1] = side, part + drawn.draw(st.sampled_from([b"!", b"\x17\3\3\0\5he", b"GET / HTTP/1.1\r\n\r\n"]))
    assert replay(transcript).outcome == replay(transcript, cuts=cuts).outcome


# ---- not protected


def heads(part: bytes) -> list[int]:
    """The offsets of records, and the end of the last one."""
    found, at = [0], 0
    while at + 5 <= len(part):
        at += 5 + int.from_bytes(part[at + 3 : at + 5], "big")
        found.append(at)
    return found


def is_whole(part: bytes) -> bool:
    """Whether it consists of complete records."""
    return heads(part)[-1] == len(part)


@given(st.data())
@settings(max_examples=200)
def test_one_byte_more_anywhere_is_not_protected(both_versions: dict[str, Transcript], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(transcript) - 1))
    side, part = transcript[number]
    at, byte = drawn.draw(st.integers(0, len(part))), drawn.draw(st.integers(0, 255))
    # Inserted before the length of an encrypted record, length plus one gives a valid record one byte longer.
    assume(byte != (part[at] + 1) % 256 if at < len(part) else True)
    transcript[number] = side, part[:at] + bytes([byte]) + part[at:]
    result = replay(transcript)
    assert not result.protected
    assert result.unread


@given(st.data())
@settings(max_examples=200)
def test_one_byte_less_anywhere_is_not_protected(both_versions: dict[str, Transcript], drawn: st.DataObject) -> None:
    transcript = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(transcript) - 1))
    side, part = transcript[number]
    at = drawn.draw(st.integers(0, len(part) - 1))
    changed = part[:at] + part[at + 1 :]
    # If the first byte of a body is one less than its length, the missing length goes unnoticed.
    assume(not is_whole(changed))
    transcript[number] = side, changed
    result = replay(transcript)
    assert not result.protected
    assert result.unread


@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize("bit", range(8))
def test_one_bit_of_a_record_head_that_is_flipped_is_not_protected(
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
        (record(22, b"\xf0" * 40), "a TLS renegotiation after application data"),
        (CHANGE_CIPHER_SPEC, "a TLS ChangeCipherSpec after application data"),
        (record(24, b"\xf0" * 40), "a TLS heartbeat"),
        (record(21, b"\xf0" * 26) + data(50), "TLS records after the closing alert"),
        (record(21, b"\xf0" * 60), "TLS alerts that are too long"),
        (record(23, b"\xf0" * 40, b"\3\1"), "TLS records of another version than negotiated"),
        (record(23, b"fluffy tail " * 20), "plain text in TLS application data records"),
    ],
)
def test_what_follows_and_is_no_application_data_is_named(more: bytes, expected: str) -> None:
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
            [(">", HELLO + CHANGE_CIPHER_SPEC + record(22, b"\xf0" * 39)), agreed()[1]],
            "of another length than Finished",
        ),
        ([HELLOS[0], ("<", HELLOS[1][1] + record(22, message(11, b"")) + data(30))], "that TLS 1.3 encrypts"),
        (agreed(0x0005 + 0xFF00), "an unknown cipher suite"),
        (agreed(0x0003), "an export cipher suite"),
        (agreed(0x001B), "an anonymous cipher suite"),
        (agreed(0x0009), "56-bit keys"),
    ],
)
def test_what_is_wrong_with_both_together_is_named(transcript: Transcript, expected: str) -> None:
    result = replay(transcript)
    assert any(expected in problem for problem in result.problems), result.problems
    assert not result.protected
    assert result.unread


def test_a_version_that_nobody_knows_protects_nothing() -> None:
    answer = record(22, message(2, server(0x1301, extension(43, b"\x7f\x1c"))))
    result = replay([HELLOS[0], ("<", answer + data(99)), (">", data(99))])
    assert result.problems == ["an unknown version of TLS"] * 2


# ---- NULL cipher suites


def in_clear(mac: int, *parts: bytes) -> bytes:
    return b"".join(record(23, part + b"\xee" * mac) for part in parts)


@pytest.mark.parametrize(("suite", "mac"), [(0x0002, 20), (0x003B, 32)])
@pytest.mark.parametrize("client_first", [True, False])
def test_without_encryption_what_is_said_is_read(suite: int, mac: int, client_first: bool) -> None:
    """Across records, and also if the client is read before the server's choice is known."""
    first, second = b"fluffy ", b"tail\r\n"
    transcript = agreed(suite)
    transcript = [*transcript, (">", in_clear(mac, first, second)), ("<", in_clear(mac, b"fluffy tail!\r\n"))]
    result = replay(transcript, in_turn=not client_first)
    assert [found.layers for found in result.client.sightings] == [("TLS without encryption",)]
    assert result.problems == ["a cipher suite without encryption"] * 2
    assert (result.protected, result.unread) == (False, set())


def test_real_tls_without_encryption_is_read(stage: Stage) -> None:
    stage.only(ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")
    transcript = handshake_transcript(stage.accepting, stage.asking)
    assert any(SECRET in part for _, part in transcript)
    result = replay(transcript)
    assert (result.protected, result.unread) == (False, set())
    assert result.kinds == "TLS 1.2"


def test_tls_1_3_without_encryption_is_read() -> None:
    """RFC 9150: the last byte of each record is its content type."""
    asks = (">", record(22, message(1, client(suites=b"\xc0\xb4"))))
    picks = ("<", record(22, message(2, server(0xC0B4, *TLS_1_3))))
    mac = b"\xee" * 32
    transcript = [asks, picks, (">", record(23, b"fluffy \x17" + mac) + record(23, b"tail\r\n\x17\0\0" + mac))]
    result = replay(transcript)
    assert [found.layers for found in result.client.sightings] == [("TLS without encryption",)]


# ---- the cleartext part of the handshake


def test_what_a_handshake_says_is_searched_over_the_bounds_of_records() -> None:
    hello = message(1, client(extension(0, vector(2, b"\0" + vector(2, SECRET)))))
    cut = hello.index(SECRET) + 3
    result = replay([(">", record(22, hello[:cut], b"\3\1") + record(22, hello[cut:], b"\3\1"))])
    (found,) = result.client.sightings
    assert (found.layers, found.matched, found.place.frame) == (("TLS handshake",), SECRET, 3)
    assert not result.unread


# ---- gaps


def test_what_is_missing_inside_of_a_record_does_not_lose_the_beat() -> None:
    body = data(300)
    transcript = [*agreed(), (">", body[:50]), (">", body[50:200]), (">", body[200:] + data(40)), ("<", data(40))]
    result = replay(transcript, lost=[3])
    assert not result.protected
    assert len(result.problems) == 1
    assert result.problems[0].startswith("TLS with bytes missing at byte")
    side = tls_of(result.client)
    assert side
    assert [each.length for each in side.data.first] == [300, 40]


def test_what_is_missing_with_the_head_of_a_record_loses_it() -> None:
    body = data(300, 300)
    transcript = [*agreed(), (">", body[:50]), (">", body[50:400]), (">", body[400:]), ("<", data(40))]
    result = replay(transcript, lost=[3])
    assert not result.protected
    assert result.client.read["opaque"] == len(body) - 400
    assert result.unread == {"TLS with bytes missing"}


@given(st.integers(0, 200), st.integers(1, 400))
def test_a_gap_anywhere_is_not_protected(start: int, length: int) -> None:
    sent = agreed()[0][1] + data(100, 100)
    parts = [(">", sent[:start]), (">", sent[start : start + length]), (">", sent[start + length :]), agreed()[1]]
    result = replay([part for part in parts if part[1]], lost=[bool(start)])
    assert not result.protected
    assert result.unread


# ---- long streams


def test_many_records_are_counted_as_one_by_one() -> None:
    lengths = [*range(20, 150), *[16401] * 30, 25]
    sent = data(*lengths)
    whole = replay([*agreed(), (">", sent)])
    pieces = replay([*agreed(), (">", sent)], cuts=range(0, len(sent), 1449))
    assert whole.outcome == pieces.outcome
    assert whole.protected
    side = tls_of(whole.client)
    assert side
    found = side.data
    assert (found.record_count, found.payload_bytes(0), found.last and found.last.length) == (
        len(lengths),
        sum(lengths),
        25,
    )
    assert found.payload_bytes(24) == sum(max(length - 24, 0) for length in lengths)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (data(5, 6, 7), (26 + 7, 3, 18, 7)),
        (data(5) + data(6)[:-1], (10, 1, 5, 5)),
        (data(5) + UNKNOWN_CA, (10, 1, 5, 5)),
        (data(5) + record(23, b"x", b"\3\1"), (10, 1, 5, 5)),
        (b"\x17\3", (0, 0, 0, 0)),
        (UNKNOWN_CA, (0, 0, 0, 0)),
        (b"", (0, 0, 0, 0)),
    ],
)
def test_skipping_stops_where_something_else_begins(sent: bytes, expected: tuple[int, int, int, int]) -> None:
    assert skip_records(sent, 0, len(sent)) == expected


def long_side(size: int, total: int) -> Callable[[], ReplayResult]:
    """A reader of many records of one size."""
    block = data(size) * ((1 << 20) // (size + 5) + 1)
    findings = Findings(replay([]).client.search, READERS, conversation=Conversation())
    reader = TlsReader(findings, ())
    hello = HELLOS[0][1] + CHANGE_CIPHER_SPEC + FINISHED
    reader.feed(hello, Origin.of_frame(1, 54, len(hello)))
    origin = Origin.of_frame(2, 54, len(block))

    def read() -> ReplayResult:
        for _ in range(total // len(block)):
            reader.feed(block, origin)
        reader.close()
        return ReplayResult(findings, findings)

    return read


def test_long_records_cost_next_to_nothing() -> None:
    """200 MB in records of 16 KB took 20 ms; ten times that is allowed, as other processes run meanwhile."""
    read = long_side(16401, 200_000_000)
    began = time.process_time()
    result = read()
    assert time.process_time() - began < 0.2
    assert result.client.read["TLS application data"] > 190_000_000
