from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ca.csrs import KEY, PrivateKey, csr, der, forged, pem, rsa_csr
from overheard.role.names import Name
from overheard_ca.errors import RefusedError
from overheard_ca.request import CheckedRequest, check
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

YOURS: frozenset[Name] = frozenset({"server", "localhost", IPv4Address("127.0.0.1")})
ALLOWED: frozenset[Name] = YOURS | {"other.example"}
GOOD = csr("server", "127.0.0.1")
# A prime (Robinson, 1952).
MERSENNE = (1 << 2203) - 1
ELABORATE = csr(
    "server",
    x509.RFC822Name("squirrel@server"),
    common_name="server",
    extensions=[
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False),
    ],
)


def granted(body: bytes) -> CheckedRequest:
    return check(body, yours=YOURS, allowed=ALLOWED)


def refusal(body: bytes) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        granted(body)
    return caught.value


def ec_key(curve: ec.EllipticCurve) -> PrivateKey:
    return ec.generate_private_key(curve)


@pytest.mark.parametrize(
    "generate",
    [
        lambda: ec_key(ec.SECP256R1()),
        lambda: ec_key(ec.SECP384R1()),
        lambda: ec_key(ec.SECP521R1()),
        ed25519.Ed25519PrivateKey.generate,
        lambda: rsa.generate_private_key(65537, 2048),
    ],
    ids=["p-256", "p-384", "p-521", "ed25519", "rsa-2048"],
)
def test_it_takes_the_key_and_the_names(generate: Callable[[], PrivateKey]) -> None:
    key = generate()
    checked = granted(csr("server", "127.0.0.1", key=key))
    assert checked.public_key == key.public_key()
    assert checked.names == ("server", IPv4Address("127.0.0.1"))


def test_names_are_compared_without_case_and_count_once() -> None:
    assert granted(csr("SERVER", "server", "Localhost")).names == ("server", "localhost")


def test_a_common_name_among_the_names_is_accepted() -> None:
    assert granted(csr("server", common_name="Server")).names == ("server",)
    assert granted(csr("127.0.0.1", common_name="127.0.0.1")).names


def test_text_around_the_pem_is_ignored() -> None:
    assert granted(b"Certificate Request:\n" + GOOD + b"\n").names


@pytest.mark.parametrize(
    ("generate", "says"),
    [
        (lambda: rsa.generate_private_key(65537, 1024), "RSA of 1024 bits"),  # noqa: S505  # so that it is refused
        (lambda: ec_key(ec.SECP224R1()), "EC on the curve secp224r1"),
        (lambda: ec_key(ec.SECP256K1()), "EC on the curve secp256k1"),
        (lambda: ec_key(ec.BrainpoolP256R1()), "EC on the curve brainpoolP256r1"),
        (ed448.Ed448PrivateKey.generate, "of another kind"),
        (lambda: dsa.generate_private_key(2048), "of another kind"),
    ],
    ids=["rsa-1024", "p-224", "k-256", "brainpool", "ed448", "dsa"],
)
def test_it_refuses_unsupported_keys(generate: Callable[[], PrivateKey], says: str) -> None:
    refused = refusal(csr("server", key=generate()))
    assert refused.code == "key-refused"
    assert says in str(refused)


def test_it_refuses_a_key_so_large_that_checking_it_would_keep_the_ca_busy() -> None:
    assert "RSA of 16384 bits" in str(refusal(rsa_csr((1 << 16383) + 1, 65537)))


def test_it_refuses_a_small_public_exponent() -> None:
    refused = refusal(csr("server", key=rsa.generate_private_key(3, 2048)))  # so that it is refused
    assert refused.code == "key-refused"
    assert "RSA of 2048 bits with the public exponent 3: use" in str(refused)


def test_it_refuses_a_modulus_whose_factors_anybody_finds() -> None:
    refused = refusal(rsa_csr(3 * MERSENNE, 65537, pow(65537, -1, 2 * (MERSENNE - 1))))
    assert (refused.code, "that has a small factor" in str(refused)) == ("key-refused", True)


def test_it_refuses_a_modulus_that_is_prime_even_if_everything_else_is_right() -> None:
    request = rsa_csr(MERSENNE, 65537, pow(65537, -1, MERSENNE - 1))
    refused = refusal(request)
    assert (refused.code, "a modulus that is prime" in str(refused)) == ("key-refused", True)
    # An invalid signature is noticed before that takes time.
    assert refusal(forged(request)).code == "signature-broken"


def test_it_refuses_an_invalid_signature() -> None:
    assert refusal(forged(GOOD)).code == "signature-broken"


def test_it_refuses_a_request_that_was_changed_after_signing() -> None:
    raw = x509.load_pem_x509_csr(GOOD).public_bytes(serialization.Encoding.DER).replace(b"server", b"sorver")
    changed = x509.load_der_x509_csr(raw).public_bytes(serialization.Encoding.PEM)
    assert refusal(changed).code == "signature-broken"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 100,
        b"hello",
        x509.load_pem_x509_csr(GOOD).public_bytes(serialization.Encoding.DER),
        GOOD.replace(b"CERTIFICATE REQUEST", b"CERTIFICATE"),
        GOOD[: len(GOOD) // 2],
        KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["empty", "zeros", "text", "der", "certificate", "half", "key"],
)
def test_it_refuses_what_is_not_a_request(body: bytes) -> None:
    assert refusal(body).code == "not-a-csr"


