"""Single certificates, by the command: signed, listed, shown, revoked, renewed."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ca.csrs import csr
from lab.command.ca.certificate_files import AuthorityCommand
from overheard_ca.ledger import REASONS, Ledger
from overheard_ca.operator.folder import Folder
from overheard_ca.operator.kinds import REASONS as WORDS
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.operator.signing import new_key
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from processes import LONG

KINDS = {"ec": ec.EllipticCurvePrivateKey, "rsa": rsa.RSAPrivateKey, "ed25519": ed25519.Ed25519PrivateKey}


@pytest.fixture
def ca(tmp_path: Path) -> AuthorityCommand:
    made = AuthorityCommand(tmp_path / "ca", tmp_path)
    made.run("init")
    return made


def verified(ca: AuthorityCommand, file: str, *options: str) -> str:
    done = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", str(ca.state / "root.pem"), *options, file, file],
        cwd=ca.folder,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    return done.stdout + done.stderr


def listed(ca: AuthorityCommand, *options: str) -> list[dict[str, object]]:
    found = json.loads(ca.run("list", "--json", *options))
    # Its own certificate is there as well.
    return [each for each in found if each["requester"] == "operator"]


@pytest.mark.parametrize("kind", KINDS)
def test_sign_with_a_new_key(ca: AuthorityCommand, kind: str) -> None:
    said = ca.run("sign", "App.test", "*.app.test", "127.0.0.1", "--key-type", kind)
    made = ca.certificate("app.test")
    key_file = ca.folder / "app.test.key.pem"
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, KINDS[kind])
    assert key.public_key() == made.public_key()
    assert key_file.stat().st_mode & 0o077 == 0
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in names] == ["app.test", "*.app.test", "127.0.0.1"]
    assert f"{made.serial_number:x}" in said
    chain = ["-untrusted", "app.test.pem", "-verify_hostname", "x.app.test"]
    assert verified(ca, "app.test.pem", *chain).count(": OK") == 2


def test_sign_a_request(ca: AuthorityCommand) -> None:
    (ca.folder / "web.csr").write_bytes(csr("web.test"))
    ca.run("sign", "--csr", "web.csr", "--profile", "client")
    usage = ca.certificate("web").extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not (ca.folder / "web.key.pem").exists()


@pytest.mark.parametrize(
    ("arguments", "why", "code"),
    [
        (["outside.com"], "outside of what the issuing certificate permits", 2),
        (["not a name"], "neither a DNS name nor an IP address", 64),
        (["*.10.0.0.1"], "neither a DNS name nor an IP address", 64),
        ([], "give names, or a signing request", 64),
        (["a.test", "--csr", "x"], "give names, or a signing request", 64),
        (["--csr", "missing.csr"], "No such file", 74),
        (["--csr", "ca/root.pem"], "not a certificate signing request", 2),
        (["a.test", "--profile", "muststaple"], "needs OCSP", 64),
        (["a.test", "--key", "x.pem", "--certificate", "x.pem"], "in the same file", 64),
        (["a.test", "--key", "nowhere/x.pem"], "No such file", 74),
        (["a.test", "--days", "0"], "not a number of days", 64),
    ],
)
def test_what_is_not_signed(ca: AuthorityCommand, arguments: list[str], why: str, code: int) -> None:
    done = ca.attempt("sign", *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert why in done.stderr
    assert not list(ca.folder.glob("*.pem"))
    assert not listed(ca)


def test_no_file_is_overwritten(ca: AuthorityCommand) -> None:
    ca.run("sign", "a.test")
    before = [(ca.folder / name).read_bytes() for name in ("a.test.pem", "a.test.key.pem")]
    assert ca.attempt("sign", "a.test").returncode == 64
    assert [(ca.folder / name).read_bytes() for name in ("a.test.pem", "a.test.key.pem")] == before
    assert len(listed(ca)) == 1


def test_what_was_refused_is_listed(ca: AuthorityCommand) -> None:
    assert "nothing was refused" in ca.run("list", "--refused")
    ca.attempt("sign", "outside.com")
    (refused,) = json.loads(ca.run("list", "--refused", "--json"))
    assert (refused["requester"], refused["names"], refused["code"]) == (
        "operator",
        ["outside.com"],
        "name-not-permitted",
    )
    assert "outside.com" in ca.run("list", "--refused")


def issue(ca: AuthorityCommand, name: str, *, born: timedelta, life: timedelta) -> x509.Certificate:
    """A certificate from back then, which the command itself would not make."""
    issuance = Folder(ca.state, ca.state.with_name("ca.passphrase")).open()
    key = new_key(KeyKind.EC)
    asked = CheckedRequest(key.public_key(), (name,))
    now = datetime.now(UTC) + born
    with issuance.ledger.transaction() as entry:
        leaf = type(issuance)(issuance.authority, issuance.ledger, frozenset(), life).issue(
            entry, "operator", asked, Profile.SERVER, now
        )
    (ca.folder / f"{name}.pem").write_bytes(issuance.authority.chain(leaf))
    return leaf


def test_list(ca: AuthorityCommand) -> None:
    # The issuing certificate is as old as the test, so that no certificate can be older.
    issue(ca, "soon.test", born=timedelta(), life=timedelta(days=2))
    issue(ca, "later.test", born=timedelta(), life=timedelta(days=20))
    issue(ca, "gone.test", born=timedelta(), life=-timedelta(seconds=30))
    names = [[each["names"] for each in listed(ca, *options)] for options in ([], ["--all"], ["--expiring", "3"])]
    assert names == [
        [["soon.test"], ["later.test"]],
        [["soon.test"], ["later.test"], ["gone.test"]],
        [["soon.test"]],
    ]
    assert [each["state"] for each in listed(ca, "--all")] == ["valid", "valid", "expired"]
    narrow = ca.run("list", COLUMNS="40")
    assert all(len(line) <= 120 for line in narrow.splitlines())


def test_show_in_words_and_by_any_handle(ca: AuthorityCommand) -> None:
    ca.run("sign", "a.test")
    serial = f"{ca.certificate('a.test').serial_number:x}"
    colons = ":".join(serial.zfill(40)[at : at + 2] for at in range(0, 40, 2))
    for what in ("a.test", "a.test.pem", serial, serial[:8], serial.upper(), colons):
        said = ca.run("show", what)
        assert 'I am "a.test"' in said, what
        assert "Nothing wrong was found" in said
    assert ca.run("show", "a.test", "--pem") == (ca.folder / "a.test.pem").read_text()
    about = json.loads(ca.run("show", "a.test", "--json"))
    assert (about["record"]["state"], about["exit_code"]) == ("valid", 0)


@pytest.mark.parametrize("what", ["b.test", "abcdef0123", "12", "", "ca/root.pem", "ca/root.key.pem"])
def test_what_was_never_issued(ca: AuthorityCommand, what: str) -> None:
    for action in ("show", "revoke"):
        done = ca.attempt(action, what)
        assert done.returncode in (2, 64)
        assert "issued no certificate" in done.stderr or "is not a certificate" in done.stderr


def test_revoke(ca: AuthorityCommand) -> None:
    ca.run("sign", "a.test")
    ca.run("sign", "b.test")
    said = ca.run("revoke", "a.test.pem", "--reason", "keyCompromise")
    assert "overheard ca crl" in said, "nobody publishes it"
    shown = ca.attempt("show", "a.test")
    assert shown.returncode == 1
    assert "by operator: keyCompromise" in shown.stdout
    assert "Nothing wrong" not in shown.stdout
    assert "was revoked before" in ca.run("revoke", "a.test.pem")
    ca.run("crl", "-o", "list.pem")
    checking = ["-crl_check", "-CRLfile", "list.pem", "-untrusted"]
    assert "certificate revoked" in verified(ca, "a.test.pem", *checking, "a.test.pem")
    assert "certificate revoked" not in verified(ca, "b.test.pem", *checking, "b.test.pem")
    whole = [word.replace("crl_check", "crl_check_all") for word in checking]
    assert verified(ca, "b.test.pem", *whole, "b.test.pem").endswith(": OK\n"), "the list of the root is there, too"
    states = {str(each["names"]): each["state"] for each in listed(ca)}
    assert states == {"['a.test']": "revoked", "['b.test']": "valid"}


def test_a_name_is_the_newest_certificate_that_counts(ca: AuthorityCommand) -> None:
    ca.run("sign", "a.test")
    ca.run("sign", "a.test", "--certificate", "2.pem", "--key", "2.key.pem")
    ca.run("revoke", "a.test")
    second, first = (
        Ledger(ca.state / "ledger.sqlite").issued(ca.certificate(name).serial_number) for name in ("2", "a.test")
    )
    assert second
    assert second.revoked
    assert first
    assert not first.revoked
    ca.run("revoke", "a.test")
    assert "valid" not in [each["state"] for each in listed(ca)]


def test_the_reasons_are_those_of_the_record() -> None:
    assert {x509.ReasonFlags(word) for word in WORDS} == REASONS


def test_renew_what_is_due(ca: AuthorityCommand) -> None:
    ca.run("sign", "a.test", "--days", "2")
    before = ca.certificate("a.test")
    assert "not due before" in ca.run("renew", "a.test.pem")
    assert ca.certificate("a.test") == before
    assert "renewed, valid until" in ca.run("renew", "--now", "a.test.pem")
    after = ca.certificate("a.test")
    assert after.serial_number != before.serial_number
    assert after.public_key() == before.public_key()
    lives = [one.not_valid_after_utc - one.not_valid_before_utc for one in (before, after)]
    assert lives[0] == lives[1]
    # Of this one, two thirds are over: clocks are allowed to be five minutes slow.
    issue(ca, "due.test", born=timedelta(), life=timedelta(seconds=60))
    assert "renewed" in ca.run("renew", "due.test.pem", "--days", "9")
    assert ca.certificate("due.test").not_valid_after_utc > datetime.now(UTC) + timedelta(days=8)


@pytest.mark.parametrize("profile", sorted(set(Profile) - {Profile.MUST_STAPLE, Profile.LOGGED}))
def test_renewed_by_the_same_profile(ca: AuthorityCommand, profile: str) -> None:
    ca.run("sign", "a.test", "--profile", profile)
    before = ca.certificate("a.test")
    ca.run("renew", "--now", "a.test.pem")
    uses = [
        list(one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        for one in (before, ca.certificate("a.test"))
    ]
    assert uses[0] == uses[1]


def test_what_is_not_renewed_stays_as_it_is(ca: AuthorityCommand) -> None:
    for name in ("a", "b"):
        ca.run("sign", f"{name}.test")
    ca.run("revoke", "a.test")
    before = (ca.folder / "a.test.pem").read_bytes()
    done = ca.attempt("renew", "--now", "a.test.pem", "missing.pem", "ca/root.pem", "b.test.pem")
    assert done.returncode == 2
    for why in ("was revoked on", "No such file", "issued no certificate"):
        assert why in done.stderr
    assert (ca.folder / "a.test.pem").read_bytes() == before
    assert "b.test.pem: renewed" in done.stdout


def test_must_staple_is_renewed_as_that(tmp_path: Path) -> None:
    ca = AuthorityCommand(tmp_path / "ca", tmp_path)
    ca.run("init", "--status-url", "http://localhost:8080")
    ca.run("sign", "a.test", "--profile", "muststaple")
    ca.run("renew", "--now", "a.test.pem")
    feature = ca.certificate("a.test").extensions.get_extension_for_class(x509.TLSFeature).value
    assert list(feature) == [x509.TLSFeatureType.status_request]


def test_logged_is_renewed_as_that_and_backed_up_with_its_log(tmp_path: Path) -> None:
    ca = AuthorityCommand(tmp_path / "ca", tmp_path)
    ca.run("init", "--log", "on")
    ca.run("sign", "a.test", "--profile", "logged")
    ca.run("renew", "--now", "a.test.pem")
    stamps = x509.PrecertificateSignedCertificateTimestamps
    assert len(list(ca.certificate("a.test").extensions.get_extension_for_class(stamps).value)) == 1
    ca.run("backup", "ca.tar.gz")
    restored = AuthorityCommand(tmp_path / "new", tmp_path)
    restored.run("restore", "ca.tar.gz")
    (tmp_path / "new.passphrase").write_bytes((tmp_path / "ca.passphrase").read_bytes())
    restored.run("sign", "b.test", "--profile", "logged")
    for state in (ca.state, restored.state):
        assert (state / "log.key.pem").stat().st_mode & 0o077 == 0
