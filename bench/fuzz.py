"""Judges captures with random damage: nothing may raise, hang or exhaust the memory.

`python bench/fuzz.py [--seconds 600] FILE...`: damages each file again and again, with `editcap -E` (bytes of packets)
and directly (any byte of the file, or truncation), and judges the result in a supervised process. Prints how many there
were, the slowest, the largest, and all failures; exits with 1 if there was one.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import NamedTuple

from overheard import judge
from overheard.words.errors import OverheardError
from overheard.words.options import Options
from overheard.words.verdict import Outcome

SECRET = {"message": "fluffy tail"}
# In seconds. A capture of a few hundred kB that takes longer counts as a hang.
TOO_LONG = 30


class Worst(NamedTuple):
    """The slowest capture so far."""

    seconds: float
    seed: int
    file: str


def damaged(path: Path, seed: int, target: Path) -> None:
    """Write a damaged copy of `path` to `target`."""
    chance = random.Random(seed)  # noqa: S311  (nothing is kept secret with it)
    kind = chance.randrange(3)
    if kind == 0:
        rate = str(chance.choice((0.0001, 0.001, 0.01, 0.1)))
        command = ["editcap", "-E", rate, "--seed", str(seed % 2**31), str(path), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return
    content = bytearray(path.read_bytes())
    if kind == 1:
        for _ in range(chance.choice((1, 5, 50))):
            content[chance.randrange(len(content))] = chance.randrange(256)
    else:
        del content[chance.randrange(len(content)) :]
    target.write_bytes(content)


def main() -> int:
    """Fuzz for the given time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began, seed, wrong = time.monotonic(), options.seed, 0
    worst, outcomes = Worst(0.0, 0, ""), dict.fromkeys(Outcome, 0)
    with tempfile.TemporaryDirectory(prefix="overheard-fuzz-") as folder:
        while time.monotonic() - began < options.seconds:
            path = options.files[seed % len(options.files)]
            target = Path(folder) / "damaged.pcapng"
            damaged(path, seed, target)
            start = time.monotonic()
            try:
                outcomes[judge(target, SECRET, Options(vouched=["sent", "whole"])).outcome] += 1
            except OverheardError as error:
                print(f"seed {seed}, {path.name}: refused: {error}")
            except Exception:  # noqa: BLE001  (it is what this looks for)
                wrong += 1
                print(f"seed {seed}, {path.name}:\n{traceback.format_exc()}")
            worst = max(worst, Worst(time.monotonic() - start, seed, path.name))
            if worst.seconds > TOO_LONG and worst.seed == seed:
                wrong += 1
            seed += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    print(f"{seed - options.seed} captures: {counts}; {wrong} wrong")
    print(f"the slowest: {worst.seconds:.2f} s (seed {worst.seed}, {worst.file}); at most {memory} MiB")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
