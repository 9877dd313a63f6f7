"""Regenerates the table that compares tools on the corpus: `python tests/corpus_table.py [PAGE]`, in the checkout.

It records the corpus on the compared taps, and runs every tool on it. The table is written to the page
(docs/witness.md), or to standard output if the page does not exist.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corpus.recorded import Recorded
from corpus.rivals import missing
from corpus.table import COMPARED, asked, put_in, table

PAGE = Path(__file__).parent.parent / "docs" / "witness.md"


def main(page: Path) -> None:
    """Record the corpus, run the tools, and write the table."""
    if tools := missing():
        sys.exit(f"to compare with {' and '.join(tools)}, install them: apt-get install {' '.join(tools)}")
    found = {}
    for tap in COMPARED:
        with tempfile.TemporaryDirectory() as folder:
            found[tap] = asked(Recorded.on(tap, Path(folder)))
    made = table(found)
    if page.is_file():
        page.write_text(put_in(page.read_text(encoding="utf-8"), made), encoding="utf-8")
    else:
        print(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PAGE)
