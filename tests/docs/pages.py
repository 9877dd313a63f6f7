"""The pages of the project, and their content."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/README.md"), *ROOT.glob("docs/**/*.md")})
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(path: Path) -> list[str]:
    """The anchors of a page: its headings, in GitHub's form and in their order."""
    headings = re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of every table whose heading begins with `heading`; a cell of only code is without its backquotes."""
    tables = re.findall(rf"^\| {re.escape(heading)}.*\n\|[-|]+\|\n((?:\|.*\n)+)", text + "\n", re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines()]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [[re.sub(r"^`([^`]*)`$", r"\1", cell) for cell in line] for line in cells]


def code(text: str, language: str = "python") -> list[str]:
    """The blocks of code of a page, or of a part of it."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def changed(code: str, *changes: str) -> str:
    """Code after changes: each takes the place of the line that begins like its last one, up to a bracket or quote."""
    for change in changes:
        begins = re.split(r"[(\"]", change.rstrip("\n").rpartition("\n")[2])[0]
        (line,) = re.findall(rf"^ *{re.escape(begins)}.*\n", code, re.MULTILINE)
        code = code.replace(line, indent(change, line[: len(line) - len(line.lstrip())]))
    return code
