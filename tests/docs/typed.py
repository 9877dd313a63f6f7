"""What a page tells its reader to type: files, and lines in a terminal with what they print."""

from __future__ import annotations

import re
from typing import NamedTuple

# What is typed in bash and in Python, the lines that go on included.
_TYPED = re.compile(r"(?:\$|>|>>>|\.\.\.)(?: (.*))?")
# What is different every time; alone in a line, any number of lines.
_ANYTHING = "…"


class Block(NamedTuple):
    """A file, or lines to type, each with what it prints. Neither is for those who set up their machine."""

    language: str
    text: str

    @property
    def file(self) -> str:
        """The name of the file that a block is, in its first line; empty if it is none."""
        found = re.match(r"# (\w+\.py)\n", self.text) if self.language == "python" else None
        return found[1] if found else ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each line that is typed, and what it prints."""
        typed: list[tuple[str, str]] = []
        for line in self.text.splitlines() if self.language == "console" else ():
            if found := _TYPED.fullmatch(line):
                typed.append((found[1] or "", ""))
            else:
                before, printed = typed.pop()
                typed.append((before, f"{printed}{line}\n"))
        return typed


def blocks(page: str) -> list[Block]:
    """All blocks of code of a page, in their order."""
    return [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]


def looks_like(said: str, printed: str, *, any_order: bool = False) -> bool:
    """Whether a program says what the page has it print. With two programs at once, lines are in `any_order`."""
    lines, found = _lines(printed), _lines(said)
    if re.fullmatch("\n".join(map(_pattern, lines)), "\n".join(found), re.DOTALL):
        return True
    if not any_order or len(lines) != len(found):
        return False
    for line in lines:
        fitting = [each for each in found if re.fullmatch(_pattern(line), each)]
        if not fitting:
            return False
        found.remove(fitting[0])
    return True


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _pattern(line: str) -> str:
    if line == _ANYTHING:
        return "(?s:.*)"
    return r"[^\n]*".join(map(re.escape, line.split(_ANYTHING)))
