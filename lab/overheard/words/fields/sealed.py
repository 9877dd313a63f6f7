"""Encrypted records of TLS: which key opens them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEDULE = rfc(8446, "7.1", "which secret is made when, and from what")


class KeyOfRecord(StrEnum):
    """What opens a record: the label of a secret in a key log (RFC 9850)."""

    CLIENT_HANDSHAKE = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
    SERVER_HANDSHAKE = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
    CLIENT_DATA = "CLIENT_TRAFFIC_SECRET_0"
    SERVER_DATA = "SERVER_TRAFFIC_SECRET_0"
    MASTER = "CLIENT_RANDOM"


KEYS = {
    KeyOfRecord.CLIENT_HANDSHAKE: Explanation(
        "What the client sends in the handshake of TLS 1.3, up to its Finished, is encrypted with a key that is made "
        "of `CLIENT_HANDSHAKE_TRAFFIC_SECRET`.",
        _SCHEDULE,
    ),
    KeyOfRecord.SERVER_HANDSHAKE: Explanation(
        "What the server sends in the handshake of TLS 1.3 after its hello, its certificate among it, is encrypted "
        "with a key that is made of `SERVER_HANDSHAKE_TRAFFIC_SECRET`.",
        _SCHEDULE,
    ),
    KeyOfRecord.CLIENT_DATA: Explanation(
        "What the client sends after its Finished, its requests, is encrypted with a key that is made of "
        "`CLIENT_TRAFFIC_SECRET_0`.",
        _SCHEDULE,
    ),
    KeyOfRecord.SERVER_DATA: Explanation(
        "What the server sends after its Finished, its responses, is encrypted with a key that is made of "
        "`SERVER_TRAFFIC_SECRET_0`.",
        _SCHEDULE,
    ),
    KeyOfRecord.MASTER: Explanation(
        "Up to TLS 1.2 both directions are encrypted with keys that are made of the master secret; in a key log it is "
        "in the line that begins with `CLIENT_RANDOM`. With an RSA key exchange (`TLS_RSA_...`) the server's private "
        "key opens them, too, even years later.",
        rfc(5246, "6.3", "the keys that are made of the master secret"),
    ),
}
# Before the keys of which one is right.
_ONE_OF = "From outside it cannot be told which of these keys is the right one."


def which_key_opens(keys: Sequence[KeyOfRecord]) -> str:
    """Which key opens a record, in sentences. If there are several, it is one of them."""
    says = [KEYS[key].says for key in keys]
    return " ".join([*says, _ONE_OF] if len(keys) > 1 else says)
