"""Spellings of text that is laid out: folded, wrapped, quoted; and of quotes, doubled or escaped twice."""

from __future__ import annotations

import html
import json
import textwrap
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from urllib.parse import quote, quote_plus

import pytest

from overheard.words.secret import Secret
from overheard_capture.search import Search
from rows import for_each

FLUFFY, TOKEN, WORDS = "fluffy tail 4711", "hunter2-Xk29Qz-blue-falcon-77", "correct horse battery staple seven"
QUOTES, UMLAUTS = "pa\"ss'w<o>r&d\\x/1", 'ünï"cödé pass'


search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, text: str) -> set[str]:
    """The names of the spellings of the secret in this text."""
    return {match.spelling for match in search(secret).matches(f"It is {text}, yes".encode())}


FOLDS = ["\r\n ", "\r\n\t", "\n ", "\\\n", "\\\n    ", "\\\r\n\t", '" + "', "' . '", '"\n   "']
SPACES = ["  ", "\t", "\r\n", "\n    ", "\r\n> ", " \n>> ", "\u00a0", "&nbsp;", "\u2009", "\\n"]


@for_each(
    fold=["\r\n ", "\r\n\t", "\n ", "\\\n", "\\\n    ", "\\\r\n\t", '" + "', "' . '", '"\n   "'], secret=[FLUFFY, TOKEN]
)
def test_text_is_found_wherever_it_is_folded(secret: str, fold: str) -> None:
    for at in range(1, len(secret)):
        assert seen(secret, secret[:at] + fold + secret[at:]) & {"folded", "other white space"}, at


@pytest.mark.parametrize("between", ["</b>", "<wbr>", "</b><i>", "&ZeroWidthSpace;", "]]><![CDATA[", "\\n "])
def test_text_is_found_with_markup_within(between: str) -> None:
    for at in range(1, len(TOKEN)):
        assert seen(TOKEN, TOKEN[:at] + between + TOKEN[at:]) == {"folded"}
    assert seen(FLUFFY, "<b>fluffy</b> tail <i>4711</i>") == {"folded"}


CONCATENATED = [
    *("' || '", "')||TO_CLOB('", '").append("', "'+N'", "'\n|| '"),
    '"])</script><script>self.__next_f.push([1,"',
    '"])</script>\n<script nonce="YWJjZGVm">self.__next_f.push([1,"',
]


@for_each(between=CONCATENATED, secret=[FLUFFY, TOKEN])
def test_text_that_a_program_puts_together_is_found(secret: str, between: str) -> None:
    for at in range(1, len(secret), 3):
        assert "folded" in seen(secret, secret[:at] + between + secret[at:]), at


@pytest.mark.parametrize("between", ['" and "', '": "', '"; f("', '"])</script><script>other.push([1,"'])
def test_other_strings_beside_each_other_are_not_found(between: str) -> None:
    assert not seen(TOKEN, TOKEN[:9] + between + TOKEN[9:])


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("Tr0ub4dor&3", "'Tr0ub4dor'||CHR(38)||'3'"),
        ("Eichhörnchen", '"Eichh" & ChrW(246) & "rnchen"'),
        ("Eichhörnchen", '="Eichh"&CHAR(246)&"rnchen"'),
    ],
)
def test_a_sign_in_a_call_is_found(secret: str, text: str) -> None:
    assert seen(secret, text)
    assert not seen(secret, text.replace("(2", "(3").replace("(38", "(39"))
    assert not seen(secret, text.replace("CH", "OR").replace("Ch", "Or"))


@for_each(
    between=["  ", "\t", "\r\n", "\n    ", "\r\n> ", " \n>> ", "\u00a0", "&nbsp;", "\u2009", "\\n"],
    secret=[FLUFFY, WORDS],
)
def test_any_white_space_may_stand_for_a_blank(secret: str, between: str) -> None:
    assert seen(secret, secret.replace(" ", between)) == {"other white space"}
    first, _, rest = secret.partition(" ")
    assert seen(secret, first + between + rest) == {"other white space"}
    begin, _, last = secret.rpartition(" ")
    assert seen(secret, begin + between + last) == {"other white space"}


