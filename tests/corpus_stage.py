"""Records the corpus: `python corpus_stage.py TAP FOLDER [NAME ...]`, run inside namespaces of its own.

TAP is one of those in corpus/taps.py; for `compose`, there must be word of the containers in FOLDER. With names, only
these cases are played.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from corpus.cases import CASES
from corpus.record import Theatre
from corpus.taps import TAPS


def main() -> None:
    """Set up the tap, and play."""
    # The servers that libraries bring leave a socket or two to the collector.
    warnings.simplefilter("ignore", ResourceWarning)
    name, folder, *wanted = sys.argv[1:]
    # Programs want a folder of their own, where the user of a namespace has none.
    os.environ["HOME"] = folder
    cases = [case for case in CASES if not wanted or case.name in wanted]
    Theatre(TAPS[name](Path(folder)), Path(folder)).play(cases)


if __name__ == "__main__":
    main()
