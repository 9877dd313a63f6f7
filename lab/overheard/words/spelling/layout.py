"""The layout of text: white space for a blank, and what may come between two characters of a text that is laid out."""

from __future__ import annotations

from overheard.words.spelling.look import either, exactly, one_of, perhaps, repeated, row

_NEW_LINE = row(perhaps(exactly(b"\r")), exactly(b"\n"))
_BLANKS = repeated(one_of(b" \t"), 0, 8)
LETTERS_AND_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

# Within text: escaped, as HTML's element, and where a quoted mail or a comment goes on.
_ESCAPED_LINE = either(
    *(exactly(line) for line in (b"\\n", b"\\r\\n", b"%0A", b"%0D%0A", b"%0a", b"%0d%0a", b"&#10;", b"&#13;&#10;")),
    *(exactly(line) for line in (b"<br>", b"<br/>", b"<br />")),
)
_MARK = repeated(row(one_of(b">|#*;"), perhaps(exactly(b" "))), 0, 3)
# The no-break space as HTML has it, and the spaces of Unicode in UTF-8.
_NO_BREAK = (b"&nbsp;", b"&#160;", b"&#xa0;", b"&#xA0;", b"\\u00a0", b"\\u00A0", b"%C2%A0", b"%c2%a0", b"%A0", b"\xa0")
_SPACES = (*_NO_BREAK, *(chr(space).encode() for space in (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))

# What may stand in the place of a blank.
WHITE_SPACE = either(
    repeated(one_of(b" \t\r\n\f\v"), 1, 20),
    row(_BLANKS, perhaps(exactly(b"\\")), _NEW_LINE, _BLANKS, _MARK, _BLANKS),
    row(_BLANKS, _ESCAPED_LINE, perhaps(_NEW_LINE), _BLANKS),
    row(perhaps(exactly(b" ")), either(*map(exactly, (*_SPACES, b"\\t", b"%09", b"&#9;"))), perhaps(exactly(b" "))),
)

# Folded lines (RFC 5322, 2.2.3; RFC 5545, 3.1; RFC 6350, 3.2; RFC 2849), also in a string of JSON; and lines that are
# continued after a backslash.
FOLD = either(
    row(_NEW_LINE, repeated(one_of(b" \t"), 1, 8)),
    row(exactly(b"\\"), _NEW_LINE, _BLANKS),
    row(either(exactly(b"\\n"), exactly(b"\\r\\n")), one_of(b" \t")),
)
# Strings that a program puts together, also of bytes: with an operator, or each in a call
# (`.append("...")`, `TO_CLOB('...')`).
_QUOTE = row(perhaps(exactly(b"\\")), one_of(b"\"'"))
_CALL = row(repeated(one_of(LETTERS_AND_DIGITS + b"_"), 1, 10), exactly(b"("))
_CONCATENATION = row(
    *(_QUOTE, perhaps(exactly(b")")), repeated(one_of(b" \t\r\n+.&_|"), 1, 16)),
    *(perhaps(_CALL), perhaps(one_of(b"bBN")), _QUOTE),
)
# Where the data of a page of Next.js goes on in another script.
_NONCE = row(exactly(b' nonce="'), repeated(one_of(LETTERS_AND_DIGITS + b"+/=_-"), 1, 32), exactly(b'"'))
_NEXT_SCRIPT = row(
    *(exactly(b'"])</script>'), repeated(one_of(b" \r\n"), 0, 4), exactly(b"<script"), perhaps(_NONCE)),
    exactly(b'>self.__next_f.push([1,"'),
)
_TAG = row(
    exactly(b"<"),
    perhaps(exactly(b"/")),
    repeated(one_of(LETTERS_AND_DIGITS), 1, 8),
    perhaps(exactly(b"/")),
    exactly(b">"),
)
# A parameter of MIME that goes on (RFC 2231, 3).
_PARAMETER = row(
    *(
        perhaps(exactly(b'"')),
        exactly(b";"),
        repeated(one_of(b" \t\r\n"), 1, 8),
        repeated(one_of(LETTERS_AND_DIGITS), 1, 12),
    ),
    *(
        exactly(b"*"),
        repeated(one_of(b"0123456789"), 1, 2),
        perhaps(exactly(b"*")),
        exactly(b"="),
        perhaps(exactly(b'"')),
    ),
)
# What may come between two characters, once or twice in a text. The name of a space without a width is long: as one of
# the invisible characters that may be between all, it would make what is kept between two pieces of a stream longer.
BETWEEN = either(
    FOLD,
    _CONCATENATION,
    _NEXT_SCRIPT,
    _PARAMETER,
    repeated(_TAG, 1, 2),
    *map(exactly, (b"]]><![CDATA[", b"&ZeroWidthSpace;")),
)
