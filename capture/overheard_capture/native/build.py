"""Compiles the compiled part, where there is a compiler: `python build.py`. Without one, Python does it all itself.

It must run alone, before anything of the project is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("core.c")


def built() -> Path:
    """Where the compiled part of this very source is, or would be."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    return SOURCE.with_name(f"core-{digest}-{os.uname().machine}.so")


def build(folder: Path = SOURCE.parent) -> str:
    """Compile it into `folder`, unless that was done.

    What came of it, in words, or nothing where nothing was to be done.
    """
    target = folder / built().name
    if target.exists():
        return ""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        return "there is no C compiler: the plain-Python reader does it all, more slowly"
    with tempfile.TemporaryDirectory(prefix="overheard-build-") as scratch:
        made = Path(scratch) / "core.so"
        command = [compiler, "-O3", "-shared", "-fPIC", "-Wall", "-o", str(made), str(SOURCE)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            if done.returncode:
                return f"{compiler} did not compile it: {done.stderr.strip().splitlines()[:1]}"
            # Into its place in one step, so that nobody loads half of it.
            unfinished = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.copyfile(made, unfinished)
            unfinished.replace(target)
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"it could not be compiled: {problem}"
    for old in folder.glob("core-*.so"):
        if old != target:
            old.unlink(missing_ok=True)
    return f"compiled with {compiler}"


if __name__ == "__main__":
    if came := build():
        sys.stderr.write(f"compiled part: {came}\n")
