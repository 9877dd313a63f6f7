"""Documents of every kind that were changed at random: nothing raises, warns, or gets to a terminal as it is.

`make fuzz ARGS=show` does the same for ten minutes. What it has found is here, as kinds.
"""

from __future__ import annotations

import io
import json
import random
import time

import pytest
from rich.console import Console

from lab.certificates import der
from lab.certificates.mutations import changed
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question
from overheard.report.certificate import certificates
from rows import for_each

_EVIL = "\x1b[31m\r\n::error::x\u202e\x9b2J\u2028\0"


def shown(data: bytes) -> str:
    """What is printed, in text and JSON; or the error."""
    try:
        examination = examine_file(data, "it", Question(host="localhost"))
    except CertificateError as error:
        return str(error)
    out = io.StringIO()
    Console(file=out, width=200).print(certificates(examination), soft_wrap=True)
    return out.getvalue() + json.dumps(examination.to_json())


@for_each(seed=range(60))
def test_a_document_that_was_changed_is_shown_or_is_an_error(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  (changes, not keys)
    for _ in range(4):
        said = shown(changed(draw)[1])
        assert all(letter.isprintable() or letter == "\n" for letter in said)


FOUND = {
    "bytes after a certificate": der.leaf().der + b"\x30\x82",
    "huge version": der.leaf(version=der.tlv(0xA0, der.integer(1 << 400))).der,
    "long identifier": der.leaf(der.extension("1.2." + "9" * 250, b"")).der,
    "identifier beyond decimal": der.leaf(der.seq(der.tlv(6, b"\xff" * 5000 + b"\1"), der.octets(b""))).der,
    "large serial number": der.leaf(serial=der.integer(1 << 100_000)).der,
    "empty algorithm": der.leaf(algorithm=der.seq()).der,
    "empty key": der.leaf(public_key=der.seq(der.seq(der.oid("1.2.840.113549.1.1.1")), der.bit_string(b""))).der,
    "key without a curve": der.leaf(
        public_key=der.seq(der.seq(der.oid("1.2.840.10045.2.1")), der.bit_string(b"\4"))
    ).der,
    "year 0000": der.leaf(begins=der.tlv(0x18, b"00000101000000Z")).der,
    "offset before the first year": der.leaf(begins=der.tlv(0x18, b"00010101000000+2359")).der,
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_is_shown(name: str) -> None:
    assert "I am" in shown(FOUND[name])


BIG = {
    "extensions": der.leaf(extensions=[der.extension("1.2.3", b"")] * 10_000).der,
    "names": der.leaf(der.alternative(*[der.dns(f"{at}.test") for at in range(20_000)])).der,
    "roots of one name": b"".join(der.root().der for _ in range(20)) * 30,
    "sets of attributes": der.leaf(subject=der.seq(*[der.rdn(der.attribute("x"))] * 20_000)).der,
    "beginnings": b"-----BEGIN A-----\n" * 20_000,
    "lengths": b"\x30\x80" * 500_000,
    "modulus": der.root(
        public_key=der.seq(
            der.seq(der.oid("1.2.840.113549.1.1.1"), b"\5\0"),
            der.bit_string(der.seq(der.integer((1 << 2_000_000) + 1), der.integer(65537))),
        )
    ).der,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BIG)
def test_much_of_the_same_takes_time_in_proportion(name: str) -> None:
    begin = time.process_time()
    shown(BIG[name])
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    "evil",
    [
        der.leaf(subject=der.name(_EVIL)),
        der.leaf(issuer=der.name(_EVIL)),
        der.leaf(subject=der.seq(der.rdn(der.attribute(_EVIL, "1.2.3"), der.attribute(_EVIL, "2.5.4.10")))),
        der.leaf(
            der.alternative(der.dns(_EVIL.encode()), der.tlv(0x86, _EVIL.encode()), der.tlv(0x81, _EVIL.encode()))
        ),
        der.leaf(der.extension("2.16.840.1.113730.1.13", der.tlv(0x0C, _EVIL.encode()))),
        der.leaf(der.extension("2.5.29.16", der.seq(der.tlv(0x80, _EVIL.encode())))),
        der.leaf(ends=der.tlv(0x17, _EVIL.encode())),
    ],
)
def test_what_a_certificate_says_does_not_get_to_the_terminal_as_it_is(evil: der.Written) -> None:
    said = shown(evil.der)
    assert "x1b[31m" in said
    assert all(letter.isprintable() or letter == "\n" for letter in said)
    assert not any(line.lstrip().startswith(("::", "##")) for line in said.splitlines())


@pytest.mark.parametrize("command", ["##[error]x", "##vso[task.x]y", "###[group]"])
def test_what_ci_services_obey_anywhere_in_a_line_is_broken_up(command: str) -> None:
    assert "##" not in shown(der.leaf(subject=der.name(command)).der).replace("\\\\", "\\")
