"""Keys, signatures and hashes have the lengths of their algorithms, and no text."""

from __future__ import annotations

import base64

from capture.in_clear import SPELLED
from capture.protocols.tls.der import element, sequence
from capture.talk import noise
from overheard_capture.protocols.tls.key_values import (
    is_hash,
    is_long_number,
    is_public_key,
    is_signature,
    is_structured_key,
)

TEXT = base64.b64encode(noise(24))
NUMBER = element(2, b"\0\x91" + noise(31))
MODULUS, EXPONENT = element(2, b"\0\x91" + noise(255)), b"\2\3\1\0\1"
FORMS = {
    is_public_key: (
        (noise(32), noise(65), noise(97), noise(57), noise(1952)),
        (b"fox", noise(31), noise(66), TEXT, SPELLED[:65]),
    ),
    is_hash: ((noise(20), noise(32), noise(8)), (b"fox", noise(19), TEXT, SPELLED[:20])),
    is_long_number: ((noise(256), noise(255), noise(512)), (b"fox", noise(60), noise(250), SPELLED * 2)),
    is_signature: (
        (noise(256), noise(64), sequence(NUMBER, element(2, noise(32)))),
        (
            b"fox",
            noise(71),
            sequence(NUMBER),
            sequence(NUMBER, NUMBER, NUMBER),
            sequence(NUMBER, element(4, noise(32))),
        ),
    ),
    is_structured_key: (
        (sequence(MODULUS, EXPONENT), MODULUS),
        (
            b"fox",
            sequence(),
            sequence(EXPONENT, MODULUS),
            sequence(MODULUS, EXPONENT, EXPONENT),
            sequence(MODULUS, NUMBER),
        ),
    ),
}


def test_values_have_the_lengths_of_their_algorithms() -> None:
    assert [(form, each) for form, (usual, _) in FORMS.items() for each in usual if not form(each)] == []


def test_other_lengths_and_text_may_say_anything() -> None:
    assert [(form, each) for form, (_, hidden) in FORMS.items() for each in hidden if form(each)] == []
