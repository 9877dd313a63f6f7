"""Scans captures that are made to cost as much as possible, and prints CPU seconds a MB and the memory of each.

    bench/hostile.py [--size 1] [ROW...]

Time and memory have to be bounded by the size of a capture, whatever its bytes are: exits with 1 if a row takes more
than 2 seconds a MB, needs 300 MB of memory, or ends in no verdict.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from hostile_inputs import ROWS
from hostile_wire import SPARSE
from measure import run

_MEGABYTE = 1_000_000
# In seconds a MB, and in MB.
SLOWEST, MOST = 2.0, 300
_PATIENCE = 120.0
_SPARSE_SIZE = 1 << 30
# What is installed has been compiled to bytecode, and is not compiled again in each run.
_VARIABLES = {"OVERHEARD_PROCESSES": "1", "PYTHONDONTWRITEBYTECODE": ""}
_SCAN = [str(Path(sys.executable).with_name("overheard")), "scan", "--secret", "x=fluffy tail", "--quiet"]


def main() -> int:
    """Scan the requested rows, or all."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("rows", nargs="*", metavar="ROW", help="the beginning of the name of a row (now: all rows)")
    words.add_argument("--size", type=float, default=1, metavar="MB", help="about how large each is (now: 1)")
    asked = words.parse_args()
    chosen = [name for name in ROWS if not asked.rows or name.startswith(tuple(asked.rows))]
    if not chosen:
        words.error(f"no such row; there are: {', '.join(ROWS)}")
    print(f"{'':<42}{'MB':>8}{'seconds':>9}{'s a MB':>9}{'peak MB':>9}{'exit':>6}")
    with tempfile.TemporaryDirectory() as folder:
        wrong = [name for name in chosen if not _scan(name, int(asked.size * _MEGABYTE), Path(folder) / "hostile.pcap")]
    if wrong:
        print("too slow, too large or without a verdict: " + ", ".join(wrong), file=sys.stderr)
    return bool(wrong)


def _scan(name: str, size: int, file: Path) -> bool:
    """Scan one row, and print its line. Returns whether it is within the bounds."""
    file.write_bytes(ROWS[name](size))
    if name == SPARSE:
        os.truncate(file, _SPARSE_SIZE)
    # What is sparse has no size; neither have tiny files, in which the start of the program counts.
    large = max(min(file.stat().st_size, size), _MEGABYTE) / _MEGABYTE
    print(f"{name:<42}{file.stat().st_size / _MEGABYTE:>8.2f}", end="", flush=True)
    found = run([*_SCAN, str(file)], _VARIABLES, _PATIENCE, watched=True)
    file.unlink()
    if found is None:
        print(f"{f'over {_PATIENCE:.0f}':>9}")
        return False
    print(f"{found.cpu:>9.2f}{found.cpu / large:>9.2f}{found.peak:>9.0f}{found.code:>6}", flush=True)
    return found.cpu / large <= SLOWEST and found.peak <= MOST and found.code in (0, 2)


if __name__ == "__main__":
    sys.exit(main())
