"""Each row of the gallery: the error of `requests`, and that only its fault keeps a client from the message."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding
from urllib3.exceptions import InsecureRequestWarning

from overheard.words.gallery import ROWS, Row, at, authorities, certificates
from overheard_services.client.ask import Reply, ask
from overheard_services.gallery.authority import signed_by_itself
from overheard_services.gallery.contexts import only_tls_1_2
from overheard_services.gallery.exhibit import make
from overheard_services.gallery.modified_tls import chain_reversed
from overheard_services.gallery.plans import ROOT
from overheard_services.gallery.recipes import RECIPES, Recipe
from overheard_services.gallery.speak import modified_tls, plain_http, tls
from processes import LONG
from services.gallery.process import ADDRESS, MESSAGE, OPENSSL

if TYPE_CHECKING:
    from services.gallery.process import GalleryProcess

LINE = re.compile(r"_ssl\.c:\d+")
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])

# With certificates in another order, or another key, a client fails even if it does not verify.
OF_CERTIFICATES = [row for row in (*certificates.ROWS, *authorities.ROWS) if row.name != "wrong-order"]
# What a client must offer to connect nevertheless.
CIPHERS = {
    "rsa-1024": "DEFAULT:@SECLEVEL=0",
    "sha-1": "DEFAULT:@SECLEVEL=0",
    "no-cipher-in-common": "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0",
    "dh-key-too-small": "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
}


def without_line(error: str) -> str:
    return LINE.sub("_ssl.c:...", error)


@pytest.mark.slow
@every_row
def test_a_row_fails_with_its_error(gallery: GalleryProcess, row: Row) -> None:
    reply = gallery.ask(row)
    possible = [gallery.hung(row).shown(says, address=ADDRESS) for says in row.errors_for(OPENSSL)]
    assert without_line(reply.error) in possible
    assert replace(reply, error="") == Reply()


def looking_at_nothing(url: str) -> str:
    with pytest.warns(InsecureRequestWarning):
        return requests.get(url, verify=False, timeout=LONG).text  # noqa: S501  (that is the point)


@pytest.mark.parametrize("name", [row.name for row in OF_CERTIFICATES])
def test_a_client_that_does_not_verify_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    assert looking_at_nothing(gallery.url(at(name))) == MESSAGE


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.crl or row.ocsp])
def test_a_client_that_asks_nobody_about_revocation_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    row = at(name)
    assert ask(gallery.url(row), replace(gallery.way(row), crl="", ocsp=False)).text == MESSAGE


def test_a_client_that_is_not_strict_gets_the_message(gallery: GalleryProcess) -> None:
    row = at("strict-verification")
    assert ask(gallery.url(row), replace(gallery.way(row), strict=False)).text == MESSAGE


@pytest.mark.parametrize("name", CIPHERS)
def test_a_client_that_accepts_weak_cryptography_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    row = at(name)
    assert ask(gallery.url(row), replace(gallery.way(row), ciphers=CIPHERS[name])) == Reply(MESSAGE)


@pytest.mark.parametrize(("name", "scheme"), [("http-on-tls-port", "https"), ("tls-on-http-port", "http")])
def test_a_client_with_the_servers_protocol_gets_the_message(gallery: GalleryProcess, name: str, scheme: str) -> None:
    row = replace(at(name), scheme=scheme)
    assert ask(gallery.url(row), gallery.way(row)) == Reply(MESSAGE)


def test_a_client_without_a_server_name_is_not_refused(gallery: GalleryProcess) -> None:
    # A client sends no server name if the URL has an IP address (RFC 6066, 3).
    assert looking_at_nothing(gallery.url(at("sni-refused")).replace("server", ADDRESS)) == MESSAGE


def served(recipe: Recipe, gallery: GalleryProcess) -> Reply:
    """The reply of a server that is made by `recipe` under a new root."""
    root = signed_by_itself(ROOT)
    exhibit = make("good", recipe, {ROOT: root})
    trusting = gallery.handover.parent / "other-root.pem"
    trusting.write_bytes(root.certificate.public_bytes(Encoding.PEM))
    with socket.create_server((ADDRESS, 0)) as listener:
        treat = threading.Thread(target=lambda: exhibit.treat(MESSAGE.encode(), listener.accept()[0]))
        treat.start()
        way = replace(gallery.way(ROWS[0]), trusting=trusting)
        reply = ask(f"https://server:{listener.getsockname()[1]}/", way)
        treat.join()
    return reply


@pytest.mark.parametrize("name", ["wrong-order", "key-mismatch", "legacy-renegotiation", "bad-record-mac"])
def test_the_same_server_is_correct_without_the_change(gallery: GalleryProcess, name: str) -> None:
    recipe = replace(RECIPES[name], instead=None, speak=modified_tls(lambda flight: flight))
    assert served(recipe, gallery) == Reply(MESSAGE)
    assert served(replace(recipe, speak=modified_tls(chain_reversed)), gallery).error


@pytest.mark.parametrize("name", ["cut-in-handshake", "reset-in-handshake", "silent-in-handshake"])
def test_a_server_that_continues_the_handshake_is_correct(gallery: GalleryProcess, name: str) -> None:
    assert served(replace(RECIPES[name], speak=tls), gallery) == Reply(MESSAGE)
    assert served(replace(RECIPES[name], speak=plain_http), gallery).error


@pytest.mark.parametrize("name", ["tls-1.0-only", "client-certificate-missing", "internal-error"])
def test_a_well_configured_server_is_correct(gallery: GalleryProcess, name: str) -> None:
    assert served(replace(RECIPES[name], prepare=only_tls_1_2), gallery) == Reply(MESSAGE)
    assert served(RECIPES[name], gallery).error


def test_every_row_has_a_recipe_and_every_recipe_a_row() -> None:
    assert set(RECIPES) == {row.name for row in ROWS}
