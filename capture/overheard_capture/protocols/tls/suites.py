"""Cipher suites, classified by whether they protect against an eavesdropper, by IANA number.

https://www.iana.org/assignments/tls-parameters. A suite that is not listed is treated as unprotected.
"""

from __future__ import annotations


def _codes(ranges: str) -> frozenset[int]:
    """Parse a list of numbers and ranges, such as `0004-0005 0007`."""
    ends = [each.split("-") for each in ranges.split()]
    return frozenset(code for end in ends for code in range(int(end[0], 16), int(end[-1], 16) + 1))


# Encryption with authentication of at least one side.
_ENCRYPTING = _codes(
    "0004-0005 0007 000A 000D 0010 0013 0016 001F-0021 0023-0025 002F-0033 0035-0039 003C-0045 0067-006B 0084-0088 "
    "008A-009A 009C-00A5 00A8-00AF 00B2-00B3 00B6-00B7 00BA-00BE 00C0-00C4 00C6-00C7 1301-1305 C002-C005 C007-C00A "
    "C00C-C00F C011-C014 C01A-C038 C03C-C045 C048-C059 C05C-C083 C086-C0B3 C100-C106 CC13-CC15 CCA8-CCAE D001-D003 D005"
)
# No authentication: open to a man in the middle (RFC 5246, A.5; RFC 8422, 6).
_ANONYMOUS = _codes(
    "0018 001A-001B 0034 003A 0046 006C-006D 0089 009B 00A6-00A7 00BF 00C5 C016-C019 C046-C047 C05A-C05B C084-C085"
)
# Export suites, with deliberately weak keys of 40 and 56 bits (RFC 2246, A.5).
_EXPORT = _codes("0003 0006 0008 000B 000E 0011 0014 0017 0019 0026-002B 0060-0065")
_DES = _codes("0009 000C 000F 0012 0015 001E 0022")
# No encryption; the value is the length of the MAC after the payload (RFC 5246, 6.2.3.1; RFC 9150, 5).
_NULL = {
    **dict.fromkeys(_codes("0000"), 0),
    **dict.fromkeys(_codes("0001"), 16),
    **dict.fromkeys(_codes("0002 002C-002E C001 C006 C00B C010 C015 C039"), 20),
    **dict.fromkeys(_codes("003B 00B0 00B4 00B8 C03A C0B4"), 32),
    **dict.fromkeys(_codes("00B1 00B5 00B9 C03B C0B5"), 48),
}
# Those of TLS 1.3, where the content type follows the payload.
_NULL_1_3 = frozenset((0xC0B4, 0xC0B5))
_WORDS = (
    (_ANONYMOUS, "an anonymous cipher suite, without authentication"),
    (_EXPORT, "an export cipher suite, with deliberately weak keys"),
    (_DES, "a cipher suite with 56-bit keys"),
)


def weakness(suite: int) -> str:
    """The weakness of a cipher suite, in words; empty if it protects its payload."""
    if suite in _ENCRYPTING:
        return ""
    if suite in _NULL:
        return "a cipher suite without encryption"
    return next((words for codes, words in _WORDS if suite in codes), "an unknown cipher suite")


def is_null(suite: int) -> bool:
    """Whether this is a NULL cipher suite, which does not encrypt."""
    return suite in _NULL


def payload(suite: int, body: memoryview) -> memoryview:
    """The payload of an application data record under a NULL cipher suite: all but the MAC."""
    payload_bytes = body[: max(len(body) - _NULL[suite], 0)]
    if suite not in _NULL_1_3:
        return payload_bytes
    # The content type, then padding with zeros (RFC 8446, 5.4). Only application data is returned.
    inner = bytes(payload_bytes).rstrip(b"\0")
    return payload_bytes[: len(inner) - 1] if inner.endswith(b"\x17") else payload_bytes[:0]
