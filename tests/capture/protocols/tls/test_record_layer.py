"""TLS, byte by byte: what OpenSSL says counts as protected, and nothing else does."""

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
    Heard,
    client,
    data,
    extension,
    hear,
    message,
    record,
    server,
    shaken,
    vector,
)
from lab.pki import Files
from overheard_capture.content.findings import Conversation, Findings
from overheard_capture.identify.direction import READERS
from overheard_capture.protocols.tls.direction import tls_of
from overheard_capture.protocols.tls.record_layer import TlsReader
from overheard_capture.protocols.tls.records import skip_records
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = list[tuple[str, bytes]]

HELLO = record(22, message(1, client(suites=b"\xc0\x2f\x00\x02\x00\x3b\x00\x05\x00\x1b")), b"\3\1")
FINISHED = record(22, b"\xf0" * 40)


def agreed(suite: int = 0xC02F, *extensions: bytes) -> Said:
    """A handshake of TLS 1.2, made by hand."""
    answer = record(22, message(2, server(suite, *extensions)))
    return [(">", HELLO + CHANGE_CIPHER_SPEC + FINISHED), ("<", answer + CHANGE_CIPHER_SPEC + FINISHED)]


class Stage:
    """Contexts that shake hands with each other."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.accepting.load_cert_chain(files.certificate, files.key)
        self.asking = ssl.create_default_context(cafile=str(files.root))

    def only(self, version: ssl.TLSVersion, ciphers: str) -> None:
        """Let both agree on one version."""
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
def both_versions(files: Files) -> dict[str, Said]:
    said = {}
    for name, version in (("TLS 1.2", ssl.TLSVersion.TLSv1_2), ("TLS 1.3", ssl.TLSVersion.TLSv1_3)):
        made = Stage(files)
        made.asking.maximum_version = version
        said[name] = shaken(made.accepting, made.asking)
    return said


# ---- what is protected


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
    heard = hear(shaken(stage.accepting, stage.asking))
    assert (heard.protected, heard.problems, heard.kinds) == (True, [], kind)
    assert not heard.client.sightings
    assert heard.client.read["TLS application data"]
    assert heard.client.read["TLS handshake"]


def test_a_client_with_a_certificate_is_protected(stage: Stage) -> None:
    stage.accepting.verify_mode = ssl.CERT_REQUIRED
    stage.accepting.load_verify_locations(stage.files.root)
    stage.asking.load_cert_chain(stage.files.certificate, stage.files.key)
    for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        stage.asking.maximum_version = newest
        assert hear(shaken(stage.accepting, stage.asking)).protected


def test_a_hello_that_is_asked_for_again_is_protected(stage: Stage) -> None:
    """A HelloRetryRequest, behind which there is a change of cipher specs and one more hello in clear."""
    stage.accepting.set_ecdh_curve("secp384r1")
    said = shaken(stage.accepting, stage.asking)
    heard = hear(said)
    side = tls_of(heard.client)
    assert side
    assert side.messages.counts == {1: 2}
    assert heard.protected


def test_a_session_that_is_resumed_is_protected(stage: Stage) -> None:
    stage.asking.maximum_version = ssl.TLSVersion.TLSv1_2
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    first = stage.asking.wrap_bio(to_client, from_client, server_hostname="localhost")
    other = stage.accepting.wrap_bio(to_server, from_server, server_side=True)
    for _ in range(3):
        for end, said, heard in ((first, from_client, to_server), (other, from_server, to_client)):
            with suppress(ssl.SSLWantReadError):
                end.do_handshake()
            heard.write(said.read())
    resumed = shaken(stage.accepting, stage.asking, session=first.session)
    seen = hear(resumed)
    assert seen.protected
    side = tls_of(seen.server)
    assert side
    assert 11 not in side.messages.counts


def test_a_refusal_hides_nothing_and_protects_nothing() -> None:
    """The alert is in clear, as all that there is."""
    heard = hear([HELLOS[0], ("<", UNKNOWN_CA)])
    assert (heard.protected, heard.troubles) == (False, set())


@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
def test_it_does_not_matter_how_the_bytes_are_cut_or_who_is_read_first(
    both_versions: dict[str, Said], version: str
) -> None:
    said = both_versions[version]
    assert hear(said).outcome == hear(said, in_turn=True).outcome == hear(said, cuts=range(5000)).outcome


@given(st.lists(st.integers(1, 4000), max_size=8), st.data())
@settings(max_examples=60)
def test_any_cuts_give_the_same(both_versions: dict[str, Said], cuts: list[int], drawn: st.DataObject) -> None:
    said = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    if drawn.draw(st.booleans()):
        side, part = said[-1]
        said[-1] = side, part + drawn.draw(st.sampled_from([b"!", b"\x17\3\3\0\5he", b"GET / HTTP/1.1\r\n\r\n"]))
    assert hear(said).outcome == hear(said, cuts=cuts).outcome


# ---- what is not


def heads(part: bytes) -> list[int]:
    """Where records begin, and in the end where the next one would."""
    found, at = [0], 0
    while at + 5 <= len(part):
        at += 5 + int.from_bytes(part[at + 3 : at + 5], "big")
        found.append(at)
    return found


def is_whole(part: bytes) -> bool:
    """Whether it is made of whole records."""
    return heads(part)[-1] == len(part)


@given(st.data())
@settings(max_examples=200)
def test_one_byte_more_anywhere_is_not_protected(both_versions: dict[str, Said], drawn: st.DataObject) -> None:
    said = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(said) - 1))
    side, part = said[number]
    at, byte = drawn.draw(st.integers(0, len(part))), drawn.draw(st.integers(0, 255))
    # Before the length of an encrypted record, one more than that makes a sound record that is one byte longer.
    assume(byte != (part[at] + 1) % 256 if at < len(part) else True)
    said[number] = side, part[:at] + bytes([byte]) + part[at:]
    heard = hear(said)
    assert not heard.protected
    assert heard.troubles


@given(st.data())
@settings(max_examples=200)
def test_one_byte_less_anywhere_is_not_protected(both_versions: dict[str, Said], drawn: st.DataObject) -> None:
    said = list(both_versions[drawn.draw(st.sampled_from(["TLS 1.2", "TLS 1.3"]))])
    number = drawn.draw(st.integers(0, len(said) - 1))
    side, part = said[number]
    at = drawn.draw(st.integers(0, len(part) - 1))
    changed = part[:at] + part[at + 1 :]
    # Where the first byte of a body is one less than its length, nobody misses the length.
    assume(not is_whole(changed))
    said[number] = side, changed
    heard = hear(said)
    assert not heard.protected
    assert heard.troubles


@pytest.mark.parametrize("version", ["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize("bit", range(8))
def test_one_bit_of_a_record_head_that_is_flipped_is_not_protected(
    both_versions: dict[str, Said], version: str, bit: int
) -> None:
    for number, (side, part) in enumerate(both_versions[version]):
        for head in heads(part)[:-1]:
            # What version the very first record claims to be of says nothing.
            for at in range(head, head + 5) if number or head else (head, head + 1, head + 3, head + 4):
                said = list(both_versions[version])
                said[number] = side, part[:at] + bytes([part[at] ^ 1 << bit]) + part[at + 1 :]
                heard = hear(said)
                assert not heard.protected, (number, head, at)
                assert heard.troubles


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (b"fluffy", "plain text after TLS records at byte 98"),
        (b"\xff\xfe\xfd\xfc\xfb", "something else after TLS records at byte 98"),
        (b"\x17\3\3\0\x08half", "a TLS record that breaks off"),
        (record(22, message(1, client())), "TLS handshake in clear after application data"),
        (record(22, b"\xf0" * 40), "another TLS handshake after application data"),
        (CHANGE_CIPHER_SPEC, "a change of TLS cipher specs after application data"),
        (record(24, b"\xf0" * 40), "a TLS heartbeat"),
        (record(21, b"\xf0" * 26) + data(50), "TLS records after the closing alert"),
        (record(21, b"\xf0" * 60), "TLS alerts that are too long to be any"),
        (record(23, b"\xf0" * 40, b"\3\1"), "TLS records of another version than was agreed on"),
        (record(23, b"fluffy tail " * 20), "text in TLS records of application data"),
    ],
)
def test_what_follows_and_is_no_application_data_is_named(more: bytes, told: str) -> None:
    sent = HELLO + CHANGE_CIPHER_SPEC + FINISHED + data(30)
    told = told.replace("98", str(len(sent)))
    answered = agreed()[1]
    assert hear([(">", sent), answered]).protected
    heard = hear([(">", sent + more), answered])
    assert heard.problems == [told]
    assert not heard.protected
    assert heard.troubles


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([(">", data(50)), ("<", data(50))], "encrypted TLS records, and no ClientHello"),
        ([(">", HELLO + data(50))], "encrypted TLS records, and no ServerHello"),
        ([("<", record(22, message(2, server(0xC02F))))], "a TLS ServerHello that answers no ClientHello"),
        ([(">", HELLO), ("<", HELLO)], "the same TLS hello from both sides"),
        ([(">", record(22, message(16, b"\xf0" * 40)))], "a TLS handshake without a hello"),
        ([(">", HELLO + record(22, message(99, b"\xf0" * 40)))], "TLS handshake messages that are not known here"),
        (
            [(">", HELLO + data(50)), agreed()[1]],
            "application data with 0 changes of TLS cipher specs before it",
        ),
        ([(">", HELLO + CHANGE_CIPHER_SPEC + FINISHED * 2), agreed()[1]], "2 encrypted TLS handshake records"),
        ([(">", HELLO + CHANGE_CIPHER_SPEC + record(22, b"\xf0" * 39)), agreed()[1]], "not as long as Finished"),
        ([HELLOS[0], ("<", HELLOS[1][1] + record(22, message(11, b"")) + data(30))], "that TLS 1.3 encrypts"),
        (agreed(0x0005 + 0xFF00), "a cipher suite that is not known here"),
        (agreed(0x0003), "an export cipher suite"),
        (agreed(0x001B), "nobody proves who they are"),
        (agreed(0x0009), "keys of 56 bits"),
    ],
)
def test_what_is_wrong_with_both_together_is_named(said: Said, told: str) -> None:
    heard = hear(said)
    assert any(told in problem for problem in heard.problems), heard.problems
    assert not heard.protected
    assert heard.troubles


def test_a_version_that_nobody_knows_protects_nothing() -> None:
    answer = record(22, message(2, server(0x1301, extension(43, b"\x7f\x1c"))))
    heard = hear([HELLOS[0], ("<", answer + data(99)), (">", data(99))])
    assert heard.problems == ["a version of TLS that is not known here"] * 2


# ---- without encryption


def in_clear(mac: int, *parts: bytes) -> bytes:
    return b"".join(record(23, part + b"\xee" * mac) for part in parts)


@pytest.mark.parametrize(("suite", "mac"), [(0x0002, 20), (0x003B, 32)])
@pytest.mark.parametrize("client_first", [True, False])
def test_without_encryption_what_is_said_is_read(suite: int, mac: int, client_first: bool) -> None:
    """Over the bounds of records, and also where the client is read before the server's choice is known."""
    first, second = b"fluffy ", b"tail\r\n"
    said = agreed(suite)
    said = [*said, (">", in_clear(mac, first, second)), ("<", in_clear(mac, b"fluffy tail!\r\n"))]
    heard = hear(said, in_turn=not client_first)
    assert [found.layers for found in heard.client.sightings] == [("TLS without encryption",)]
    assert heard.problems == ["a cipher suite without encryption"] * 2
    assert (heard.protected, heard.troubles) == (False, set())


