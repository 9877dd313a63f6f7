"""Whether keys open every record of TLS streams: then tshark verified the tag of each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from overheard_capture.wireshark.tshark import tshark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from overheard.words.visible import Visible
    from overheard_capture.wireshark.keys import TlsKeys
    from overheard_capture.wireshark.tshark import DecryptedData, TsharkInput

_TLS_1_3 = "TLS 1.3"
# Of other suites the lengths of the plaintext cannot be told from those of the records.
_AEAD = ("_GCM_", "_CCM", "_CHACHA20_")
_FIELDS = ("frame.number", "tcp.stream", "tls.record.content_type", "tls.record.length")


def are_all_opened(
    capture: TsharkInput, keys: TlsKeys, streams: Sequence[Visible], decrypted: Iterable[DecryptedData]
) -> bool:
    """Whether `keys` open every record of application data in these TLS streams. Raises UnreadableError.

    `decrypted` is what they decrypt in these streams. In TLS 1.3 a record shows its real type once it was opened (RFC
    8446, 5.2). Up to TLS 1.2, AEAD does not change the length of the data, so it is compared with that of the records.
    """
    new = {stream.stream for stream in streams if stream.version == _TLS_1_3}
    old = [stream for stream in streams if stream.stream not in new]
    if not keys or not streams or not all(any(part in stream.cipher for part in _AEAD) for stream in old):
        return False
    fields = ["-Y", "tls.record", "-T", "fields", *(word for name in _FIELDS for word in ("-e", name))]
    stream_of: dict[int, int] = {}
    for line in tshark(capture, *fields, keys=keys).splitlines():
        frame, stream, types, lengths = line.split("\t")
        stream_of[int(frame)] = int(stream)
        if int(stream) in new and (types.count(",") != lengths.count(",") or not types):
            return False
    opened = Counter[int | None]()
    for each in decrypted:
        opened[stream_of.get(each.frame)] += len(each.data)
    return new <= set(stream_of.values()) and all(
        opened[stream.stream] == stream.data_sent + stream.data_answered for stream in old
    )
