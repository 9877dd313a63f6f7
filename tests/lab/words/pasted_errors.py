"""Errors as people have them, each with the faults that must be told: the files of `pasted/`.

Files that are named after a program have what that program printed about the servers of the gallery (curl 7.88,
Go 1.19, Java 17, node 20, OpenSSL 3.0 and so on); those of `public_*` have texts as people write them in public, in the
wording of the programs. Each text follows a line `== FAULT ...`; those of `harmless.txt` have no fault.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "pasted"
_BEGIN = re.compile(r"^==(.*)\n", re.MULTILINE)


class PastedError(NamedTuple):
    """A text, the file that it is from, and the names of the faults that must be told."""

    file: str
    faults: tuple[str, ...]
    text: str


def _read(file: Path) -> list[PastedError]:
    _, *parts = _BEGIN.split(file.read_text(encoding="utf-8"))
    return [
        PastedError(file.stem, tuple(names.split()), text.strip("\n"))
        for names, text in zip(parts[::2], parts[1::2], strict=True)
    ]


_ALL = [each for file in sorted(_FOLDER.glob("*.txt")) for each in _read(file)]
ERRORS = [each for each in _ALL if each.file != "harmless"]
HARMLESS = [each.text for each in _ALL if each.file == "harmless"]