def test_it_refuses_an_extension_that_the_library_cannot_read() -> None:
    unknown = x509.UnrecognizedExtension(x509.TLSFeature.oid, der(0x30, der(0x02, b"\x63")))
    assert refusal(csr("server", extensions=[(unknown, False)])).code == "not-a-csr"
    known = x509.TLSFeature([x509.TLSFeatureType.status_request])
    assert granted(csr("server", extensions=[(known, False)])).names == ("server",)


def test_it_refuses_two_requests_rather_than_ignore_the_second() -> None:
    refused = refusal(GOOD + GOOD)
    assert refused.code == "more-than-one"
    assert "2 PEM blocks" in str(refused)


@pytest.mark.parametrize("path_length", [None, 0])
def test_it_refuses_a_request_for_a_ca(path_length: int | None) -> None:
    wanted = x509.BasicConstraints(ca=True, path_length=path_length)
    assert refusal(csr("server", extensions=[(wanted, True)])).code == "asks-for-ca"


def test_a_request_with_ca_false_is_accepted() -> None:
    wanted = x509.BasicConstraints(ca=False, path_length=None)
    assert granted(csr("server", extensions=[(wanted, True)])).names


@pytest.mark.parametrize("common_name", ["", "server"])
def test_it_refuses_a_request_without_names_even_with_a_common_name(common_name: str) -> None:
    assert refusal(csr(common_name=common_name)).code == "names-missing"


def test_it_refuses_an_empty_list_of_names() -> None:
    empty = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x00")
    assert refusal(csr(extensions=[(empty, False)])).code in {"names-missing", "not-a-csr"}


@pytest.mark.parametrize(
    "name",
    [
        x509.RFC822Name("squirrel@server"),
        x509.UniformResourceIdentifier("https://server"),
        x509.DirectoryName(x509.Name([])),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"),
    ],
    ids=lambda name: type(name).__name__,
)
def test_it_refuses_names_that_are_neither_dns_nor_ip(name: x509.GeneralName) -> None:
    assert refusal(csr("server", name)).code == "name-kind"


def test_it_refuses_a_kind_of_name_that_cannot_be_parsed() -> None:
    """An x400Address, which the library cannot parse."""
    odd = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x02\xa3\x00")
    assert refusal(csr(extensions=[(odd, False)])).code == "name-kind"


@for_each(
    name=[
        *("server.evil", "evil.server", "*", "*.server", "server.", "server ", " server", "server\0", "", "sub.server"),
        *("127.0.0.2", "::1", "::ffff:127.0.0.1"),
        # An IP address as a DNS name is not an address.
        x509.DNSName("127.0.0.1"),
    ]
)
def test_it_refuses_names_that_are_not_on_the_list(name: str | x509.GeneralName) -> None:
    assert refusal(csr("server", name)).code == "name-not-allowed"


def test_it_refuses_a_name_of_another_requester() -> None:
    refused = refusal(csr("server", "other.example"))
    assert refused.code == "name-not-yours"
    assert "other.example" in str(refused)


@pytest.mark.parametrize("common_name", ["localhost", "evil", "127.0.0.1"])
def test_it_refuses_a_common_name_that_is_not_among_the_names(common_name: str) -> None:
    """Even one that the requester may have: the certificate would not be valid for it."""
    assert refusal(csr("server", common_name=common_name)).code == "common-name-alone"


def test_a_name_in_a_message_is_limited_to_one_line() -> None:
    refused = refusal(csr("server", x509.DNSName("a\n" * 1000)))
    assert "\n" not in str(refused)
    assert len(str(refused)) < 250


@given(st.data())
def test_a_damaged_request_gets_nothing_that_it_did_not_sign_and_raises_nothing(data: st.DataObject) -> None:
    raw = bytearray(x509.load_pem_x509_csr(GOOD).public_bytes(serialization.Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        checked = granted(pem(bytes(raw)))
    except RefusedError:
        return
    assert (checked.public_key, checked.names) == (KEY.public_key(), ("server", IPv4Address("127.0.0.1")))


# The library warns of some unusual subjects before they are refused.
@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.data())
def test_a_damaged_request_with_a_valid_signature_raises_nothing(data: st.DataObject) -> None:
    """The damage is signed, too, so the request is parsed to its end."""
    info = bytearray(x509.load_pem_x509_csr(ELABORATE).tbs_certrequest_bytes)
    for _ in range(data.draw(st.integers(1, 3))):
        info[data.draw(st.integers(0, len(info) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    signature = KEY.sign(bytes(info), ec.ECDSA(hashes.SHA256()))
    ecdsa_with_sha256 = der(0x30, der(0x06, bytes.fromhex("2a8648ce3d040302")))
    try:
        checked = granted(pem(der(0x30, bytes(info), ecdsa_with_sha256, der(0x03, b"\0" + signature))))
    except RefusedError:
        return
    assert set(checked.names) <= YOURS


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(body: bytes) -> None:
    assert refusal(body).status == refusal(pem(body)).status == 400