def test_what_real_programs_fold_and_wrap_is_found() -> None:
    for before in range(0, 90, 7):
        message = EmailMessage(policy=SMTP)
        message["Subject"] = "x" * (before % 40) + " the pass phrase is " + WORDS
        message.set_content("\n".join(textwrap.wrap("word " * before + WORDS, 72)))
        header, _, body = message.as_string().partition("\r\n\r\n")
        assert seen(WORDS, header)
        assert seen(WORDS, body)
        assert seen(WORDS, "> " + body.replace("\n", "\n> "))


def pages(text: str) -> list[str]:
    """The text in two escapes, in either order, as programs write them."""
    once = json.dumps({"p": text})
    return [
        *(quote(once), quote_plus(once), quote(once, safe="")),
        *(html.escape(once), html.escape(json.dumps(once)), quote(json.dumps(once))),
        *(json.dumps(html.escape(text)), quote(html.escape(text))),
        *(json.dumps(text.replace("'", "''")), quote(text.replace('"', '""')), html.escape(text.replace('"', '""'))),
        json.dumps(quote(text)),
    ]


@for_each(number=range(len(pages(""))), secret=[QUOTES, UMLAUTS, 'it\'s "so"', "a=b&c=<d>", "\\\\host\\share"])
def test_two_escapes_are_found_in_either_order(secret: str, number: int) -> None:
    assert seen(secret, pages(secret)[number])


@for_each(form=["\\x%02x", "\\x%02X", "\\%03o", "\\\\x%02x"], secret=[FLUFFY, TOKEN, QUOTES, WORDS])
def test_signs_by_their_number_are_found_in_a_url(secret: str, form: str) -> None:
    """As JavaScript and C have them."""
    written = "".join(each if each.isalnum() else form % ord(each) for each in secret)
    for text in (quote(written, safe=""), quote(quote(written, safe=""), safe="")):
        assert seen(secret, text) == {"escaped twice"}
        assert not seen(secret, text.replace("5C", "5B"))


@for_each(form=["=%02X", "=%02x"], secret=[FLUFFY, TOKEN, QUOTES, WORDS])
def test_blanks_and_signs_in_quoted_printable_are_found_in_a_url(secret: str, form: str) -> None:
    written = "".join(each if each.isalnum() else form % ord(each) for each in secret)
    for text in (quote(written, safe=""), quote(quote(written, safe=""), safe="")):
        assert seen(secret, text) == {"escaped twice"}
        assert not seen(secret, text.replace("3D", "3E"))
        assert not seen(secret, text.replace("3D2", "3D1"))


@pytest.mark.parametrize("character", ["'", '"', "`"])
def test_doubled_quotes_are_found(character: str) -> None:
    secret = f"it{character}s a {character}nice{character} day"
    assert seen(secret, secret.replace(character, 2 * character)) == {"quotes doubled"}
    assert seen(secret, secret.replace(character, 4 * character)) == {"quotes doubled"}


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        (FLUFFY, "fluffy tail\r\nnumber 4711"),
        (FLUFFY, "fluffytail4711"),
        (FLUFFY, "fluffy\r\n tail 4712"),
        (FLUFFY, "fluffy, tail 4711"),
        (TOKEN, "hunter2-Xk\r\n29Qz-blue-falcon-77"),
        (TOKEN, 'hunter2-", "Xk29Qz-blue-falcon-77'),
        (TOKEN, "hunter2-Xk29Qz <b>and</b> -blue-falcon-77"),
        (QUOTES, QUOTES.replace("'", '"')),
        (QUOTES, quote(json.dumps(QUOTES)).replace("%5C%22", "%5C%23")),
    ],
)
def test_other_text_is_not_found(secret: str, text: str) -> None:
    assert not seen(secret, text)
