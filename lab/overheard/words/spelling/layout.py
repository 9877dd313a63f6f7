"""The layout of text: white space for a blank, and what may come between two characters of a text that is laid out."""

from __future__ import annotations

import string

from overheard.words.spelling.look import either, exactly, one_of, perhaps, repeated, row

_NEW_LINE = row(perhaps(exactly(b"\r")), exactly(b"\n"))
_BLANKS = repeated(one_of(b" \t"), 0, 8)
_NOT_ANGLED = bytes(set(range(256)) - set(b"<>"))
_IN_TAG = one_of(_NOT_ANGLED)
# A tag of HTML or XML with its attributes, or a comment, of at most so many bytes; in short forms, so that its end is.
_MOST_IN_TAG = 80
_TAG = either(
    row(exactly(b"<"), _IN_TAG, exactly(b">")),
    row(exactly(b"<"), _IN_TAG, _IN_TAG, exactly(b">")),
    row(exactly(b"<"), repeated(_IN_TAG, 0, _MOST_IN_TAG - 3), _IN_TAG, _IN_TAG, _IN_TAG, exactly(b">")),
)
# Runs of Office have some eight tags between two of them.
_TAGS = repeated(row(_TAG, repeated(one_of(b" \t\r\n"), 0, 4)), 1, 8)
# Control words of RTF ("Rich Text Format (RTF) Specification", 1.9.1), which may begin or end groups.
_RTF_WORD = row(
    exactly(b"\\"),
    repeated(one_of(string.ascii_lowercase.encode()), 1, 16),
    repeated(one_of(b"-0123456789"), 0, 9),
    perhaps(exactly(b" ")),
)
_BRACE = one_of(b"{}")
_RTF = either(_BRACE, row(repeated(_BRACE, 0, 2), repeated(_RTF_WORD, 1, 6), repeated(_BRACE, 0, 1)))

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

# And in a text that is marked up.
MARKUP = row(repeated(one_of(b" \t\r\n"), 0, 8), _TAGS)

# Folded lines (RFC 5322, 2.2.3; RFC 5545, 3.1; RFC 6350, 3.2; RFC 2849), also in a string of JSON; and lines that are
# continued after a backslash.
FOLD = either(
    row(_NEW_LINE, repeated(one_of(b" \t"), 1, 8)),
    row(exactly(b"\\"), _NEW_LINE, _BLANKS),
    row(
        either(*map(exactly, (b"\\n", b"\\r\\n", b"&#13;\n", b"&#13;\r\n", b"&#xD;\n", b"&#13;&#10;", b"&#10;"))),
        one_of(b" \t"),
    ),
)
# Strings that a program puts together.
_QUOTE = row(perhaps(exactly(b"\\")), one_of(b"\"'"))
_CONCATENATION = row(_QUOTE, repeated(one_of(b" \t\r\n+.&_"), 1, 16), _QUOTE)
# Soft hyphens, and spaces without a width.
_INVISIBLE = either(
    *map(exactly, (b"&shy;", b"&#173;", b"&#8203;")), *(exactly(chr(each).encode()) for each in (0xAD, 0x200B, 0x2060))
)
# What may come between two characters, once or twice in a text.
BETWEEN = either(FOLD, _CONCATENATION, _TAGS, _RTF, exactly(b"]]><![CDATA["), _INVISIBLE)

# The last byte of what may come between two characters.
BREAK = one_of(b" \t\n>{}\"';" + bytes({chr(each).encode()[-1] for each in (0xAD, 0x200B, 0x2060)}))
