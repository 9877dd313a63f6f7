from __future__ import annotations

import base64
from itertools import count

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from overheard_services.disguise.diffie_hellman import Party


def encoded(number: int) -> str:
    """A public value, its bytes least significant first (RFC 7748, 5)."""
    return base64.urlsafe_b64encode(number.to_bytes(32, "little")).decode()


# Of low order: with any private key, the agreed value is all zeros (RFC 7748, 6.1).
_PRIME = 2**255 - 19
_LOW_ORDER = (
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    _PRIME - 1,
    _PRIME,
    _PRIME + 1,
)


def test_both_parties_derive_the_same_key() -> None:
    squirrel, server = Party(), Party()
    key = squirrel.agree(server.public)
    assert key == server.agree(squirrel.public)
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"fluffy tail")) == b"fluffy tail"


def test_strangers_and_other_agreements_derive_other_keys() -> None:
    squirrel, server, spy = Party(), Party(), Party()
    keys = {squirrel.agree(server.public), spy.agree(server.public), spy.agree(squirrel.public)}
    assert len(keys) == 3
    assert Party().agree(server.public) not in keys


def test_the_public_value_is_that_of_x25519_and_the_shared_secret_is_not_used_directly() -> None:
    other, party = X25519PrivateKey.generate(), Party()
    raw = base64.urlsafe_b64decode(party.public)
    agreed = other.exchange(X25519PublicKey.from_public_bytes(raw))
    key = party.agree(base64.urlsafe_b64encode(other.public_key().public_bytes_raw()).decode())
    assert len(raw) == 32
    assert base64.urlsafe_b64decode(key) != agreed


@pytest.mark.parametrize("value", _LOW_ORDER)
def test_a_value_that_makes_the_key_predictable_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="is not a public value of X25519"):
        Party().agree(encoded(value))


@pytest.mark.parametrize(
    "value", ["", "acorn", "AAAA", "🐿", Party().public[:-4], Party().public + "AAAA", "A" * 9999], ids=count()
)
def test_an_invalid_public_value_is_refused_with_a_one_line_message(value: str) -> None:
    with pytest.raises(ValueError, match="is not a public value of X25519") as caught:
        Party().agree(value)
    assert len(str(caught.value)) < 300
