"""Characters of no width, which may stand between any two letters and are not seen: as bytes, and escaped."""

from __future__ import annotations

from overheard.words.spelling.look import Either, Look, either, exactly, in_either_case, one_of, perhaps, repeated, row

# The soft hyphen; the zero-width space and joiners, and the marks of direction; the word joiner; and the byte order
# mark. Those that differ in their last digit are one look: what is compiled for a search is shorter.
_NAMES = (b"shy", b"zwnj", b"zwj", b"NoBreak")
_DECIMAL = either(*map(exactly, (b"173", b"8288", b"65279")), row(exactly(b"820"), one_of(b"34567")))
_THREE = row(exactly(b"200"), one_of(b"bcdefBCDEF"))
_FOUR_DIGITS = either(_THREE, *map(in_either_case, (b"00ad", b"2060", b"feff")))
_DIGITS = either(_THREE, *map(in_either_case, (b"ad", b"2060", b"feff")))
_BYTES = either(
    *(exactly(chr(point).encode()) for point in (0xAD, 0x2060, 0xFEFF)),
    row(exactly(b"\xe2\x80"), one_of(b"\x8b\x8c\x8d\x8e\x8f")),
)
# So many may follow one another, if they are not escaped.
_MOST = 4

_ZEROS = repeated(exactly(b"0"), 0, 2)
_AMPERSAND = row(exactly(b"&"), perhaps(exactly(b"amp;")))
# Before the number of a byte: in a URL, in quoted-printable, and in a string of bytes.
_SIGN = either(one_of(b"%="), exactly(b"\\x"))


def _numbered(*numbers: bytes, last: bytes = b"") -> Look:
    """Bytes by their hexadecimal numbers; the `last` digit is one of several, if there are several."""
    *before, final = numbers
    ahead = (look for number in before for look in (_SIGN, in_either_case(number)))
    return row(*ahead, _SIGN, in_either_case(final), *([one_of(last)] if last else []))


_ESCAPED = either(
    row(either(repeated(exactly(b"\\"), 1, 4), exactly(b"%")), exactly(b"u"), _FOUR_DIGITS),
    row(either(exactly(b"\\u{"), row(_AMPERSAND, exactly(b"#"), one_of(b"xX"))), _ZEROS, _DIGITS, one_of(b";}")),
    row(_AMPERSAND, either(row(exactly(b"#"), _DECIMAL), *map(exactly, _NAMES)), exactly(b";")),
    _numbered(b"e2", b"80", b"8", last=b"bcdefBCDEF"),
    *(_numbered(*numbers) for numbers in ((b"c2", b"ad"), (b"e2", b"81", b"a0"), (b"ef", b"bb", b"bf"))),
)

_HEX = b"0123456789abcdefABCDEF"


class _Invisible(Either):
    """Any of them. Its tail is short, as it is in every search: what looks like the end of one will do."""

    @property
    def forms(self) -> tuple[Look, ...]:
        """It alone: it remains what it is among other looks."""
        return (self,)

    def tail(self, least: int) -> Look:  # noqa: ARG002  (each is as long as an end can be)
        """As bytes, as a number or a name, as four digits, and as a byte behind a sign.

        Hyperscan searches at a third of its speed if the digits are any four.
        """
        return either(
            row(one_of(b"\x80\x81\xbb\xc2"), one_of(b"\x8b\x8c\x8d\x8e\x8f\xa0\xad\xbf")),
            row(one_of(_HEX + b"yjke"), one_of(b";}")),
            _FOUR_DIGITS,
            row(one_of(b"%=x"), one_of(b"8aAbB"), one_of(_HEX)),
        )


# What may stand between any two letters.
INVISIBLE = _Invisible((repeated(_BYTES, 1, _MOST), _ESCAPED))
