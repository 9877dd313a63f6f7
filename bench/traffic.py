"""Records the captures for `bench/scan.py`: real servers and clients on their own wire, with dumpcap.

    bench/traffic.py --kinds eth-http small-https --sizes 20 200

`lo` is loopback with segments of up to 64 KB, `eth` a link with frames of 1,500 bytes, `small` the same link with many
small packets, `short` with a connection for each short response. Clean captures are the slow case, so only those called
`leak` contain the secret in clear; within TLS it is sent, and can be found with the key log beside the capture.
Captures larger than 200 MB repeat a smaller one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grow import grow
from overheard.engines.local import unshare
from wire import CLIENT, LOOPBACK_CLIENT

KINDS = (
    *("lo-http", "lo-https", "eth-http", "eth-https", "small-http", "small-https", "short-http", "short-https"),
    "eth-http-leak",
)
SIZES = (20, 200, 2000)
FOLDER = Path(tempfile.gettempdir()) / "overheard-bench"
_MEGABYTE = 1_000_000
_RECORDED = 200  # larger ones are grown
_ATTEMPTS = 3


def capture(kind: str, size: int, folder: Path) -> Path:
    """The capture of this kind and size (in MB), recorded if it does not exist."""
    path = folder / f"{kind}-{size}.pcapng"
    if path.is_file():
        return path
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < 3 * size * _MEGABYTE:
        sys.exit(f"{folder} has no room for {3 * size} MB: choose another folder with --keep, or smaller --sizes")
    print(f"{path.name} ...", file=sys.stderr, flush=True)
    unfinished = folder / f"{kind}-{size}.unfinished"
    if size > _RECORDED:
        client = LOOPBACK_CLIENT if kind.startswith("lo") else CLIENT
        grow(capture(kind, _RECORDED, folder), unfinished, size // _RECORDED, client)
    else:
        _record(kind, size, unfinished)
    return unfinished.rename(path)


def _record(kind: str, size: int, path: Path) -> None:
    wire, protocol, *leak = kind.split("-")
    script = str(Path(__file__).with_name("wire.py"))
    what = ["record", wire, protocol, "leak" if leak else "clean", str(size * _MEGABYTE), str(path)]
    for _ in range(_ATTEMPTS):
        for file in (path, path.with_suffix(".keys")):
            file.unlink(missing_ok=True)
        if subprocess.run([*unshare(), sys.executable, script, *what], check=False).returncode == 0:
            return
    sys.exit(f"{_ATTEMPTS} attempts to record {kind} failed: see above, and try again when the machine is less busy")


def arguments(words: argparse.ArgumentParser) -> None:
    """The common options of both scripts of this benchmark."""
    words.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, metavar="KIND", help=", ".join(KINDS))
    words.add_argument("--sizes", nargs="+", type=int, default=SIZES, metavar="MB", help="how large, in MB")
    words.add_argument("--keep", type=Path, default=FOLDER, metavar="DIR", help=f"where captures are (now: {FOLDER})")


def main() -> None:
    """Record the requested captures that do not exist."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments(words)
    asked = words.parse_args()
    for size in asked.sizes:
        for kind in asked.kinds:
            path = capture(kind, size, asked.keep)
            print(f"{path}  {path.stat().st_size / _MEGABYTE:.1f} MB")


if __name__ == "__main__":
    main()
