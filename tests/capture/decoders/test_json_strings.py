"""Strings of JSON under one name are joined: runs of rich text, parts of messages, lines, words."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, played, seen, sightings
from overheard.words.secret import Secret
from overheard_capture.content.findings import Findings
from overheard_capture.decoders import continued_strings
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.json_strings import JsonStringFinder
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.provenance.origin import Origin
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

WORD = VALUE.decode()
PARTS = ["The word is Flu", "ffy ta", "il", " 4711, they say"]


def keys(word: str) -> list[dict[str, str]]:
    """As drivers of browsers press and release each key."""
    return [{"type": kind, "value": sign} for sign in word for kind in ("keyDown", "keyUp")]


def runs(parts: Sequence[str]) -> dict[str, object]:
    """Documents as programs write them, whose text is in these parts."""
    notes = [
        {
            "type": "text",
            "text": {"content": part, "link": None},
            "annotations": {"bold": at % 2 > 0},
            "plain_text": part,
        }
        for at, part in enumerate(parts)
    ]
    answer = [
        {
            "candidates": [{"content": {"parts": [{"text": part}], "role": "model"}, "index": 0}],
            "modelVersion": "gemini",
        }
        for part in parts
    ]
    words = [{"t": "Str", "c": parts[0]}, {"t": "Strong", "c": [{"t": "Str", "c": part} for part in parts[1:]]}]
    return {
        "Quill": {"ops": [{"insert": part, "attributes": {"bold": at % 2 > 0}} for at, part in enumerate(parts)]},
        "Notion": {"results": [{"object": "block", "paragraph": {"rich_text": notes}}]},
        "ProseMirror": {
            "type": "doc",
            "content": [{"type": "text", "marks": [{"type": "em"}], "text": p} for p in parts],
        },
        "Slack": {"blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": part} for part in parts]}]},
        "Gemini": answer,
        "at different depths": {"blocks": words},
        "notebook": {"cells": [{"cell_type": "code", "source": list(parts), "outputs": []}]},
        "numbered": {f"part{at}": part for at, part in enumerate(parts)},
        "strings alone": list(parts),
    }


LEAKS = {
    **{name: json.dumps(each) for name, each in runs(PARTS).items()},
    "indented": json.dumps(runs(PARTS)["Quill"], indent=2),
    "dense": json.dumps(runs(PARTS)["Slack"], separators=(",", ":")),
    "words": json.dumps({"words": ["The", "Fluffy", "tail", "4711"]}),
    "lines": json.dumps(["It is Fluffy\n", "tail\n", "4711\n"]),
    "lines of a log": "".join(json.dumps({"log": each, "stream": "stdout"}) + "\n" for each in PARTS),
    "JSON in a string": json.dumps({"body": json.dumps(runs(PARTS)["Quill"])}),
    "behind a guard": ")]}'\n" + json.dumps(PARTS),
    "keys that go down and up": json.dumps({"actions": [{"type": "key", "actions": keys(WORD)}]}),
    "empty strings between": json.dumps(["Flu", "", "ffy tail 4711", ""]),
}
LARGE = json.dumps([{"id": at, "name": "squirrel", "text": "The squirrels are out. " * 9} for at in range(60)])


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])
def test_what_is_in_several_strings_is_found(text: str, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        monkeypatch.setattr(continued_strings, "core", lambda: None)
    for whole in (text, LARGE[:-1] + "," + text + "]"):
        data = whole.encode()
        every = sightings(played(untyped, data))
        assert any(layers == (LAYER,) for layers, *_ in every)
        for cuts in ([len(data) // 2], [1, 200, 4500, len(data) - 20], range(0, len(data), 700)):
            assert sightings(played(untyped, data, cuts)) == every
    assert seen(played(untyped, text.encode(), range(len(text)))) == seen(played(untyped, text.encode()))


@pytest.mark.parametrize("text", [LEAKS["Quill"], LEAKS["words"]])
def test_a_short_message_is_read_as_well(text: str) -> None:
    assert (LAYER,) in seen(played(ShortReader, text.encode()))


@pytest.mark.parametrize(
    "secret", ["pä\"ss\\w<o>rd/'4711&", "пароль секрет 77", "Fluffy tail 4711", "密码是二〇二六年"]
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_escaped_characters_are_no_obstacle(secret: str, ascii_only: bool) -> None:
    search = Search([Secret("secret", secret.encode())], large_input=False)
    for at in range(1, len(secret)):
        text = json.dumps({"a": [secret[:at], secret[at:]]}, ensure_ascii=ascii_only)
        html = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003E")
        inner = json.dumps(text, ensure_ascii=ascii_only)
        for each in (text, text.replace("/", "\\/"), html, html.replace("'", "\\u0027"), f"[{inner}]"):
            assert (LAYER,) in seen(played(untyped, each.encode(), findings=Findings(search, READERS))), at


def test_text_of_words_and_lines_in_any_cut_has_the_same_result_in_both_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(7)  # noqa: S311 - a test
    signs = [
        '"',
        '"',
        '"',
        '\\"',
        '\\"',
        "\\",
        "Flu",
        "ffy",
        "tail",
        "4711",
        " ",
        ":",
        ",",
        "{",
        "1",
        "\\n",
        "x" * 300,
        " " * 70,
    ]
    for _ in range(60):
        data = b'{"' + "".join(source.choices(signs, k=200)).encode()
        cuts = [source.randrange(len(data)) for _ in range(4)]
        every = sightings(played(untyped, data))
        assert sightings(played(untyped, data, cuts)) == every
        with monkeypatch.context() as patched:
            patched.setattr(continued_strings, "core", lambda: None)
            assert sightings(played(untyped, data, cuts)) == every


@pytest.mark.parametrize(
    "document",
    [
        {"a": "Fluffy", "b": "tail 4711"},
        [{"first": "Flu", "last": "ffy tail 4711"}],
        ["Fluffy", "and", "tail 4711"],
        ["Fluffy tail", "47", "12"],
        ["Fluffy", "x" * 9000, "tail 4711"],
        [{"a": "Fluffy", "b": "x" * 9000}, {"a": "tail 4711"}],
        ["Fluffytail", "4711"],
    ],
)
def test_other_strings_are_not_joined(document: object) -> None:
    assert not seen(played(untyped, json.dumps(document).encode()))


def test_what_follows_a_gap_is_read_by_itself() -> None:
    data = json.dumps(["Fluffy ", "x" * 400, "tail 4711", "Fluffy ", "tail 4711"]).encode()
    found = played(untyped, data, gap=(100, 110))
    assert seen(found) in ({(LAYER,)}, set())


def test_nothing_may_follow_a_gap() -> None:
    findings = Findings(Search([Secret("x", VALUE)]), READERS)
    finder = JsonStringFinder(findings, (), None)
    finder.feed(b'{"insert": "acorn', Origin.of_frame(1, 54, 17))
    finder.gap(3)
    finder.close()
    assert not findings.sightings
