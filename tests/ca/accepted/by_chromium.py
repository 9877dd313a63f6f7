"""`python by_chromium.py ROOT URL`: prints the page that Chromium shows, with one root to trust beside its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Root has no sandbox.
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--enable-logging=stderr", "--dump-dom")
# Of the log line for a handshake that it ended: the number of the error, such as -202.
_ENDED = re.compile(r"handshake failed.*net_error (-\d+)")


def page(root: str, url: str) -> tuple[str, list[str]]:
    """The page as HTML, and the errors of handshakes."""
    with tempfile.TemporaryDirectory() as home:
        database = Path(home) / ".pki" / "nssdb"
        database.mkdir(parents=True)
        for options in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "root", "-i", root]):
            subprocess.run(["certutil", "-d", f"sql:{database}", *options], check=True)
        done = subprocess.run(
            ["chromium", *_OPTIONS, url],
            env={**os.environ, "HOME": home},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stdout, _ENDED.findall(done.stderr)


if __name__ == "__main__":
    shown, errors = page(*sys.argv[1:])
    print(shown, *errors)
    sys.exit(bool(errors))
