"""How each row of the gallery is made: only what differs from a correct server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from cryptography.x509.oid import ExtendedKeyUsageOID

from overheard_services.gallery import contexts, speak
from overheard_services.gallery.modified_tls import chain_reversed, with_a_bit_inverted, without_renegotiation_info
from overheard_services.gallery.plans import ISSUING, ROOT, SERVER, STRANGERS_ROOT, Plan
from overheard_services.gallery.status import Status

if TYPE_CHECKING:
    from overheard_services.gallery.contexts import Prepare
    from overheard_services.gallery.speak import Speak


class Sent(Enum):
    """Which part of its chain a server sends."""

    AS_IT_SHOULD = auto()
    WITHOUT_ISSUING = auto()
    WITH_ROOT = auto()


@dataclass(frozen=True)
class Recipe:
    """A server. `above` are the authorities between its certificate and the root, the one next to the root first.

    Without a `root` the server's certificate is self-signed. `instead` is a certificate that is sent instead of the
    server's, from the same authority, for a key that the server does not have. `status` is what the authority next to
    the server's certificate publishes about that, if it does.
    """

    server: Plan = SERVER
    above: tuple[Plan, ...] = (ISSUING,)
    root: Plan | None = ROOT
    sent: Sent = Sent.AS_IT_SHOULD
    status: Status | None = None
    instead: Plan | None = None
    prepare: Prepare = contexts.good
    speak: Speak = speak.tls


_EXPIRED = replace(SERVER, begins=-60, ends=-1)
_RSA = replace(SERVER, rsa_bits=2048)
_NOT_FOR_SERVERS = replace(SERVER, purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
_ALL_BUT_THE_LAB = replace(ISSUING, excludes=("server", "localhost"))
_ONLY_ELSEWHERE = replace(ISSUING, permits=("elsewhere.test",))

# The server without a fault, beside the rows.
GOOD = Recipe(status=Status())

RECIPES: dict[str, Recipe] = {
    "expired": Recipe(_EXPIRED),
    "not-yet-valid": Recipe(replace(SERVER, begins=1)),
    "expired-intermediate": Recipe(above=(replace(ISSUING, begins=-60, ends=-1),)),
    "wrong-host": Recipe(replace(SERVER, names=("elsewhere.test",))),
    "name-only-in-cn": Recipe(replace(SERVER, names=())),
    "wildcard-too-deep": Recipe(replace(SERVER, names=("*.gallery.test",))),
    "ip-without-ip-san": Recipe(),
    "self-signed": Recipe(root=None),
    "self-signed-in-chain": Recipe(root=STRANGERS_ROOT, sent=Sent.WITH_ROOT),
    "unknown-root": Recipe(root=STRANGERS_ROOT),
    "missing-intermediate": Recipe(sent=Sent.WITHOUT_ISSUING),
    "wrong-order": Recipe(prepare=contexts.only_tls_1_2, speak=speak.modified_tls(chain_reversed)),
    "intermediate-not-ca": Recipe(above=(Plan(),)),
    "path-length-exceeded": Recipe(above=(replace(ISSUING, path_length=0), ISSUING)),
    "name-constraint-violated": Recipe(above=(_ONLY_ELSEWHERE,)),
    "name-excluded": Recipe(above=(_ALL_BUT_THE_LAB,)),
    "no-server-auth": Recipe(_NOT_FOR_SERVERS),
    "critical-extension-unknown": Recipe(replace(SERVER, demands_the_unknown=True)),
    "revoked": Recipe(status=Status(revoked=True)),
    "crl-missing": Recipe(status=Status(revoked=True, arrives=False)),
    "crl-expired": Recipe(status=Status(days=-1)),
    "ocsp-revoked": Recipe(status=Status(revoked=True)),
    "ocsp-missing": Recipe(status=Status(revoked=True, arrives=False)),
    "rsa-1024": Recipe(replace(SERVER, rsa_bits=1024), prepare=contexts.weak),
    "sha-1": Recipe(replace(SERVER, sha1=True), above=(replace(ISSUING, rsa_bits=2048),), prepare=contexts.weak),
    "strict-verification": Recipe(replace(SERVER, names_its_issuer=False)),
    "tls-1.0-only": Recipe(prepare=contexts.only_tls_1_0),
    "no-cipher-in-common": Recipe(prepare=contexts.only_short_tags),
    "dh-key-too-small": Recipe(_RSA, prepare=contexts.short_diffie_hellman),
    "legacy-renegotiation": Recipe(prepare=contexts.only_tls_1_2, speak=speak.modified_tls(without_renegotiation_info)),
    "key-mismatch": Recipe(prepare=contexts.only_tls_1_2, instead=SERVER),
    "sni-refused": Recipe(prepare=contexts.refusing_the_name),
    "client-certificate-missing": Recipe(prepare=contexts.demanding_a_certificate),
    "bad-record-mac": Recipe(prepare=contexts.only_tls_1_2, speak=speak.modified_tls(with_a_bit_inverted)),
    "internal-error": Recipe(prepare=contexts.failing),
    "http-on-tls-port": Recipe(),
    "tls-on-http-port": Recipe(speak=speak.plain_http),
    "cut-in-handshake": Recipe(speak=speak.cut),
    "reset-in-handshake": Recipe(speak=speak.reset),
    "silent-in-handshake": Recipe(speak=speak.silence),
}
