"""Every fault that a certificate chain may have, each with OpenSSL's reason for rejecting it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab.certificates.making import (
    FOR_CLIENTS,
    NO_CA,
    Made,
    alternative,
    authority,
    constraints,
    rsa_key,
    server,
    usage,
)

ROOT = authority("a root")
ISSUING = authority("an issuing CA", ROOT, path_length=0)
_STRANGER = authority("a stranger's root")
_STRANGERS_ISSUING = authority("a stranger's issuing CA", _STRANGER)
_RSA_ISSUING = authority("an issuing CA with RSA", ROOT, key=rsa_key(2048))
UNHEARD_OF = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")


@dataclass(frozen=True)
class Fault:
    """A chain for `host`, from the server's certificate up; `reason` is OpenSSL's.

    `kin` is whether the fault is only similar to that of its row, so that OpenSSL's reason differs.
    """

    row: str
    reason: str
    chain: tuple[Made, ...]
    host: str = "localhost"
    root: Made = ROOT
    kin: bool = False


def _under(issuing: Made, *different: x509.ExtensionType) -> tuple[Made, Made]:
    return server(issuing, *different), issuing


def _below_too_short_a_path() -> tuple[Made, ...]:
    between = authority("a CA too many", ISSUING)
    return server(between), between, ISSUING


_NOT_FOR_LOCALHOST = authority("a CA for others", ROOT, constraints(only=[x509.DNSName("example.test")]))
_NEVER_LOCALHOST = authority("a CA for most", ROOT, constraints(never=[x509.DNSName("localhost")]))
_OTHER_ADDRESSES = authority(
    "a CA for other addresses", ROOT, constraints(only=[x509.IPAddress(ip_network("192.0.2.0/24"))])
)
_EXPIRED_ISSUING = authority("an expired CA", ROOT, days=(-90, -1))
_NO_ISSUING = authority("no CA at all", ROOT, NO_CA)
_NO_SIGNER = authority("a CA that may not sign", ROOT, usage("digital_signature"))
_WEAK_ISSUING = authority("a weak CA", ROOT, key=rsa_key(1024))
_RSA_ROOT = authority("a root with RSA", key=rsa_key(2048))
_SHA_1_ISSUING = authority("a CA of old", _RSA_ROOT, sha1=True)
_CLIENTS_ISSUING = authority("a CA for clients", ROOT, FOR_CLIENTS)

# Its own basic constraints say so, and OpenSSL requires servers to have names.
_FOR_ANYTHING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])

FAULTS = (
    Fault("expired", "certificate has expired", (server(ISSUING, days=(-30, -1)), ISSUING)),
    Fault("expired-intermediate", "certificate has expired", _under(_EXPIRED_ISSUING)),
    Fault("not-yet-valid", "certificate is not yet valid", (server(ISSUING, days=(1, 30)), ISSUING)),
    Fault("wrong-host", "Hostname mismatch", (server(ISSUING, names=("example.test", "127.0.0.1")), ISSUING)),
    Fault("wrong-host", "IP address mismatch", (server(ISSUING, names=("192.0.2.1",)), ISSUING), "127.0.0.1", kin=True),
    Fault("name-only-in-cn", "Hostname mismatch", (server(ISSUING, names=(), common_name="localhost"), ISSUING)),
    Fault("wildcard-too-deep", "Hostname mismatch", _under(ISSUING, alternative("*.lab.test")), "a.b.lab.test"),
    Fault("ip-without-ip-san", "IP address mismatch", _under(ISSUING, alternative("127.0.0.1.test")), "127.0.0.1"),
    Fault("self-signed", "self-signed certificate", (server(None),)),
    Fault(
        "self-signed-in-chain", "self-signed certificate in certificate chain", (*_under(_STRANGERS_ISSUING), _STRANGER)
    ),
    Fault("unknown-root", "unable to get local issuer certificate", _under(_STRANGERS_ISSUING)),
    Fault("missing-intermediate", "unable to get local issuer certificate", (server(ISSUING),)),
    Fault("missing-intermediate", "unable to get local issuer certificate", (server(ISSUING), _STRANGERS_ISSUING)),
    Fault("critical-extension-unknown", "unhandled critical extension", _under(ISSUING, UNHEARD_OF)),
    Fault("intermediate-not-ca", "invalid CA certificate", _under(_NO_ISSUING)),
    Fault("intermediate-not-ca", "invalid CA certificate", _under(_NO_SIGNER)),
    Fault("path-length-exceeded", "path length constraint exceeded", _below_too_short_a_path()),
    Fault(
        "name-constraint-violated", "permitted subtree violation", _under(_NOT_FOR_LOCALHOST, alternative("localhost"))
    ),
    Fault("name-excluded", "excluded subtree violation", _under(_NEVER_LOCALHOST)),
    Fault("name-constraint-violated", "permitted subtree violation", _under(_OTHER_ADDRESSES), "127.0.0.1"),
    Fault("no-server-auth", "unsuitable certificate purpose", _under(ISSUING, FOR_CLIENTS)),
    Fault("no-server-auth", "unsuitable certificate purpose", _under(ISSUING, _FOR_ANYTHING)),
    Fault("no-server-auth", "unsuitable certificate purpose", _under(_CLIENTS_ISSUING)),
    Fault("no-server-auth", "unsuitable certificate purpose", _under(ISSUING, usage("crl_sign"))),
    Fault("rsa-1024", "EE certificate key too weak", (server(ISSUING, key=rsa_key(1024)), ISSUING)),
    Fault("rsa-1024", "CA certificate key too weak", _under(_WEAK_ISSUING)),
    Fault("sha-1", "CA signature digest algorithm too weak", (server(_RSA_ISSUING, sha1=True), _RSA_ISSUING)),
    Fault("sha-1", "CA signature digest algorithm too weak", _under(_SHA_1_ISSUING), root=_RSA_ROOT),
)
