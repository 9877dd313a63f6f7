"""Regenerate the pages of docs/scenarios, and the tables of packages: `python docs/generate.py`, in the checkout.

The recorded output of runs is kept, because only a run of the lab can produce it. Scenarios that are named on the
command line are run first, and their new output replaces the recorded one; ENGINE chooses the engine. The tables in
docs/architecture.md describe each package by the first sentence of its docstring.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from overheard.report.pages import file_of, output_of, pages
from overheard.words.story import SCENARIOS

FOLDER = Path(__file__).parent / "scenarios"
ARCHITECTURE = Path(__file__).parent / "architecture.md"

# Rows of packages, and the table of the folders of one: what is before a description, the name, what is after it.
_PACKAGE = re.compile(r"^(\| \d+ \| `([\w.]+)` \| ).*?( \|)$", re.MULTILINE)
_FOLDERS = re.compile(r"(?<=\| folder \| what it is \| what comes out of it \|\n)(?:\|.*\n)+")
_FOLDER = re.compile(r"^(\| `(\w+)` \| ).*?( \| .*)$", re.MULTILINE)


def main(names: list[str]) -> None:
    """Write every page."""
    outputs = kept() | {name: printed(name) for name in names}
    made = pages(outputs)
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    ARCHITECTURE.write_text(described(ARCHITECTURE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{len(made)} pages in {FOLDER}")


def kept() -> dict[str, str]:
    """The recorded outputs in the existing pages."""
    files = ((each.name, FOLDER / file_of(each.name)) for each in SCENARIOS)
    return {name: output_of(file.read_text(encoding="utf-8")) for name, file in files if file.is_file()}


def printed(name: str) -> str:
    """The output of `overheard run`, reduced to that of the scenario."""
    environment = {**os.environ, "COLUMNS": "100"}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "overheard", "run", name, "--runs", folder]
        ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    lines = [line.rstrip() for line in ran.stdout.splitlines()]
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}: "))
    last = lines.index("Look for yourself")
    return "\n".join(lines[first:last]).strip() + "\n"


def described(page: str) -> str:
    """The page with each package in its tables described by its docstring."""
    page = _PACKAGE.sub(lambda row: row[1] + first_sentence(row[2]) + row[3], page)
    return _FOLDERS.sub(lambda table: _FOLDER.sub(_folder_row, table[0]), page)


def _folder_row(row: re.Match[str]) -> str:
    return row[1] + first_sentence(f"overheard_capture.{row[2]}") + row[3]


def first_sentence(package: str) -> str:
    """How the docstring of a package begins, without the full stop."""
    (path,) = ARCHITECTURE.parents[1].glob(f"*/{package.replace('.', '/')}/__init__.py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(re.split(r"\.(?=\s|$)", docstring)[0].split())


if __name__ == "__main__":
    main(sys.argv[1:])
