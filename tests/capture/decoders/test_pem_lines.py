"""PEM whose lines are each in something else."""

from __future__ import annotations

import base64
import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from capture.played import VALUE, origin_of, played, seen, sightings, some_findings
from capture.wrapped import noise
from overheard_capture.content.findings import PRIVATE_KEY
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.joined_values import LAYER
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.decoders.pem_lines import pem_pieces
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[list[str]], str]


def pem(data: bytes, name: str = "SQUIRREL", width: int = 64) -> list[str]:
    return [f"-----BEGIN {name}-----", *textwrap.wrap(base64.b64encode(data).decode(), width), f"-----END {name}-----"]


def each(pattern: str) -> Write:
    """Such a text for each line, with its number, and something that changes otherwise."""
    return lambda lines: "".join(
        pattern.format(line=line, number=number, other=noise(5, number).hex(), time=f"{number * 7 % 60:02}.{number}")
        for number, line in enumerate(lines, 8)
    )


# The secret is across two lines, with others before and behind.
LINES = pem(noise(90) + VALUE + noise(150, 1))
WRITTEN: dict[str, Write] = {
    "kubectl logs --timestamps": each("2026-11-30T10:00:{time}Z {line}\n"),
    "docker compose": each("web-1  | {line}\n"),
    "syslog": each("Nov 30 10:00:{time} oak app[1{number}]: {line}\n"),
    "syslog, with a tab": each("<14>Nov 30 10:00:07 oak app[12]: [7-{number}] #011{line}\r\n"),
    "grep -n": each("key.pem:{number}:{line}\n"),
    "cat -n": each("{number:6}\t{line}\n"),
    "nl -s ' '": each("{number:6} {line}\n"),
    "logfmt": each('time=2026-11-30T10:00:{time}Z level=info msg="{line}"\n'),
    "a list of YAML": each("- {line}\n"),
    "Loki": lambda lines: json.dumps({"values": [[f"17{at:017}", line] for at, line in enumerate(lines, 99)]}),
    "JSON": lambda lines: json.dumps({"key": lines}, indent=1),
    "empty lines between": each("{line}\n\n"),
    "blanks at the end": each("{line}  \n"),
    "cells": each('<tr><td id="L{number}"></td>\n<td class="code">{line}</td></tr>\n'),
    "paragraphs": each("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"),
    "line breaks": each("{line}<br>"),
    "Java": each('  sb.append("{line}\\n");\n'),
    "C": each('"{line}\\r\\n"\n'),
    "CSV": each('{number},"{line}"\n'),
    "a shell": lambda lines: each("echo {line} >> k\n")(lines).replace(">> k", "> k", 1),
    "a name of each line": each('<p id="{other}">{line}</p>'),
}  # fmt: skip


@for_each(name=WRITTEN)
def test_they_are_read_together(name: str) -> None:
    for before in ("", "It began.\n" * 100):
        data = (before + WRITTEN[name](LINES)).encode()
        every = sightings(played(untyped, data))
        assert (LAYER, BASE64) in {layers[-2:] for layers in seen(played(untyped, data))}, name
        for cuts in ([len(data) // 2], range(0, len(data), 100), [1, 200, 300]):
            assert sightings(played(untyped, data, cuts)) == every


@for_each(name=WRITTEN, width=[64, 70, 76])
def test_a_secret_of_several_lines_is_found(name: str, width: int) -> None:
    lines = pem(noise(200), "RSA PRIVATE KEY", width)
    findings = some_findings(value="\n".join(lines).encode())
    played(untyped, WRITTEN[name](lines).encode(), findings=findings)
    assert findings.sightings, name


@for_each(name=WRITTEN)
def test_a_key_in_clear_is_a_reason(name: str) -> None:
    found = played(untyped, WRITTEN[name](pem(noise(200), "PRIVATE KEY")).encode())
    assert {each.what for each in found.unread} == {PRIVATE_KEY}, name


OTHERS: dict[str, str] = {
    "as it stands": "\n".join(LINES),
    "CR LF, indented": "\r\n  ".join(LINES),
    "in a string": json.dumps("\n".join(LINES)),
    "in a string in a string": json.dumps(json.dumps("\r\n".join(LINES))),
    "an example": '-----BEGIN SQUIRREL-----", "...", "-----END SQUIRREL-----',
    "words": "-----BEGIN SQUIRREL-----\n> The squirrels are out.\n> And the acorns, too.\n> -----END SQUIRREL-----\n",
    "without an end": each("k:{number}:{line}\n")(LINES[:-1]),
    "with another end": each("k:{number}:{line}\n")([*LINES[:-1], "-----END ACORN-----"]),
    "indented": "\n    ".join(LINES),
    "nothing": "-----BEGIN SQUIRREL----------END SQUIRREL-----",
}


@for_each(name=OTHERS)
def test_nothing_else_is(name: str) -> None:
    assert not list(pem_pieces(OTHERS[name].encode())), name


@for_each(name=["as it stands", "an example", "words", "without an end"])
def test_what_is_not_is_not_joined(name: str) -> None:
    text = OTHERS[name].replace("and", "or").encode() + b"\nthe end\n"
    assert not any(LAYER in layers for layers in seen(played(untyped, text)))


HEADERS = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF", ""]
CHECKED = [*LINES[:1], *HEADERS, *LINES[1:-1], "=abcd", LINES[-1]]


@for_each(name=WRITTEN, lines=[CHECKED, [*LINES[:2], "a note", *LINES[2:]], [*LINES[:3], "", *LINES[3:]]])
def test_they_are_taken_apart_once(name: str, lines: list[str]) -> None:
    assert not played(untyped, WRITTEN[name](lines).encode()).unread, name
    assert not played(untyped, "\n".join(lines).encode()).unread


def joined_messages(messages: list[str], findings_value: bytes) -> list[str]:
    findings = some_findings(value=findings_value)
    several = JoinedMessages(findings, ())
    for message in messages:
        data = message.encode()
        several.add(data, origin_of(len(data)).place(0, len(data)))
    several.close()
    return [found.what for found in findings.unread] + [found.match.spelling for found in findings.sightings]


@pytest.mark.parametrize("end", ["", " and that is all"])
def test_lines_in_a_message_each_are_read_together(end: str) -> None:
    lines = pem(noise(200), "PRIVATE KEY")
    messages = [f"<14>Nov 30 10:00:0{at} oak app[12]: [7-{at}] #011{line}{end}" for at, line in enumerate(lines)]
    found = joined_messages(["It began.", *messages, "It ended."], "\n".join(lines).encode())
    assert {PRIVATE_KEY, "plainly"} <= set(found)
    assert "plainly" not in joined_messages([*messages[:2], *messages[3:]], "\n".join(lines).encode())
    assert "plainly" not in joined_messages(messages[:-1], "\n".join(lines).encode())
