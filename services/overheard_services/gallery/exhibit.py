"""Turns recipes into servers, with the files that their clients need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from overheard.role.files import write_whole
from overheard.words.gallery import ROWS
from overheard.words.handover import GALLERY_ROOT
from overheard.words.services import StatusUrls
from overheard_services.gallery.authority import Holder, chain, signed_by_itself
from overheard_services.gallery.contexts import context
from overheard_services.gallery.modified_tls import certificate_replaced
from overheard_services.gallery.plans import RESPONDER, ROOT, STRANGERS_ROOT
from overheard_services.gallery.recipes import GOOD, RECIPES, Recipe, Sent
from overheard_services.gallery.speak import modified_tls
from overheard_services.gallery.status import published

if TYPE_CHECKING:
    import socket
    import ssl
    from pathlib import Path

    from overheard_services.gallery.plans import Plan
    from overheard_services.gallery.speak import Speak
    from overheard_services.gallery.status import Answer

    Roots = dict[Plan, Holder]


@dataclass(frozen=True)
class Exhibit:
    """One server, ready for clients. `published` is what its authority answers about its certificate, by path."""

    context: ssl.SSLContext
    speak: Speak
    published: Mapping[str, Answer] = field(default_factory=dict)

    def treat(self, message: bytes, connection: socket.socket) -> None:
        """Handle a client, and close its connection."""
        with connection:
            self.speak(connection, self.context, message)


def open_gallery(handover: Path, origin: str) -> list[Exhibit]:
    """A server without a fault, and one for every row, in order; writes the root to `handover`, as PEM.

    At `origin` clients find out what was revoked.
    """
    roots = {plan: signed_by_itself(plan) for plan in (ROOT, STRANGERS_ROOT)}
    recipes = [("good", GOOD), *((row.name, RECIPES[row.name]) for row in ROWS)]
    exhibits = [make(name, recipe, roots, origin) for name, recipe in recipes]
    write_whole(handover / GALLERY_ROOT, roots[ROOT].certificate.public_bytes(Encoding.PEM), mode=0o644)
    return exhibits


def make(row: str, recipe: Recipe, roots: Roots, origin: str = "") -> Exhibit:
    """Create the server of `recipe`, under one of `roots`. `row` is part of the names of its authorities."""
    if recipe.status:
        urls = StatusUrls(origin, row)
        recipe = replace(recipe, server=replace(recipe.server, crl=urls.crl, ocsp=urls.ocsp))
    if recipe.root is None:
        return Exhibit(context([signed_by_itself(recipe.server)], recipe.prepare), recipe.speak)
    root = roots[recipe.root]
    down = chain([*recipe.above, recipe.server], root, row)
    speak = recipe.speak
    if recipe.instead:
        (other,) = chain([recipe.instead], down[-2], row)
        speak = modified_tls(certificate_replaced(other.certificate.public_bytes(Encoding.DER)))
    return Exhibit(context(_sent(recipe, down, root), recipe.prepare), speak, _published(row, recipe, down))


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


def _published(row: str, recipe: Recipe, down: list[Holder]) -> Mapping[str, Answer]:
    if recipe.status is None:
        return {}
    *_, issuing, server = down
    (responder,) = chain([RESPONDER], issuing, row)
    return published(recipe.status, row, server, issuing, responder)
