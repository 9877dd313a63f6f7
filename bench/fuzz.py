"""Gives the readers of outside input what was changed at random: nothing may raise, warn, hang or keep memory.

`python bench/fuzz.py [--minutes 10] [--seed 1] [--out DIR] [NAME...]`: fuzzes each of the named readers, or all, for so
many minutes. A find is an input on which its reader raises something other than its documented errors, warns, needs
more CPU time than its limit, or says what must not get to a terminal; or a reader whose memory grows. Finds are kept in
DIR, the input and what is wrong with it. Prints a line for each reader; exits with 1 if there was a find.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from fuzz_servers import SERVERS
from fuzz_subject import Subject
from fuzz_subjects import SUBJECTS

READERS = {**SUBJECTS, **SERVERS}
# An input for which a reader waits so many seconds counts as a hang, and is ended.
_HANG = 180
# How much more memory a reader may have at the end than after a quarter of the time, in bytes.
_GROWTH = 64 << 20


class HangError(BaseException):
    """An input took too long. It is no `Exception`, so that no reader can handle it."""


@dataclass
class Session:
    """One reader, and what it was given so far."""

    name: str
    out: Path
    count: int = 0
    finds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def run(self, subject: Subject, seed: int, seconds: float) -> None:
        """Fuzz for so many seconds."""
        began, settled = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            if not settled and passed > seconds / 4:
                settled = subject.memory()
            draw = random.Random(f"{self.name} {seed + self.count}")  # noqa: S311  (changes, not keys)
            self.count += 1
            data = subject.draw(draw)
            if why := self._problem(subject, data):
                self._keep(data, why)
        held = subject.memory()
        settled = settled or held
        if held - settled > _GROWTH:
            self._keep(b"", f"memory: {settled >> 20} MiB after a quarter of the time, {held >> 20} MiB at the end\n")
        said = ", ".join(f"{number:,} {outcome}" for outcome, number in self.outcomes.most_common(8))
        print(f"{self.name}: {self.count:,} inputs in {seconds / 60:g} minutes ({said}); {self.finds.total()} finds")
        memory = f"{settled >> 20} MiB after a quarter of the time, {held >> 20} MiB at the end"
        print(f"{self.name}: the slowest {self.slowest:.2f} s; {memory}", flush=True)

    def _problem(self, subject: Subject, data: bytes) -> str:
        """What is wrong with how an input is read; empty if nothing is."""
        begin = time.process_time()
        signal.alarm(_HANG)
        try:
            self.outcomes[subject.read(data)] += 1
        except (Exception, HangError):  # noqa: BLE001  (it is what this looks for)
            return traceback.format_exc()
        finally:
            signal.alarm(0)
        took = time.process_time() - begin
        self.slowest = max(self.slowest, took)
        return f"took {took:.1f} s\n" if took > subject.longest else ""

    def _keep(self, data: bytes, why: str) -> None:
        """Keep a find. Of those that end in the same line, the first three are enough."""
        kind = why.rstrip().splitlines()[-1][:100] + (why.rstrip().splitlines()[-3:] or [""])[0][:100]
        self.finds[kind] += 1
        if self.finds[kind] > 3:
            return
        self.out.mkdir(parents=True, exist_ok=True)
        place = self.out / f"{self.name}-{self.count}"
        place.with_suffix(".bin").write_bytes(data)
        place.with_suffix(".txt").write_text(why, errors="backslashreplace")
        print(f"{self.name}: {place.with_suffix('.txt')}: {why.rstrip().splitlines()[-1][:200]}", flush=True)


def _hang(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise HangError


def main() -> int:
    """Fuzz the named readers, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(READERS))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/results/fuzz"))
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in READERS]:
        parser.error(f"there is no reader {unknown[0]}; choose from {', '.join(READERS)}")
    signal.signal(signal.SIGALRM, _hang)
    finds = 0
    for name in options.names or READERS:
        session = Session(name, options.out)
        with tempfile.TemporaryDirectory(prefix="overheard-fuzz-") as folder, warnings.catch_warnings():
            warnings.simplefilter("error")
            with READERS[name](Path(folder)) as subject:
                session.run(subject, options.seed, options.minutes * 60)
        finds += session.finds.total()
    return int(bool(finds))


if __name__ == "__main__":
    sys.exit(main())
