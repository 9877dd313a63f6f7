"""Turns recipes into servers, with the files that their clients need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from overheard.role.files import write_whole
from overheard.words.gallery import ROWS
from overheard.words.handover import GALLERY_CRL, GALLERY_ROOT
from overheard_services.gallery.authority import Holder, chain, revocation_list, signed_by_itself
from overheard_services.gallery.contexts import context
from overheard_services.gallery.modified_tls import certificate_replaced
from overheard_services.gallery.plans import ROOT, STRANGERS_ROOT
from overheard_services.gallery.recipes import RECIPES, Recipe, Sent
from overheard_services.gallery.speak import modified_tls, plain_http

if TYPE_CHECKING:
    import socket
    import ssl
    from pathlib import Path

    from cryptography import x509

    from overheard_services.gallery.plans import Plan
    from overheard_services.gallery.speak import Speak

    Roots = dict[Plan, Holder]


@dataclass(frozen=True)
class Exhibit:
    """One server, ready for clients. `crl` is the revocation list of its authority."""

    context: ssl.SSLContext
    speak: Speak
    crl: x509.CertificateRevocationList | None = None

    def treat(self, message: bytes, connection: socket.socket) -> None:
        """Handle a client, and close its connection."""
        with connection:
            self.speak(connection, self.context, message)


def open_gallery(handover: Path) -> list[Exhibit]:
    """A server for every row, in order; writes the root and the revocation lists to `handover`, as PEM."""
    roots = {plan: signed_by_itself(plan) for plan in (ROOT, STRANGERS_ROOT)}
    exhibits = [make(row.name, RECIPES[row.name], roots) for row in ROWS]
    # An empty list counts as false.
    lists = [exhibit.crl.public_bytes(Encoding.PEM) for exhibit in exhibits if exhibit.crl is not None]
    write_whole(handover / GALLERY_ROOT, roots[ROOT].certificate.public_bytes(Encoding.PEM), mode=0o644)
    write_whole(handover / GALLERY_CRL, b"".join(lists), mode=0o644)
    return exhibits


def make(row: str, recipe: Recipe, roots: Roots) -> Exhibit:
    """Create the server of `recipe`, under one of `roots`. `row` is part of the names of its authorities."""
    if recipe.root is None:
        return Exhibit(context([signed_by_itself(recipe.server)], recipe.prepare), recipe.speak)
    root = roots[recipe.root]
    down = chain([*recipe.above, recipe.server], root, row)
    speak = recipe.speak
    if recipe.instead:
        (other,) = chain([recipe.instead], down[-2], row)
        speak = modified_tls(certificate_replaced(other.certificate.public_bytes(Encoding.DER)))
    return Exhibit(context(_sent(recipe, down, root), recipe.prepare), speak, _crl(recipe, down))


def _sent(recipe: Recipe, down: list[Holder], root: Holder) -> list[Holder]:
    """The certificates in handshake order: the server's own first (RFC 8446, 4.4.2)."""
    up = down[::-1]
    match recipe.sent:
        case Sent.AS_IT_SHOULD:
            return up
        case Sent.WITHOUT_ISSUING:
            return up[:1]
        case Sent.WITH_ROOT:
            return [*up, root]


def _crl(recipe: Recipe, down: list[Holder]) -> x509.CertificateRevocationList | None:
    if recipe.crl is None:
        return None
    *_, issuing, server = down
    return revocation_list(issuing, [server.certificate] if recipe.crl.revoked else [], recipe.crl.days)


def show_health(connection: socket.socket) -> None:
    """Respond to health checks over HTTP."""
    with connection:
        plain_http(connection, None, b"ready")
