"""What a responder is asked, and which one."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509

from overheard_services.gallery.authority import chain, signed_by_itself
from overheard_services.gallery.plans import ISSUING, ROOT, SERVER
from overheard_services.status.ocsp_request import question, question_for_all, responder_of

WHERE = "http://server:5599/ocsp/row"
ISSUER, SILENT = (each.certificate for each in chain([ISSUING, SERVER], signed_by_itself(ROOT), ""))
NAMING = chain([ISSUING, replace(SERVER, ocsp=WHERE)], signed_by_itself(ROOT), "")[1].certificate


def test_a_question_has_a_nonce_of_its_own() -> None:
    nonces = {
        question(NAMING, ISSUER).extensions.get_extension_for_class(x509.OCSPNonce).value.nonce for _ in range(20)
    }
    assert len(nonces) == 20
    assert {len(nonce) for nonce in nonces} == {32}


def test_one_for_all_has_none_and_finds_the_certificate_as_every_client_does() -> None:
    asked = question_for_all(NAMING, ISSUER)
    assert (len(asked.extensions), asked.hash_algorithm.name) == (0, "sha1")
    assert asked.serial_number == question(NAMING, ISSUER).serial_number == NAMING.serial_number


def test_a_responder_is_the_one_that_the_certificate_names() -> None:
    assert (responder_of(NAMING), responder_of(SILENT)) == (WHERE, "")
