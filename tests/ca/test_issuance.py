from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ca.csrs import KEY, csr
from overheard_ca.errors import RefusedError
from overheard_ca.issuance import Issuance
from overheard_ca.settings import Settings
from overheard_ca.start import prepare

WEIRD: list[tuple[x509.ExtensionType, bool]] = [
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True),
    (x509.KeyUsage(True, False, True, False, False, True, True, False, False), True),
    (x509.OCSPNoCheck(), False),
    (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False),
    (x509.NameConstraints([x509.DNSName("example")], None), True),
]


@pytest.fixture
def issuance(settings: Settings) -> Issuance:
    return prepare(settings)


@pytest.fixture
def token(issuance: Issuance, settings: Settings) -> str:  # noqa: ARG001  # created by the fixture that it depends on
    return (settings.handover / "server" / "token").read_text().strip()


def issuance_token(issuance: Issuance) -> str:
    """A token of another requester, for the name `server`."""
    issuance.ledger.add_token("hazel", "nut", ("server",))
    return "hazel"


def leaf(chain: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificates(chain)[0]


def test_a_valid_token_and_a_valid_request_give_a_certificate(issuance: Issuance, token: str) -> None:
    issued, issuing = x509.load_pem_x509_certificates(issuance.certify(token, lambda: csr("server", "127.0.0.1")))
    assert issued.public_key() == KEY.public_key()
    issued.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(issuance.authority.root)


def test_only_the_key_and_the_names_are_copied_from_a_request(issuance: Issuance, token: str) -> None:
    weird = leaf(issuance.certify(token, lambda: csr("server", common_name="server", extensions=WEIRD)))
    assert [extension.oid.dotted_string for extension in weird.extensions].count("1.2.3.4") == 0
    assert len(weird.extensions) == 6
    value = weird.extensions.get_extension_for_class
    assert list(value(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not value(x509.KeyUsage).value.key_cert_sign
    assert not value(x509.KeyUsage).value.key_encipherment


def test_the_token_and_not_the_request_decides_the_use_of_a_certificate(issuance: Issuance, settings: Settings) -> None:
    held = (settings.handover / "squirrel" / "token").read_text().strip()
    as_server: list[tuple[x509.ExtensionType, bool]] = [
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    ]
    issued = leaf(issuance.certify(held, lambda: csr("squirrel", extensions=as_server)))
    purposes = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert issued.subject.rfc4514_string() == "CN=squirrel"


def test_the_body_is_not_parsed_if_the_token_is_invalid(issuance: Issuance) -> None:
    def never() -> bytes:
        raise AssertionError("the body was read")

    with pytest.raises(RefusedError) as caught:
        issuance.certify("acorn", never)
    assert caught.value.code == "token-unknown"


def test_a_refused_request_leaves_the_token_valid(issuance: Issuance, token: str) -> None:
    for bad in (b"", csr("evil"), csr("other.example"), csr("server", key=rsa.generate_private_key(65537, 1024))):  # noqa: S505
        with pytest.raises(RefusedError):
            issuance.certify(token, lambda bad=bad: bad)  # type: ignore[misc]
    assert issuance.certify(token, lambda: csr("server"))


def test_a_failure_to_sign_leaves_the_token_valid_and_records_nothing(issuance: Issuance, token: str) -> None:
    with patch("overheard_ca.issuance.leaf_certificate", side_effect=MemoryError), pytest.raises(MemoryError):
        issuance.certify(token, lambda: csr("server"))
    assert issuance.certify(token, lambda: csr("server"))


def test_issued_certificates_are_in_the_ledger(issuance: Issuance, token: str) -> None:
    issued = leaf(issuance.certify(token, lambda: csr("server", "127.0.0.1")))
    with issuance.ledger.transaction() as entry:
        row = entry.execute("SELECT * FROM certificates WHERE requester = 'server'").fetchone()
    assert row[0] == f"{issued.serial_number:x}"
    assert row[2] == '["server", "127.0.0.1"]'


def test_each_refusal_is_recorded_with_who_asked_and_for_what(issuance: Issuance, token: str) -> None:
    assert issuance.certify(token, lambda: csr("server"))
    assert list(issuance.ledger.refused()) == []
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505
    odd = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x02\xa3\x00")
    held = issuance_token(issuance)
    refused = [
        ("", b"", ("", (), "token-missing")),
        ("acorn", csr("server"), ("", (), "token-unknown")),
        (token, csr("server"), ("server", (), "token-used")),
        (held, b"nonsense", ("nut", (), "not-a-csr")),
        (held, csr(extensions=[(odd, False)]), ("nut", (), "name-kind")),
        (held, csr("server", "evil", "::1"), ("nut", ("server", "evil", "::1"), "name-not-allowed")),
        (held, csr("server", key=weak), ("nut", ("server",), "key-refused")),
    ]
    for bearer, body, _ in refused:
        with pytest.raises(RefusedError):
            issuance.certify(bearer, lambda body=body: body)  # type: ignore[misc]
    found = list(issuance.ledger.refused())
    assert [(each.requester, each.names, each.code) for each in found] == [expected for *_, expected in refused]
    assert found[1].message.startswith("This CA does not know this token")
    assert abs(found[1].at - datetime.now(UTC)) < timedelta(minutes=5)


def test_of_two_concurrent_requests_with_one_token_one_is_refused(issuance: Issuance, token: str) -> None:
    def ask(_: int) -> str:
        try:
            issuance.certify(token, lambda: csr("server"))
        except RefusedError as refused:
            return refused.code
        return "issued"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(ask, range(32)))
    assert sorted(outcomes) == ["issued"] + ["token-used"] * 31


@pytest.mark.parametrize("days", [1, 7, 365])
def test_its_lifetime_is_that_of_the_settings(issuance: Issuance, token: str, days: int) -> None:
    short = Issuance(issuance.authority, issuance.ledger, issuance.allowed, timedelta(days=days))
    left = leaf(short.certify(token, lambda: csr("server"))).not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=days, minutes=-1) < left <= timedelta(days=days)


def test_the_log_has_one_line_without_the_token(
    issuance: Issuance, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="overheard_ca"):
        issued = leaf(issuance.certify(token, lambda: csr("server", "localhost")))
    (line,) = caplog.messages
    assert line.startswith(f"issued {issued.serial_number:x} to server for server, localhost until ")
    assert token not in line
