"""What is escaped more often, or in more ways, than spellings are looked for."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from capture.played import outcome, played, seen, some_findings
from overheard.words.options import Limits
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.armour.deep_escapes import DEEP
from overheard_capture.decoders.armour.escapes import has_escaped
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

SECRETS = ("Eichhörnchen", 'say "hi" \\o/')


def _in_go(text: str) -> str:
    """JSON as Go writes it, which may stand in a script."""
    return json.dumps(text).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _in_html(text: str) -> str:
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _in_url(text: str) -> str:
    return quote(text, safe="")


_WAYS: dict[str, Callable[[str], str]] = {
    "J": json.dumps,
    "G": _in_go,
    "H": _in_html,
    "N": lambda text: text.replace("&", "&#38;"),
    "U": _in_url,
}


def _written(secret: str, ways: str) -> bytes:
    """The secret in a text that was escaped in these ways, the first one first."""
    text = f"<p>a={secret}</p>" if ways[0] in "HU" else json.dumps({"note": secret})
    for way in ways:
        text = _WAYS[way](text)
    return f"Seen: q={text} end\n".encode()


@for_each(
    secret=SECRETS,
    ways=[
        *("JJJJ", "JJJJJ", "J" * 8, "HHHH", "H" * 5, "UUUU", "U" * 8, "UUUUHJ", "HN", "HHG", "HG", "HGG", "JHJHJH"),
        *("JJJU", "JJJJU", "JHU", "JHUU", "HGU", "GHGHGH", "JJJJJHU", "HUHU", "UJUJUJ"),
    ],
)
def test_text_at_any_depth_is_found(ways: str, secret: str) -> None:
    data = _written(secret, ways)
    findings = played(untyped, data, findings=some_findings(value=secret.encode()))
    assert findings.sightings
    in_pieces = played(untyped, data, range(0, len(data), 7), findings=some_findings(value=secret.encode()))
    assert outcome(in_pieces) == outcome(findings)


@pytest.mark.parametrize(("way", "times"), [("J", 12), ("H", 20)])
def test_what_is_beyond_the_depth_limit_is_a_reason(way: str, times: int) -> None:
    findings = some_findings(Limits(depth=3), SECRETS[0].encode())
    played(untyped, _written(SECRETS[0], way * times), findings=findings)
    assert not findings.sightings
    assert {unread.why for unread in findings.unread} == {Reason.LIMIT}


def test_a_percent_sign_at_the_end_is_kept() -> None:
    findings = played(untyped, b"x=at least 100%2525252525", findings=some_findings(value=b"at least 100%"))
    assert findings.sightings


def test_a_run_of_backslashes_is_halved_wherever_it_is_cut() -> None:
    """It is longer than what is looked at before a cut."""
    data = b'{"note": "Eichh' + b"\\" * 4096 + b'u00f6rnchen"}\n'
    found = [
        seen(played(untyped, data, [cut], findings=some_findings(Limits(depth=20), SECRETS[0].encode())))
        for cut in (0, 2500, 2501)
    ]
    assert found[0]
    assert found == found[:1] * 3


@for_each(
    text=[
        b"C:\\\\Users\\\\squirrel and \\\\\\\\server\\\\share, in a string in a string: \\\\\\\\n\n",
        b'{"q": "{\\"a\\": \\"\\\\\\"b\\\\\\"\\"}"}\n',
        b'"\\u0026amp; \\u0026lt;p\\u0026gt; \\u0026nbsp; a\\u0026b=c"\n',
        b"a &amp;amp; b &amp;lt; c &#38; d\n",
        b"GET /?a=%257B%2522a%2522%253A1%257D&b=%7B%22c%22%3A%22%5C%22d%5C%5Cn%22%7D\n",
    ]
)
def test_what_is_escaped_as_often_as_usual_is_no_deep_escape(text: bytes) -> None:
    assert not any(writing.begins.match(text, at) for writing in DEEP for at in range(len(text)))


def test_text_in_which_something_is_escaped_deeply_is_not_passed_over() -> None:
    assert has_escaped(b"q=%2525252C")
    assert not has_escaped(b"q=%252C")
