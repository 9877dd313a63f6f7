"""The whole examination: files, servers, signers, and the exit code."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from lab.certificates import der
from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import NOW, authority, server
from lab.certificates.serving import listening, serving
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file, examine_server
from overheard.certificates.fetch import Address, usual_roots
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
    return [one.signed_by for one in examine_file(data, "it", question).certificates]


def test_signers_are_named_only_if_a_signature_proves_them(trusted: Roots) -> None:
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
        f"none of these: certificate 2 is named {of_issuing}, but its key did not sign this"
    )


def test_a_file_is_checked_for_what_was_asked_and_the_rest_is_listed(trusted: Roots) -> None:
    plain = examine_file(LEAF.pem, "it", Question())
    assert (plain.exit_code, len(plain.unasked)) == (0, 3)
    asked = examine_file(LEAF.pem, "it", Question(host="elsewhere", trusted=trusted, crls=()))
    assert (asked.exit_code, asked.unasked) == (1, ())
    assert [finding.row for finding in asked.wrong] == ["missing-intermediate", "wrong-host", "crl-missing"]


def test_a_root_that_openssl_cannot_read_is_told(tmp_path: Path) -> None:
    """One of those that are needed: others in the file are of no concern."""
    odd = der.root(serial=der.tlv(2, b"\0\0\5"))
    for name, pem in (("odd", odd.pem), ("both", ROOT.pem + odd.pem)):
        (tmp_path / name).write_bytes(pem)
    (found,) = examine_file(der.leaf().pem, "it", Question(trusted=roots(tmp_path / "odd"))).wrong
    assert (found.row, found.detail.split(",")[0]) == ("certificate-unreadable", 'OpenSSL cannot read "a root"')
    assert examine_file(LEAF.pem + ISSUING.pem, "it", Question(trusted=roots(tmp_path / "both"))).wrong == ()


def test_a_correct_server_has_no_findings(trusted: Roots) -> None:
    with serving([LEAF, ISSUING]) as port:
        examination = examine_server(at(port), trusted, Question())
    assert examination.exit_code == 0
    assert examination.wrong == ()
    assert examination.connection
    assert (examination.connection.asked, examination.connection.error) == (True, "")


def test_a_faulty_server_has_findings_and_the_error_of_requests(trusted: Roots) -> None:
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        examination = examine_server(at(port), trusted, Question())
    assert examination.exit_code == 1
    assert [finding.row for finding in examination.wrong] == ["expired"]
    assert examination.connection
    assert examination.connection.error.startswith(f"SSLError: HTTPSConnectionPool(host='localhost', port={port}): ")
    assert "certificate verify failed: certificate has expired" in examination.connection.error


def test_for_another_time_requests_is_not_tried(trusted: Roots) -> None:
    with serving([LEAF, ISSUING]) as port:
        examination = examine_server(at(port), trusted, Question(at=NOW + timedelta(days=40)))
    assert [finding.row for finding in examination.wrong] == ["expired"]
    assert examination.connection
    assert (examination.connection.asked, examination.connection.error) == (False, "")


def test_without_requests_the_certificates_are_still_checked(trusted: Roots, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a plain installation, where the output says how to install it."""
    monkeypatch.setattr("overheard.certificates.fetch.find_spec", lambda _name: None)
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        examination = examine_server(at(port), trusted, Question())
    assert [finding.row for finding in examination.wrong] == ["expired"]
    assert examination.connection
    assert (examination.connection.asked, examination.connection.error) == (False, "")
    assert "pip install 'overheard[lab]'" in examination.connection.why_not


def test_an_error_after_the_handshake_is_not_about_the_certificate(trusted: Roots) -> None:
    """Mail servers and databases send such errors."""
    with serving([LEAF, ISSUING], answer=b"* OK this is IMAP\r\n") as port:
        examination = examine_server(at(port), trusted, Question())
    assert examination.connection
    assert examination.connection.error.startswith("ConnectionError: ")
    assert examination.exit_code == 0


def test_without_a_certificate_there_is_nothing_to_check(trusted: Roots) -> None:
    with listening(lambda connection: connection.sendall(_HTTP)) as port:
        examination = examine_server(at(port), trusted, Question())
    assert examination.certificates == ()
    assert examination.exit_code == 2
    assert examination.connection
    assert examination.connection.error.startswith("SSLError: ")


def test_everything_is_available_as_json(trusted: Roots) -> None:
    with serving([server(ISSUING, days=(-9, -1)), ISSUING]) as port:
        examination = examine_server(at(port), trusted, Question())
    said = json.loads(json.dumps(examination.to_json()))
    assert said["wrong"][0]["row"] == "expired"
    assert said["wrong"][0]["cause"]
    assert said["wrong"][0]["cure"]
    assert said["certificates"][0]["sentence"].startswith("From ")
    assert said["connection"]["version"] == "TLS 1.3"
    assert said["exit_code"] == 1


def test_roots_are_read_from_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(ROOT.pem)
    (tmp_path / "b.crt").write_bytes(ISSUING.pem + ROOT.pem)
    (tmp_path / "notes").write_text("not a certificate")
    (tmp_path / "deeper").mkdir()
    assert roots(tmp_path / "a.pem").certificates == (ROOT.parsed,)
    assert roots(tmp_path).certificates == (ROOT.parsed, ISSUING.parsed)


def test_the_roots_of_this_machine_can_be_read() -> None:
    assert len(roots(Path(usual_roots())).certificates) > 10


@pytest.mark.parametrize("name", ["nowhere", "empty", "a\0b"])
def test_invalid_roots_are_an_error_without_a_traceback(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CertificateError) as error:
        roots(tmp_path / name)
    assert error.value.hint


def test_an_endless_file_is_read_up_to_a_limit() -> None:
    with pytest.raises(CertificateError, match="longer than 4 MiB"):
        examine_file(content(Path("/dev/zero")), "/dev/zero", Question())
