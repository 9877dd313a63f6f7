"""The findings for odd certificates are those of a real handshake with the OpenSSL of this Python, strict and not."""

from __future__ import annotations

import pytest

from lab.certificates import der
from lab.certificates.der import NOW
from lab.certificates.handshakes import parsed, refused
from lab.certificates.odd import CHAINS, EXTENSIONS
from lab.certificates.odd_chain import Chain
from overheard.certificates.openssl import unread
from overheard.certificates.read import read
from overheard.certificates.rules.check import case, remarks, wrong
from rows import for_each

# Faults that OpenSSL takes, and that are told as wrong all the same: what the extension says is unknown.
_TAKEN = {"extension-unreadable-elsewhere", "extension-repeated-elsewhere"}


def found(chain: Chain, *, strict: bool) -> set[str]:
    sent, roots = parsed(chain)
    rows = {finding.row for finding in wrong(case(sent, chain.host, NOW, roots), strict=strict)} - _TAKEN
    return rows | {"certificate-unreadable"} if unread(sent) else rows


@for_each(strict=[False, True], name=CHAINS)
def test_a_chain_has_findings_if_openssl_refuses_it(name: str, strict: bool) -> None:
    assert bool(found(CHAINS[name], strict=strict)) is refused(CHAINS[name], strict=strict)


@for_each(
    kind=[kind for kind in EXTENSIONS if not kind.startswith("1.3")],
    words=["that is cut off", "of the root that is cut off", "twice"],
)
def test_what_cannot_be_read_is_always_told(kind: str, words: str) -> None:
    chain = CHAINS[f"{kind} {words}"]
    sent, roots = parsed(chain)
    assert wrong(case(sent, chain.host, NOW, roots), strict=False)


def test_what_cannot_be_read_is_told_of_certificates_that_are_not_needed() -> None:
    other = der.leaf(der.extension("2.5.29.37", b"\x30\x03\x01"), subject=der.name("another"))
    sent = [read(one.der, "it").certificates[0] for one in (CHAINS["good"].sent[0], other)]
    roots = parsed(CHAINS["good"])[1]
    (found_here,) = wrong(case(sent, "localhost", NOW, roots), strict=False)
    assert found_here.row == "extension-unreadable-elsewhere"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("explicit FALSE", "not-der"),
        ("BOOLEAN of 01", "not-der"),
        ("indefinite length", "not-der"),
        ("string in pieces", "not-der"),
        ("bytes after a value", "not-der"),
        ("SET not in order", "not-der"),
        ("unused bits", "not-der"),
        ("set without attributes", "name-odd"),
        ("attribute twice", "name-odd"),
        ("Latin-1 in T61String", "name-odd"),
        ("issuer in other letters", "issuer-spelled-otherwise"),
        ("serial number below zero", "serial-negative"),
        ("version 4", "version-unknown"),
        ("address of three octets", "name-never-matches"),
        ("ipAddrBlocks of the root that is cut off", "resources-unchecked"),
        ("critical ipAddrBlocks", "resources-unchecked"),
        ("no authorityKeyIdentifier", "strict-no-authority-key-identifier"),
    ],
)
def test_what_others_refuse_is_a_remark(name: str, row: str) -> None:
    sent, roots = parsed(CHAINS[name])
    checked = case(sent, CHAINS[name].host, NOW, roots)
    assert row in {finding.row for finding in remarks(checked, strict=False)}


@pytest.mark.parametrize("name", ["good", "good with an intermediate", "old root and its renewal", "long name"])
def test_a_good_chain_has_no_remarks(name: str) -> None:
    sent, roots = parsed(CHAINS[name])
    assert remarks(case(sent, CHAINS[name].host, NOW, roots), strict=False) == []
