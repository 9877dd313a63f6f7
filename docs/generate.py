"""Regenerate the pages of docs/scenarios: `python docs/generate.py`, in the checkout.

The recorded output of runs is kept, because only a run of the lab can produce it. Scenarios that are named on the
command line are run first, and their new output replaces the recorded one; ENGINE chooses the engine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from overheard.report.pages import file_of, output_of, pages
from overheard.words.story import SCENARIOS

FOLDER = Path(__file__).parent / "scenarios"


def main(names: list[str]) -> None:
    """Write every page."""
    outputs = kept() | {name: printed(name) for name in names}
    made = pages(outputs)
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
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


if __name__ == "__main__":
    main(sys.argv[1:])
