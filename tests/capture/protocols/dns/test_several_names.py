"""What names of hosts say together is put aside by the domain that they are below."""

from __future__ import annotations

import base64

from capture.message_sink import Sink
from capture.talk import SEARCH
from overheard_capture.content.findings import Findings
from overheard_capture.decoders.message_pieces import Domain, Names, Numbered
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.packets import Numbers
from overheard_capture.protocols.dns.several_names import add_text, add_words
from overheard_capture.provenance.origin import Origin


def put_aside(name: bytes) -> list[tuple[bytes, object]]:
    sink = Sink()
    add_words(Findings(SEARCH, READERS, messages=sink), (), name.split(b"."), Origin.of_frame(1, 0, len(name)))
    return [(piece, part) for piece, *_, part in sink.pieces]


def test_words() -> None:
    words = (b"squirrel the oak", Domain(b"example.com", has_words=True))
    assert words in put_aside(b"squirrel-the.oak.server.example.com")
    assert put_aside(b"www.example.com") == []


def test_codes() -> None:
    coded = base64.b32encode(b"squir").lower()
    assert (b"squir", Numbers("DNS labels in base32 below example.com", is_random=False)) in put_aside(
        coded + b".example.com"
    )


def test_below_a_search_domain_is_another_domain() -> None:
    found = put_aside(b"www.squirrel.com.default.svc.cluster.local")
    assert not any(isinstance(part, Domain) for _, part in found)


def in_text(text: bytes, owner: bytes = b"www") -> list[tuple[bytes, object]]:
    sink = Sink()
    add_text(Findings(SEARCH, READERS, messages=sink), (), text, Origin.of_frame(1, 0, len(text)), owner)
    return [(piece, part) for piece, *_, part in sink.pieces]


def test_names_and_addresses_in_policies() -> None:
    names = Names(b"example.com", 3)
    assert in_text(b"v=spf1 include:lf.example.com a -all") == [(b"lf", names)]
    assert in_text(b"v=DMARC1; p=none; rua=mailto:lf@example.com,mailto:fu@example.com") == [
        (b"lf", names),
        (b"fu", names),
    ]
    assert in_text(b"v=spf1 exists:lffu -all") == [(b"lffu", Names(b".", 3))]
    assert [piece for piece, _ in in_text(b"v=spf1 ip4:108.102.102.117 ip6:2001:db8::1 ip4:1.2.3")] == [
        b"lffu",
        bytes.fromhex("20010db8000000000000000000000001"),
    ]


def test_texts_are_numbered_by_the_name_that_has_them() -> None:
    assert in_text(b"lffu", b"part7") == [(b"lffu", Numbered("text by name", 7))]
    assert in_text(b"lffu") == []
