"""Plays all of `cases.py` in the namespaces in which it runs, and prints JSON: `python inside.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Play."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from lab.sidecar.cases import play  # noqa: PLC0415  (it is found now)

    play(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
