"""Records the corpus: `python corpus_stage.py TAP FOLDER [NAME ...]`, to be run in namespaces of its own.

TAP is one of corpus/taps.py; for `compose`, FOLDER must have the description of the containers. If names are given,
only these cases are played.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from corpus.cases import CASES
from corpus.record import CorpusPlayer
from corpus.taps import TAPS


def main() -> None:
    """Set up the tap, and play the cases."""
    # Servers from libraries leave a few sockets to the garbage collector.
    warnings.simplefilter("ignore", ResourceWarning)
    name, folder, *wanted = sys.argv[1:]
    # The user of a namespace has no home directory, which programs need.
    os.environ["HOME"] = folder
    cases = [case for case in CASES if not wanted or case.name in wanted]
    CorpusPlayer(TAPS[name](Path(folder)), Path(folder)).play(cases)


if __name__ == "__main__":
    main()
