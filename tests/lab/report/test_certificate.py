"""Certificates for people: one line per fact, and findings with cause and cure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from lab.certificates import der
from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import NOW, server
from overheard.certificates.examine import Connection, Examination, examine_file
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read
from overheard.report.certificate import certificates
from overheard.words.gallery import at

LEAF = server(ISSUING)
GOOD = Connection("TLS 1.3", "TLS_AES_256_GCM_SHA384", "root.pem", asked=True, error="", rows=())
_LONG = "SSLError: " + "a word " * 40


def said(examination: Examination) -> str:
    console = Console(width=80, highlight=False)
    with console.capture() as capture:
        console.print(certificates(examination), soft_wrap=True)
    return capture.get()


def test_every_fact_has_a_line() -> None:
    lines = said(examine_file(LEAF.key_pem + LEAF.pem + ISSUING.pem, "some.pem", Question())).splitlines()
    assert lines[0] == "some.pem: 2 certificates"
    assert lines[2].startswith("1  From ")
    assert lines[2].endswith('I am "a server" according to "an issuing CA".')
    assert lines[3] == '   signed by    certificate 2, "an issuing CA": the signature holds'
    for line in (
        "   names        DNS localhost, IP 127.0.0.1",
        "   key          EC P-256, to sign, encrypt keys, for servers",
        "   extension    basicConstraints, critical: not a CA",
        "   extension    extKeyUsage: for servers",
        "A private key",
        "   belongs      to certificate 1",
        "Nothing wrong was found",
        "  not checked: whether it is valid for the right host: --host NAME",
    ):
        assert line in lines
    assert sum("   SHA-256      " in line for line in lines) == 2


def test_what_others_refuse_follows_with_who_does() -> None:
    lines = said(examine_file(der.leaf(serial=der.tlv(2, b"\x85")).der, "it", Question())).splitlines()
    begin = lines.index("What not every program accepts")
    assert lines[begin + 1].startswith("  serial-negative: ")
    assert any(line.startswith("   refused by   Go") for line in lines[begin:])
    assert any(line.startswith("   accepted by  OpenSSL") for line in lines[begin:])
    assert "Nothing wrong was found" not in lines


def test_odd_roots_that_have_nothing_to_do_with_it_are_a_notice() -> None:
    odd = der.root(number=5, subject=der.name(b"caf\xe9", 0x14))
    trusted = Roots(Path("ca.pem"), read(der.root().der + odd.der, "it").certificates)
    text = said(examine_file(der.leaf().der, "it", Question(trusted=trusted)))
    assert "Nothing wrong with the certificates; with those that are trusted, other programs may have trouble" in text
    assert "in ca.pem, the subject of" in text


def test_of_very_many_certificates_the_first_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard.report.certificate._MOST", 2)
    assert "\nand 1 more, which --json shows\n" in said(
        examine_file(LEAF.pem + ISSUING.pem + ROOT.pem, "it", Question())
    )


def test_findings_are_shown_with_cause_and_cure() -> None:
    lines = said(examine_file(LEAF.pem, "it", Question(host="elsewhere"))).splitlines()
    row = at("wrong-host")
    awaited = [
        "What is wrong",
        f"  wrong-host: {row.wrong}",
        "   here         asked for elsewhere, it is for DNS localhost, IP 127.0.0.1",
        f"   cause        {row.cause}",
        f"   cure         {row.cure}",
    ]
    assert lines[lines.index("What is wrong") :][:5] == awaited


def test_the_connection_is_described(tmp_path: Path) -> None:
    examination = replace(examine_file(LEAF.pem, "it", Question(at=NOW)), connection=GOOD)
    assert "   speaks       TLS 1.3, TLS_AES_256_GCM_SHA384" in said(examination)
    assert "   requests     raises no error" in said(examination)
    assert f"   trusts       {tmp_path}" in said(replace(examination, connection=replace(GOOD, trusting=str(tmp_path))))
    unasked = replace(GOOD, asked=False, why_not="nobody is there")
    assert "was not asked: nobody is there" in said(replace(examination, connection=unasked))


def test_an_error_of_any_length_has_its_own_line() -> None:
    examination = replace(examine_file(LEAF.pem, "it", Question()), connection=replace(GOOD, error=_LONG))
    assert f"   requests     {_LONG}" in said(examination).splitlines()
    assert "   gallery      has no row for this error" in said(examination)
    assert "  see the error above" in said(examination)


def test_without_a_certificate_the_error_leads_to_the_row() -> None:
    connection = replace(GOOD, error="SSLError: wrong version number", rows=("tls-on-http-port",))
    text = said(Examination("https://localhost:5683/", (), (), connection=connection))
    assert text.startswith("https://localhost:5683/: no certificates\n")
    assert f"  tls-on-http-port: {at('tls-on-http-port').wrong}" in text
    assert at("tls-on-http-port").cure in text


@pytest.mark.parametrize("name", ["[bold]x[/bold]", "[red"])
def test_brackets_in_names_are_not_markup(name: str) -> None:
    assert f'I am "{name}"' in said(examine_file(server(ROOT, common_name=name).pem, "it", Question()))
