"""Each row of the gallery: what `requests` says, and that nothing but its fault is between a client and the message."""

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
from overheard_services.gallery.bend import chain_reversed
from overheard_services.gallery.contexts import only_tls_1_2
from overheard_services.gallery.exhibit import make
from overheard_services.gallery.plans import ROOT
from overheard_services.gallery.recipes import RECIPES, Recipe
from overheard_services.gallery.speak import bent_tls, plain_http, tls
from processes import LONG
from services.gallery.process import ADDRESS, MESSAGE, OPENSSL

if TYPE_CHECKING:
    from services.gallery.process import GalleryProcess

LINE = re.compile(r"_ssl\.c:\d+")
every_row = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])

# With another order of the certificates, or with another key, whoever looks at none of them is not let in either.
OF_CERTIFICATES = [row for row in (*certificates.ROWS, *authorities.ROWS) if row.name != "wrong-order"]
# What a client offers that wants to get in all the same.
CIPHERS = {
    "rsa-1024": "DEFAULT:@SECLEVEL=0",
    "sha-1": "DEFAULT:@SECLEVEL=0",
    "no-cipher-in-common": "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0",
    "dh-key-too-small": "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
}


def without_line(error: str) -> str:
    return LINE.sub("_ssl.c:...", error)


@every_row
def test_a_row_fails_as_it_says(gallery: GalleryProcess, row: Row) -> None:
    reply = gallery.ask(row)
    told = [gallery.hung(row).shown(says, address=ADDRESS) for says in row.told(OPENSSL)]
    assert without_line(reply.error) in told
    assert replace(reply, error="") == Reply()


def looking_at_nothing(url: str) -> str:
    with pytest.warns(InsecureRequestWarning):
        return requests.get(url, verify=False, timeout=LONG).text  # noqa: S501  (that is the point)


@pytest.mark.parametrize("name", [row.name for row in OF_CERTIFICATES])
def test_who_looks_at_no_certificate_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    assert looking_at_nothing(gallery.url(at(name))) == MESSAGE


@pytest.mark.parametrize("name", [row.name for row in ROWS if row.crl])
def test_who_heeds_no_list_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    row = at(name)
    assert ask(gallery.url(row), replace(gallery.way(row), crl=None)).text == MESSAGE


@pytest.mark.parametrize("name", CIPHERS)
def test_who_puts_up_with_weak_cryptography_gets_the_message(gallery: GalleryProcess, name: str) -> None:
    row = at(name)
    assert ask(gallery.url(row), replace(gallery.way(row), ciphers=CIPHERS[name])) == Reply(MESSAGE)


@pytest.mark.parametrize(("name", "scheme"), [("http-on-tls-port", "https"), ("tls-on-http-port", "http")])
def test_who_speaks_what_the_server_speaks_gets_the_message(gallery: GalleryProcess, name: str, scheme: str) -> None:
    row = replace(at(name), scheme=scheme)
    assert ask(gallery.url(row), gallery.way(row)) == Reply(MESSAGE)


def test_who_gives_no_name_is_not_refused_for_it(gallery: GalleryProcess) -> None:
    # A client sends no server name where the URL has an address (RFC 6066, 3).
    assert looking_at_nothing(gallery.url(at("sni-refused")).replace("server", ADDRESS)) == MESSAGE


def served(recipe: Recipe, gallery: GalleryProcess) -> Reply:
    """What a client gets from a server of its own, made by `recipe` under a new root."""
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


@pytest.mark.parametrize("name", ["wrong-order", "key-mismatch", "legacy-renegotiation"])
def test_unbent_the_same_server_is_good(gallery: GalleryProcess, name: str) -> None:
    recipe = replace(RECIPES[name], instead=None, speak=bent_tls(lambda flight: flight))
    assert served(recipe, gallery) == Reply(MESSAGE)
    assert served(replace(recipe, speak=bent_tls(chain_reversed)), gallery).error


@pytest.mark.parametrize("name", ["cut-in-handshake", "reset-in-handshake", "silent-in-handshake"])
def test_one_that_goes_on_with_the_handshake_is_good(gallery: GalleryProcess, name: str) -> None:
    assert served(replace(RECIPES[name], speak=tls), gallery) == Reply(MESSAGE)
    assert served(replace(RECIPES[name], speak=plain_http), gallery).error


@pytest.mark.parametrize("name", ["tls-1.0-only", "client-certificate-missing"])
def test_one_that_is_set_up_well_is_good(gallery: GalleryProcess, name: str) -> None:
    assert served(replace(RECIPES[name], prepare=only_tls_1_2), gallery) == Reply(MESSAGE)
    assert served(RECIPES[name], gallery).error


def test_every_row_has_a_recipe_and_every_recipe_a_row() -> None:
    assert set(RECIPES) == {row.name for row in ROWS}