def test_real_tls_without_encryption_is_read(stage: Stage) -> None:
    stage.only(ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0")
    said = shaken(stage.accepting, stage.asking)
    assert any(SECRET in part for _, part in said)
    heard = hear(said)
    assert (heard.protected, heard.troubles) == (False, set())
    assert heard.kinds == "TLS 1.2"


def test_tls_1_3_without_encryption_is_read() -> None:
    """RFC 9150: each record says in its last byte what it holds."""
    asks = (">", record(22, message(1, client(suites=b"\xc0\xb4"))))
    picks = ("<", record(22, message(2, server(0xC0B4, *TLS_1_3))))
    mac = b"\xee" * 32
    said = [asks, picks, (">", record(23, b"fluffy \x17" + mac) + record(23, b"tail\r\n\x17\0\0" + mac))]
    heard = hear(said)
    assert [found.layers for found in heard.client.sightings] == [("TLS without encryption",)]


# ---- what is in clear of the handshake


def test_what_a_handshake_says_is_searched_over_the_bounds_of_records() -> None:
    hello = message(1, client(extension(0, vector(2, b"\0" + vector(2, SECRET)))))
    cut = hello.index(SECRET) + 3
    heard = hear([(">", record(22, hello[:cut], b"\3\1") + record(22, hello[cut:], b"\3\1"))])
    (found,) = heard.client.sightings
    assert (found.layers, found.matched, found.place.frame) == (("TLS handshake",), SECRET, 3)
    assert not heard.troubles


# ---- what is missing


def test_what_is_missing_inside_of_a_record_does_not_lose_the_beat() -> None:
    body = data(300)
    said = [*agreed(), (">", body[:50]), (">", body[50:200]), (">", body[200:] + data(40)), ("<", data(40))]
    heard = hear(said, lost=[3])
    assert not heard.protected
    assert len(heard.problems) == 1
    assert heard.problems[0].startswith("TLS with bytes missing at byte")
    side = tls_of(heard.client)
    assert side
    assert [each.length for each in side.data.first] == [300, 40]


def test_what_is_missing_with_the_head_of_a_record_loses_it() -> None:
    body = data(300, 300)
    said = [*agreed(), (">", body[:50]), (">", body[50:400]), (">", body[400:]), ("<", data(40))]
    heard = hear(said, lost=[3])
    assert not heard.protected
    assert heard.client.read["opaque"] == len(body) - 400
    assert heard.troubles == {"TLS with bytes missing"}


@given(st.integers(0, 200), st.integers(1, 400))
def test_a_gap_anywhere_is_not_protected(begins: int, length: int) -> None:
    sent = agreed()[0][1] + data(100, 100)
    parts = [(">", sent[:begins]), (">", sent[begins : begins + length]), (">", sent[begins + length :]), agreed()[1]]
    heard = hear([part for part in parts if part[1]], lost=[bool(begins)])
    assert not heard.protected
    assert heard.troubles


# ---- long streams


def test_many_records_are_counted_as_one_by_one() -> None:
    lengths = [*range(20, 150), *[16401] * 30, 25]
    sent = data(*lengths)
    whole = hear([*agreed(), (">", sent)])
    pieces = hear([*agreed(), (">", sent)], cuts=range(0, len(sent), 1449))
    assert whole.outcome == pieces.outcome
    assert whole.protected
    side = tls_of(whole.client)
    assert side
    found = side.data
    assert (found.number, found.held(0), found.last and found.last.length) == (len(lengths), sum(lengths), 25)
    assert found.held(24) == sum(max(length - 24, 0) for length in lengths)


@pytest.mark.parametrize(
    ("sent", "told"),
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
def test_skipping_stops_where_something_else_begins(sent: bytes, told: tuple[int, int, int, int]) -> None:
    assert skip_records(sent, 0, len(sent)) == told


def long_side(size: int, total: int) -> Callable[[], Heard]:
    """Somebody who reads many records of a size."""
    block = data(size) * ((1 << 20) // (size + 5) + 1)
    findings = Findings(hear([]).client.search, READERS, conversation=Conversation())
    reader = TlsReader(findings, ())
    hello = HELLOS[0][1] + CHANGE_CIPHER_SPEC + FINISHED
    reader.feed(hello, Origin.of_frame(1, 54, len(hello)))
    origin = Origin.of_frame(2, 54, len(block))

    def read() -> Heard:
        for _ in range(total // len(block)):
            reader.feed(block, origin)
        reader.close()
        return Heard(findings, findings)

    return read


def test_long_records_cost_next_to_nothing() -> None:
    """200 MB in records of 16 KB took 20 ms; ten times that is let pass, for other things go on meanwhile."""
    read = long_side(16401, 200_000_000)
    began = time.process_time()
    heard = read()
    assert time.process_time() - began < 0.2
    assert heard.client.read["TLS application data"] > 190_000_000
