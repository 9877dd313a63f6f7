"""Whether keys open every record of TLS streams: then tshark verified the tag of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.wireshark.tshark import decrypt, tshark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.visible import Visible
    from overheard_capture.wireshark.keys import TlsKeys
    from overheard_capture.wireshark.tshark import TsharkInput

_TLS_1_3 = "TLS 1.3"
# Of other suites the lengths of the plaintext cannot be told from those of the records.
_AEAD = ("_GCM_", "_CCM", "_CHACHA20_")


def are_all_opened(capture: TsharkInput, keys: TlsKeys, streams: Sequence[Visible]) -> bool:
    """Whether `keys` open every record of application data in these TLS streams. Raises UnreadableError.

    In TLS 1.3 a record shows its real type once it was opened (RFC 8446, 5.2). Up to TLS 1.2, AEAD does not change the
    length of the data, so it is compared with that of the records.
    """
    new = {stream.stream for stream in streams if stream.version == _TLS_1_3}
    old = [stream for stream in streams if stream.stream not in new]
    if not keys or not streams or not all(any(part in stream.cipher for part in _AEAD) for stream in old):
        return False
    return _types_are_shown(capture, keys, new) and all(_sizes_match(capture, keys, stream) for stream in old)


def _types_are_shown(capture: TsharkInput, keys: TlsKeys, streams: set[int]) -> bool:
    if not streams:
        return True
    names = ("tcp.stream", "tls.record.content_type", "tls.record.length")
    fields = ["-Y", "tls.record", "-T", "fields", *(word for name in names for word in ("-e", name))]
    seen = set()
    for line in tshark(capture, *fields, keys=keys).splitlines():
        stream, types, lengths = line.split("\t")
        if int(stream) in streams:
            seen.add(int(stream))
            if types.count(",") != lengths.count(",") or not types:
                return False
    return seen == streams


def _sizes_match(capture: TsharkInput, keys: TlsKeys, stream: Visible) -> bool:
    opened = sum(len(each.data) for each in decrypt(capture, keys, [stream.stream]))
    return opened == stream.data_sent + stream.data_answered
