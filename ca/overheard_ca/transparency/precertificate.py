"""A precertificate (RFC 6962, 3.1): what the certificate will be, with a critical extension that makes it useless."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from overheard.certificates.asn1.element import OID, SEQUENCE, Element, elements, parse
from overheard.certificates.asn1.values import oid
from overheard.certificates.asn1.write import CONSTRUCTED, element
from overheard_ca import refusals

# The extensions of a certificate (RFC 5280, 4.1): [3], and the list in it.
_EXTENSIONS = 0x83

_POISON = ExtensionOID.PRECERT_POISON.dotted_string


def is_poisoned(certificate: x509.Certificate) -> bool:
    """Whether it is a precertificate. Raises RefusedError if its extensions cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(x509.PrecertPoison).critical
    except x509.ExtensionNotFound:
        return False
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise refusals.LOG_CHAIN.error(why="extensions of its first certificate cannot be read") from None


def without_poison(signed: bytes) -> bytes:
    """The signed part of a precertificate, without the extension: of the library, it is for SCTs alone."""
    fields = b"".join(_without(field) for field in parse(signed).parts())
    return element(SEQUENCE | CONSTRUCTED, fields)


def _without(field: Element) -> bytes:
    if field.tag != _EXTENSIONS:
        return field.encoded
    kept = b"".join(each.encoded for each in field.within().parts() if not _is_poison(each))
    return element(_EXTENSIONS | CONSTRUCTED, element(SEQUENCE | CONSTRUCTED, kept)) if kept else b""


def _is_poison(extension: Element) -> bool:
    identifier = next(elements(extension.content), None)
    return identifier is not None and identifier.tag == OID and oid(identifier) == _POISON
