"""All of it together: files, servers, whose signature is whose, and the exit code."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import NOW, authority, server
from lab.certificates.serving import listening, serving
from overheard.certificates.errors import CertificateError
from overheard.certificates.fetch import Address, usual_roots
from overheard.certificates.look import look_at_file, look_at_server
from overheard.certificates.question import Question, Roots, content, roots

LEAF = server(ISSUING)
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def trusted(tmp_path: Path) -> Roots:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    return roots(tmp_path / "root.pem")


def at(port: int) -> Address:
    return Address(f"https://localhost:{port}/", "localhost", port)


def signers(data: bytes, question: Question) -> list[str]:
    return [one.signed_by for one in look_at_file(data, "it", question).certificates]


def test_who_signed_whom_is_said_as_far_as_signatures_prove_it(trusted: Roots) -> None:
    impostor = authority("an issuing CA", ROOT)
    of_issuing, of_root = '"an issuing CA"', '"a root"'
    assert signers(LEAF.pem + ISSUING.pem + ROOT.pem, Question()) == [
        f"certificate 2, {of_issuing}: the signature holds",
        f"certificate 3, {of_root}: the signature holds",
        "itself",
    ]
    assert signers(ISSUING.pem + ROOT.pem, Question(trusted=trusted))[1] == "itself, and trusted"
    assert signers(ISSUING.pem, Question(trusted=trusted)) == [f"{of_root}, which is trusted: the signature holds"]
    assert signers(ISSUING.pem, Question()) == [f"{of_root}, which is not here"]
    assert signers(LEAF.pem + impostor.pem, Question())[0] == (
        f"nobody here: certificate 2 is named {of_issuing}, but its key did not sign this"
    )


def test_a_file_is_judged_by_what_was_asked_and_the_rest_is_said(trusted: Roots) -> None:
    plain = look_at_file(LEAF.pem, "it", Question())
    assert (plain.exit_code, len(plain.unasked)) == (0, 3)
    asked = look_at_file(LEAF.pem, "it", Question(host="elsewhere", trusted=trusted, crls=()))
    assert (asked.exit_code, asked.unasked) == (1, ())
    assert [finding.row for finding in asked.wrong] == ["missing-intermediate", "wrong-host", "crl-missing"]


def test_a_good_server_is_good(trusted: Roots) -> None:
    with serving([LEAF, ISSUING]) as port:
        look = look_at_server(at(port), trusted, Question())
    assert look.exit_code == 0
    assert look.wrong == ()
    assert look.connection
    assert (look.connection.asked, look.connection.error) == (True, "")


def test_a_bad_server_is_bad_in_the_words_of_requests_and_in_ours(trusted: Roots) -> None:
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        look = look_at_server(at(port), trusted, Question())
    assert look.exit_code == 1
    assert [finding.row for finding in look.wrong] == ["expired"]
    assert look.connection
    assert look.connection.error.startswith(f"SSLError: HTTPSConnectionPool(host='localhost', port={port}): ")
    assert "certificate verify failed: certificate has expired" in look.connection.error


def test_at_another_time_requests_has_no_say(trusted: Roots) -> None:
    with serving([LEAF, ISSUING]) as port:
        look = look_at_server(at(port), trusted, Question(at=NOW + timedelta(days=40)))
    assert [finding.row for finding in look.wrong] == ["expired"]
    assert look.connection
    assert (look.connection.asked, look.connection.error) == (False, "")


def test_without_requests_the_certificates_are_judged_all_the_same(
    trusted: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a plain installation, which tells how to have it asked."""
    monkeypatch.setattr("overheard.certificates.fetch.find_spec", lambda _name: None)
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        look = look_at_server(at(port), trusted, Question())
    assert [finding.row for finding in look.wrong] == ["expired"]
    assert look.connection
    assert (look.connection.asked, look.connection.error) == (False, "")
    assert "pip install 'overheard[lab]'" in look.connection.why_not


def test_what_a_server_says_after_a_good_handshake_is_not_about_its_certificate(trusted: Roots) -> None:
    """As one of mail or of a database does."""
    with serving([LEAF, ISSUING], answer=b"* OK this is IMAP\r\n") as port:
        look = look_at_server(at(port), trusted, Question())
    assert look.connection
    assert look.connection.error.startswith("ConnectionError: ")
    assert look.exit_code == 0


def test_where_no_certificate_was_sent_there_was_nothing_to_look_at(trusted: Roots) -> None:
    with listening(lambda connection: connection.sendall(_HTTP)) as port:
        look = look_at_server(at(port), trusted, Question())
    assert look.certificates == ()
    assert look.exit_code == 2
    assert look.connection
    assert look.connection.error.startswith("SSLError: ")


def test_all_of_it_can_be_had_as_json(trusted: Roots) -> None:
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        look = look_at_server(at(port), trusted, Question())
    said = json.loads(json.dumps(look.to_json()))
    assert said["wrong"][0]["row"] == "expired"
    assert said["wrong"][0]["cause"]
    assert said["wrong"][0]["cure"]
    assert said["certificates"][0]["sentence"].startswith("From ")
    assert said["connection"]["version"] == "TLS 1.3"
    assert said["exit_code"] == 1


def test_roots_are_read_from_a_file_and_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(ROOT.pem)
    (tmp_path / "b.crt").write_bytes(ISSUING.pem + ROOT.pem)
    (tmp_path / "notes").write_text("not a certificate")
    (tmp_path / "deeper").mkdir()
    assert roots(tmp_path / "a.pem").certificates == (ROOT.certificate,)
    assert roots(tmp_path).certificates == (ROOT.certificate, ISSUING.certificate)


def test_the_roots_of_this_machine_can_be_read() -> None:
    assert len(roots(Path(usual_roots())).certificates) > 10


@pytest.mark.parametrize("name", ["nowhere", "empty", "a\0b"])
def test_roots_that_are_none_are_an_error_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CertificateError) as error:
        roots(tmp_path / name)
    assert error.value.hint


def test_of_a_file_without_an_end_no_more_is_read_than_makes_sense() -> None:
    with pytest.raises(CertificateError, match="longer than 4 MiB"):
        look_at_file(content(Path("/dev/zero")), "/dev/zero", Question())
