"""A monitor: reads a log from its beginning, proves that it was told everything, and tells what was issued for a name.

Of what it reads it recomputes the tree, whose hash the log has signed. That the log was not rewritten since the last
time is proved by its last head.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from overheard.certificates.asn1.element import parse
from overheard.certificates.asn1.write import element
from overheard.words.errors import OverheardError
from overheard_services.transparency.known_log import KnownLog, key_hash
from overheard_services.transparency.proofs import is_consistent, tree_hash

# Of a leaf: version, type and time, and then the kind; the certificate has three octets of length, behind the hash of
# the issuer's key if it is a precertificate.
_KIND, _PRECERTIFICATE = slice(10, 12), b"\0\1"
_CONTENT = 12
_KEY_HASH, _LENGTH = 32, 3

# Asks the log: the name of an endpoint and its parameters, for the JSON that it returns.
Ask = Callable[[str, Mapping[str, object]], Mapping[str, Any]]


class LogError(OverheardError):
    """The log contradicts itself or what it signed. That is evidence against it."""


@dataclass(frozen=True)
class Head:
    """A state of the log that it signed."""

    size: int
    root: bytes


@dataclass(frozen=True)
class Logged:
    """A certificate in the log. `issuer` is what the log says about it, which `is_under` does not believe.

    Of a precertificate, `issuer_key` is the hash of the key that signed it; of a certificate it is empty.
    """

    certificate: x509.Certificate
    issuer_key: bytes
    issuer: x509.Certificate | None

    def is_under(self, root: x509.Certificate) -> bool:
        """Whether it was issued by a CA that `root` certified."""
        if self.issuer is None:
            return False
        try:
            self.issuer.verify_directly_issued_by(root)
            if not self.issuer_key:
                self.certificate.verify_directly_issued_by(self.issuer)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return not self.issuer_key or self.issuer_key == key_hash(self.issuer.public_key())


@dataclass
class Monitor:
    """Watches a log. `leaves` is all that it was told so far."""

    log: KnownLog
    ask: Ask
    head: Head | None = None
    leaves: list[bytes] = field(default_factory=list)

    def read(self) -> list[Logged]:
        """The certificates and precertificates that are new in the log. Raises LogError if it lies."""
        head = self._signed_head()
        if self.head is not None:
            self._check_consistent(self.head, head)
        new = list(self._entries(len(self.leaves), head.size))
        leaves = [*self.leaves, *(leaf for leaf, _ in new)]
        if tree_hash(leaves) != head.root:
            raise LogError("the entries of the log are not those of the tree that it signed")
        self.head, self.leaves = head, leaves
        return [_logged(*each) for each in new]

    def _signed_head(self) -> Head:
        told = self.ask("get-sth", {})
        size, root = int(told["tree_size"]), _bytes(told["sha256_root_hash"])
        if not self.log.signed_head(int(told["timestamp"]), size, root, _bytes(told["tree_head_signature"])):
            raise LogError("the tree head is not signed by the log")
        return Head(size, root)

    def _check_consistent(self, old: Head, new: Head) -> None:
        if new.size < old.size:
            raise LogError(f"the log shrank from {old.size} to {new.size} entries")
        told = self.ask("get-sth-consistency", {"first": old.size, "second": new.size})
        path = [_bytes(each) for each in told["consistency"]]
        if not is_consistent(old.size, old.root, new.size, new.root, path):
            raise LogError("the log was rewritten: its tree does not begin with the one that it signed before")

    def _entries(self, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
        while start < size:
            told = self.ask("get-entries", {"start": start, "end": size - 1})["entries"][: size - start]
            if not told:
                raise LogError(f"the log does not tell its entry {start}")
            yield from ((_bytes(each["leaf_input"]), _bytes(each["extra_data"])) for each in told)
            start += len(told)


def names_of(certificate: x509.Certificate) -> list[str]:
    """The names in a certificate."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)]


def _logged(leaf: bytes, extra: bytes) -> Logged:
    """What was logged. Of a precertificate the leaf has the signed part, to which an empty signature is added here.

    The precertificate itself stands beside the leaf, where the hash of the tree does not include it.
    """
    if leaf[_KIND] != _PRECERTIFICATE:
        return Logged(x509.load_der_x509_certificate(_vector(leaf[_CONTENT:])), b"", _issuer(extra))
    signed = _vector(leaf[_CONTENT + _KEY_HASH :])
    _, _, algorithm, *_ = parse(signed).parts()
    certificate = x509.load_der_x509_certificate(element(0x30, signed, algorithm.encoded, b"\x03\x01\x00"))
    behind = extra[_LENGTH + len(_vector(extra)) :]
    return Logged(certificate, leaf[_CONTENT : _CONTENT + _KEY_HASH], _issuer(behind))


def _issuer(chain: bytes) -> x509.Certificate | None:
    """The first certificate of a chain beside a leaf."""
    try:
        return x509.load_der_x509_certificate(_vector(_vector(chain)))
    except ValueError:
        return None


def _vector(data: bytes) -> bytes:
    length = int.from_bytes(data[:_LENGTH])
    return data[_LENGTH : _LENGTH + length]


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text), validate=True)
