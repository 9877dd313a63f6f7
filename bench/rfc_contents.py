"""Which sections of RFCs the project cites, and which sections these RFCs have: tests/docs/rfc_contents.json.

    apt-get download doc-rfc-std doc-rfc-std-proposed doc-rfc-fyi-bcp doc-rfc-informational doc-rfc-experimental
    for package in doc-rfc-*.deb; do dpkg-deb --extract "$package" rfcs; done
    bench/rfc_contents.py rfcs

makes the file again; a new citation needs that only if it is the first one of its RFC. The packages are in the
component non-free of Debian. Any folder does that has the texts as `rfc8446.txt` or `rfc8446.txt.gz`, such as those of
the RFC Editor. RFCs whose text is not there, as they are newer than the packages, keep what the file says of them:
under `sources` where their contents are from, under `unverified` why there are none.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROJECT = Path(__file__).parent.parent
CONTENTS = _PROJECT / "tests" / "docs" / "rfc_contents.json"
_PARTS = ("contents", "sources", "unverified")
# What learners and users read, and the code that they may read with it.
_READ = (
    "lab/overheard/**/*.py",
    "services/overheard_services/**/*.py",
    "ca/overheard_ca/**/*.py",
    "docs/**/*.md",
    "*.md",
)
_SECTION = r"(?:[A-Z](?:\.\d+)*|[1-9]\d?(?:\.\d+)*)"
# In text, `RFC 5280, 4.2.1.9 and 4.2.1.10` or `RFC 8446, section 4.4.2`; in code, `rfc(8446, "C.5", ...)`; in URLs.
_IN_TEXT = re.compile(rf"RFC (\d+), (?:section |appendix )?({_SECTION}(?:(?:, | and )\d+(?:\.\d+)+)*)(?![\w-])")
_IN_CODE = re.compile(rf'\brfc\((\d+), "({_SECTION})"')
_IN_URL = re.compile(rf"rfc(\d+)#(?:section|appendix)-({_SECTION})")
# Where a text is broken: strings in several lines, and comments.
_BREAK = re.compile(r'"\s*\n\s*f?"|(?:\n\s*#|\s)+')
# A heading begins its line, with a number or, of an appendix, a letter; in some old RFCs those of subsections are
# indented. In a table of contents a page number follows.
_HEADING = re.compile(rf"(?:Appendix )?({_SECTION})[.:]?(?: +\S.*)?")
_ARTICLE = re.compile(r"\s*[A-Z] .*")
_INDENTED = re.compile(r" {1,3}(\d{1,2}(?:\.\d+)+)\.? +[A-Z].*")
_ENTRY = re.compile(rf"\s*(?:Appendix )?({_SECTION})[.:]? +\S.*[ .]{{2,}}\d+")


def citations() -> Iterator[tuple[str, int, str]]:
    """Every section of an RFC that is cited: the file, the number of the RFC, and the section."""
    for pattern in _READ:
        for path in sorted(_PROJECT.glob(pattern)):
            for number, section in sections_in(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(_PROJECT)), number, section


def sections_in(text: str) -> Iterator[tuple[int, str]]:
    """The sections that a text or a module cites."""
    text = _BREAK.sub(lambda found: "" if found[0].startswith('"') else " ", text)
    for pattern in (_IN_TEXT, _IN_CODE, _IN_URL):
        for number, sections in pattern.findall(text):
            for section in re.split(", | and ", sections):
                yield int(number), section.rstrip(".")


def sections_of(text: str) -> list[str]:
    """The sections and appendices of an RFC, in order, from its text."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        if _ARTICLE.fullmatch(line):
            continue
        if heading := _HEADING.fullmatch(line) or _ENTRY.fullmatch(line) or _INDENTED.fullmatch(line):
            found.setdefault(heading[1])
    return sorted(found, key=_order)


def _order(section: str) -> list[tuple[bool, int, str]]:
    """Sections before appendices, and 4.9 before 4.10."""
    return [(part.isalpha(), int(part) if part.isdecimal() else 0, part) for part in section.split(".")]


def _texts(folder: Path) -> dict[int, Path]:
    """The texts in a folder by the number of the RFC."""
    named = ((re.fullmatch(r"rfc0*(\d+)\.txt(?:\.gz)?", path.name), path) for path in folder.rglob("rfc*.txt*"))
    return {int(name[1]): path for name, path in named if name and path.is_file()}


def _read(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", "replace")


def _lines(part: str, rows: dict[str, object]) -> str:
    """A part of the file, with a line for each RFC."""
    lines = ",\n".join(f'    "{number}": {json.dumps(value)}' for number, value in rows.items())
    return f'  "{part}": {{\n{lines}\n  }}'


def main(folders: list[str]) -> None:
    """Write the file, from the texts in these folders."""
    known = json.loads(CONTENTS.read_text()) if CONTENTS.exists() else {}
    texts = {number: path for folder in folders for number, path in _texts(Path(folder)).items()}
    numbers = sorted({number for _, number, _ in citations()})
    contents = {str(number): sections_of(_read(texts[number])) for number in numbers if number in texts}
    kept = {str(number) for number in numbers} - contents.keys()
    before = {part: {key: value for key, value in known.get(part, {}).items() if key in kept} for part in _PARTS}
    missing = sorted(kept - before["contents"].keys() - before["unverified"].keys(), key=int)
    contents |= before["contents"]
    before["contents"] = {number: contents[number] for number in sorted(contents, key=int)}
    CONTENTS.write_text("{\n" + ",\n".join(_lines(part, before[part]) for part in _PARTS) + "\n}\n")
    print(f"{len(contents)} RFCs; neither a text nor known: {', '.join(missing) or 'none'}")


if __name__ == "__main__":
    main(sys.argv[1:])
