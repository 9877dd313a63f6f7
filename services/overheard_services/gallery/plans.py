"""The content of a certificate. The defaults are those of a valid server certificate; a row changes one thing."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Extensions = list[tuple[x509.ExtensionType, bool]]

# Under 2.25 anybody may create an object identifier (ITU-T X.667).
_NOBODY_KNOWS = x509.ObjectIdentifier("2.25.56835443")
_NULL = b"\x05\x00"


@dataclass(frozen=True)
class Plan:
    """One certificate. `begins` and `ends` are days from now; `rsa_bits` is 0 for a key on P-256.

    Without a `common_name` it gets one that names its row. `names` are for the subjectAltName, which is omitted if
    there are none. `permits` and `excludes` are the name constraints of an authority (RFC 5280, 4.2.1.10). `sha1` is
    whether it is signed with SHA-1, which takes an issuer with an RSA key; `names_its_issuer` is whether it has an
    authority key identifier (RFC 5280, 4.2.1.1). `crl` and `ocsp` are the URLs where its status is published.
    """

    common_name: str = ""
    names: tuple[str, ...] = ()
    begins: float = -1
    ends: float = 30
    rsa_bits: int = 0
    sha1: bool = False
    authority: bool = False
    path_length: int | None = None
    permits: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    demands_the_unknown: bool = False
    names_its_issuer: bool = True
    crl: str = ""
    ocsp: str = ""

    def new_key(self) -> Key:
        """A new key of the kind for this certificate."""
        if self.rsa_bits:
            return rsa.generate_private_key(65537, self.rsa_bits)
        return ec.generate_private_key(ec.SECP256R1())

    def extensions(self) -> Extensions:
        """Its extensions, each with whether it is critical; the issuer adds the key identifiers."""
        extensions: Extensions = [
            (x509.BasicConstraints(self.authority, self.path_length), True),
            (self._usage(), True),
        ]
        if not self.authority:
            extensions.append((x509.ExtendedKeyUsage([self.purpose]), False))
        if self.names:
            extensions.append((x509.SubjectAlternativeName(_general(self.names)), False))
        if self.permits or self.excludes:
            constraints = x509.NameConstraints(_general(self.permits) or None, _general(self.excludes) or None)
            extensions.append((constraints, True))
        if self.demands_the_unknown:
            extensions.append((x509.UnrecognizedExtension(_NOBODY_KNOWS, _NULL), True))
        if self.purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
            # Nobody can ask the responder about itself (RFC 6960, 4.2.2.2.1).
            extensions.append((x509.OCSPNoCheck(), False))
        return extensions + self._status()

    def _status(self) -> Extensions:
        extensions: Extensions = []
        if self.crl:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.crl)], None, None, None)
            extensions.append((x509.CRLDistributionPoints([point]), False))
        if self.ocsp:
            at = x509.UniformResourceIdentifier(self.ocsp)
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, at)
            extensions.append((x509.AuthorityInformationAccess([access]), False))
        return extensions

    def _usage(self) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=not self.authority,
            content_commitment=False,
            key_encipherment=not self.authority and bool(self.rsa_bits),
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=self.authority,
            crl_sign=self.authority,
            encipher_only=False,
            decipher_only=False,
        )


def _general(names: tuple[str, ...]) -> list[x509.GeneralName]:
    return [x509.DNSName(name) for name in names]


SERVER = Plan(common_name="server", names=("server", "localhost"))
ISSUING = Plan(authority=True)
RESPONDER = Plan(common_name="Gallery OCSP responder (not for production)", purpose=ExtendedKeyUsageOID.OCSP_SIGNING)
ROOT = Plan(common_name="Overheard Lab Gallery Test Root CA (not for production)", authority=True)
STRANGERS_ROOT = Plan(common_name="Overheard Lab Stranger's Test Root CA (not for production)", authority=True)
