"""Compares the speed of `overheard scan` with grep, ngrep, tcpflow, tshark and pyshark, on captures of real traffic.

    bench/scan.py --sizes 20 200 --kinds eth-http eth-https

Each tool runs once to warm up (while its memory is sampled), then three times, of which the best counts; tshark and
pyshark run fewer times if they take long. Machines differ and are noisy, so each time is also given as a ratio to
`grep -c -F` in the same run. Peak is the memory of the largest process, including mapped files; private is the private
memory of all processes of the tool. `overheard-alone` uses one process, whatever the cores; `overheard-plain` does
without the compiled part. Times with a ~ are extrapolated from the first packets of the file.
"""

from __future__ import annotations

import argparse
import json
import os
import pstats
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from measure import Run, run
from tools import TOOLS, YARDSTICK, Tool, missing
from traffic import arguments, capture

RESULTS = Path(__file__).parent / "results" / "scan.json"
_PATIENCE = 900.0
# In seconds. What takes longer is not repeated.
_LONG = 20.0
# In MB. Larger captures are removed after measuring, unless requested otherwise.
_LARGE = 200
_MEGABYTE = 1_000_000
_HEADER = f"  {'':<18}{'seconds':>10}{'MB/s':>10}{'x grep':>10}{'peak MB':>10}{'private':>10}{'exit':>6}"


def packets_of(file: Path) -> int:
    """How many packets a capture has."""
    said = subprocess.run(["capinfos", "-T", "-r", "-M", "-c", file], capture_output=True, text=True, check=True)
    return int(said.stdout.split("\t")[1])


def once(tool: Tool, file: Path, *, watched: bool = False) -> Run | None:
    """One run of a tool, with a folder for its output that is removed at once."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        return run(tool.command(file, Path(folder)), tool.variables, _PATIENCE, watched=watched)


def best(tool: Tool, file: Path) -> Run | None:
    """The fastest run of a tool on a file; None if it took too long."""
    first = once(tool, file, watched=True)
    if first is None or (first.seconds > _LONG and tool.runs == 1):
        return first
    again = [once(tool, file) for _ in range(1 if first.seconds > _LONG else tool.runs)]
    fastest = min((found for found in again if found), key=lambda found: found.seconds, default=first)
    # Only the run that was watched knows these.
    fastest.private, fastest.peak = first.private, max(first.peak, fastest.peak)
    return fastest


def reckoned(tool: Tool, file: Path, packets: int) -> Run | None:
    """The extrapolated time for all packets, from the times for the first packets and for a tenth of these."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        found = []
        for number in (tool.packets // 10, tool.packets):
            part = Path(folder) / f"{number}.pcapng"
            subprocess.run(["editcap", "-r", file, part, f"1-{number}"], capture_output=True, check=True)
            found.append(best(tool, part))
    few, many = found
    if few and many and packets > tool.packets:
        each = (many.seconds - few.seconds) / (tool.packets - tool.packets // 10)
        many.seconds += each * (packets - tool.packets)
    return many


def measure(kind: str, size: int, names: list[str], folder: Path) -> dict[str, Any]:
    """All tools on one capture, as figures; prints its table on the way."""
    file = capture(kind, size, folder)
    length, packets = file.stat().st_size / _MEGABYTE, packets_of(file)
    print(f"\n{kind}-{size}: {length:.1f} MB, {packets:,} packets\n{_HEADER}", flush=True)
    figures: dict[str, Any] = {}
    for name in names:
        tool = TOOLS[name]
        why = missing(name) or (f"not asked for more than {tool.most} MB" if size > tool.most else "")
        found = None if why else reckoned(tool, file, packets) if tool.packets else best(tool, file)
        if found is None:
            figures[name] = {"missing": why or f"took longer than {_PATIENCE:.0f} s"}
        else:
            # A traceback also exits with 1, like a finding.
            failed = found.code not in tool.codes or "Traceback" in found.words
            figures[name] = {**asdict(found), "reckoned": 0 < tool.packets < packets, "failed": failed}
            figures[name]["ratio"] = found.seconds / figures.get(YARDSTICK, asdict(found))["seconds"]
        print(row(name, figures[name], length), flush=True)
    return {"kind": kind, "size": size, "megabytes": length, "packets": packets, "tools": figures}


def row(name: str, found: dict[str, Any], length: float) -> str:
    """One line of the table."""
    if "missing" in found:
        return f"  {name:<18}{found['missing']:>22}"
    mark = "~" if found["reckoned"] else ""
    failed = f"  failed: {found['words']}" if found["failed"] else ""
    return (
        f"  {name:<18}{mark + format(found['seconds'], '.3f'):>10}{length / found['seconds']:>10.1f}"
        f"{found['ratio']:>10.1f}{found['peak']:>10.0f}{found['private']:>10.0f}{found['code']:>6}{failed}"
    )


def profile(file: Path) -> None:
    """Profile one scan, by the functions' own time, without other processes."""
    if why := missing("overheard"):
        sys.exit(why)
    with tempfile.TemporaryDirectory() as folder:
        statistics = Path(folder) / "profile"
        command = TOOLS["overheard"].command(file, Path(folder))
        subprocess.run([sys.executable, "-m", "cProfile", "-o", statistics, *command[1:]], check=False)
        pstats.Stats(str(statistics)).strip_dirs().sort_stats("tottime").print_stats(40)


def main() -> None:
    """Measure, print the tables, and save the figures."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments(words)
    words.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS), metavar="TOOL", help=", ".join(TOOLS))
    words.add_argument("--keep-large", action="store_true", help=f"leave captures of more than {_LARGE} MB there")
    words.add_argument("--profile", type=Path, metavar="FILE", help="see where the time goes in scanning FILE instead")
    asked = words.parse_args()
    if asked.profile:
        profile(asked.profile)
        return
    names = [name for name in TOOLS if name in asked.tools or name == YARDSTICK]
    figures = []
    for size in asked.sizes:
        for kind in asked.kinds:
            figures.append(measure(kind, size, names, asked.keep))
            if size > _LARGE and not asked.keep_large:
                for made in asked.keep.glob(f"{kind}-{size}.*"):
                    made.unlink()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), "captures": figures}, indent=2))


if __name__ == "__main__":
    main()
