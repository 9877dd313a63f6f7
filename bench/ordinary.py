"""Hunts for false reasons: records ordinary programs, and judges them for a secret that they never had.

`python bench/ordinary.py [--out DIR] [NAME...]`: plays each program against a server on the loopback interface of a
network namespace of its own (needs root or CAP_NET_ADMIN), records it with dumpcap, and judges the capture. Prints the
first line of each verdict and its reasons. A reason is a find unless its hint names an option with which a user can act
on it; exits with 1 if there was one. A program that is not installed is named, and is not played.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from overheard import Options, judge
from overheard.words.verdict import Outcome, Verdict
from playing import Play
from programs import PROGRAMS

_SECRET = {"secret": "kestrel-Vorhang-8817"}
_OPTIONS = Options(vouched={"whole", "sent"})
_INSIDE = "OVERHEARD_ORDINARY_INSIDE"
# What dumpcap needs to see the last packets.
_SETTLING = 0.5


@contextmanager
def _recorded(file: Path) -> Iterator[None]:
    command = ["dumpcap", "-q", "-i", "lo", "-B", "32", "-w", str(file)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            if line.startswith("File:"):
                break
        time.sleep(_SETTLING)
        try:
            yield
            time.sleep(_SETTLING)
        finally:
            process.send_signal(signal.SIGINT)


def _play(name: str, play: Play, out: Path) -> Verdict | None:
    """Play one program and judge it; None if something that it needs is not installed."""
    missing = [program for program in play.needs if not shutil.which(program)]
    if missing:
        print(f"{name}: not played, {' and '.join(missing)} missing")
        return None
    file = out / f"{name}.pcapng"
    with tempfile.TemporaryDirectory(prefix="overheard-ordinary-") as folder, ExitStack() as servers:
        Path(folder).chmod(0o755)
        client = play.serve(Path(folder), servers)
        with _recorded(file):
            client()
    return judge(file, _SECRET, _OPTIONS).verdicts["secret"]


def _tell(name: str, verdict: Verdict) -> bool:
    """Print a verdict. Returns whether one of its reasons is of no use to anybody."""
    print(f"{name}: {verdict.outcome}  {verdict.ground}")
    useless = verdict.outcome is Outcome.OVERHEARD
    for check in verdict.reasons:
        actionable = "--" in check.hint
        useless |= not actionable
        print(f"    {'' if actionable else 'FIND '}{check.code}: {check.says} ({check.hint or 'no hint'})")
    return useless


def main() -> int:
    """Play the programs that are named, or all, in a network namespace."""
    if _INSIDE not in os.environ:
        command = ["unshare", "--net", sys.executable, *sys.argv]
        return subprocess.run(command, env={**os.environ, _INSIDE: "1"}, check=False).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROGRAMS))
    parser.add_argument("--out", type=Path, default=Path("bench/results/ordinary"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    finds = 0
    for name in options.names or PROGRAMS:
        verdict = _play(name, PROGRAMS[name], options.out)
        finds += bool(verdict and _tell(name, verdict))
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
