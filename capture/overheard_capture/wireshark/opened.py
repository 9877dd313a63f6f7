"""What keys prove of TLS streams: that they open every record (tshark verified its tag), or that none has data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from overheard.words.visible import Visible
    from overheard_capture.wireshark.tshark import Decrypted

_TLS_1_3 = "TLS 1.3"
# Of other suites the lengths of the plaintext cannot be told from those of the records.
_AEAD = ("_GCM_", "_CCM", "_CHACHA20_")


def are_all_opened(streams: Sequence[Visible], decrypted: Decrypted) -> bool:
    """Whether keys open every record of application data in these TLS streams.

    `decrypted` is what they decrypt in these streams. In TLS 1.3 a record shows its real type once it was opened (RFC
    8446, 5.2). Up to TLS 1.2, AEAD does not change the length of the data, so it is compared with that of the records.
    """
    new = {stream.stream for stream in streams if stream.version == _TLS_1_3}
    old = [stream for stream in streams if stream.stream not in new]
    if not streams or not all(any(part in stream.cipher for part in _AEAD) for stream in old):
        return False
    for each in decrypted.frames:
        if new.intersection(each.streams) and not each.all_typed:
            return False
    stream_of = {each.frame: each.streams[-1] for each in decrypted.frames if each.streams}
    opened = Counter[int | None]()
    for piece in decrypted.data:
        opened[stream_of.get(piece.frame)] += len(piece.data)
    return new <= set(stream_of.values()) and all(
        opened[stream.stream] == stream.data_sent + stream.data_answered for stream in old
    )


def are_empty(streams: Collection[int], opened: Sequence[Decrypted]) -> bool:
    """Whether tshark recognises all of these streams as TLS, and no stream has application data.

    `opened` is what different keys decrypt. Any of them may show that a stream has none. A stream that tshark does not
    recognise might have some.
    """
    recognised = frozenset[int]().union(*(each.streams for each in opened))
    with_data = (recognised - (each.streams - each.with_data) for each in opened)
    return recognised >= set(streams) and not recognised.intersection(*with_data)
