"""Builds the compiled part, if there is a C compiler: `python build.py`. Without one, the Python code is used.

It must run on its own, before the project is installed.
"""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path

# It includes the other files beside it.
SOURCE = Path(__file__).with_name("core.c")


def library_path() -> Path:
    """The path of the library built from the current source, whether it exists or not."""
    # A checksum is enough, and hashlib would load OpenSSL.
    checksum = 0
    for path in sorted(SOURCE.parent.glob("*.c")):
        checksum = zlib.crc32(path.read_bytes(), checksum)
    return SOURCE.with_name(f"core-{checksum:08x}-{os.uname().machine}.so")


def build(folder: Path = SOURCE.parent) -> str:
    """Build the library in `folder` unless it exists. Returns the outcome as text, or "" if there was nothing to do."""
    # A program that only loads the library needs none of these.
    import shutil  # noqa: PLC0415
    import subprocess  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    target = folder / library_path().name
    if target.exists():
        return ""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return "there is no C compiler: the plain-Python reader is used, which is slower"
    with tempfile.TemporaryDirectory(prefix="overheard-build-") as scratch:
        compiled = Path(scratch) / "core.so"
        command = [compiler, "-O3", "-shared", "-fPIC", "-Wall", "-o", str(compiled), str(SOURCE)]
        try:
            completed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            if completed.returncode:
                return f"{compiler} failed: {completed.stderr.strip().splitlines()[:1]}"
            # Moved into place in one step: an incomplete library must never be loaded.
            unfinished = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.copyfile(compiled, unfinished)
            unfinished.replace(target)
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"it was not compiled: {problem}"
    for old in folder.glob("core-*.so"):
        if old != target:
            old.unlink(missing_ok=True)
    return f"compiled with {compiler}"


if __name__ == "__main__":
    if outcome := build():
        sys.stderr.write(f"compiled part: {outcome}\n")
