"""`python stopped_recorder.py FOLDER`: stops the capture role in a recording. Run in namespaces of its own.

Prints as JSON the status of the beginning, how many recorders were running, and whether all of them ended.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import requests

from capture.process import started
from overheard.engines.supervisor import stage
from processes import LONG, SOON, alive, descendants, eventually


def main(folder: Path) -> None:
    """Begin a recording, send SIGTERM, and look at dumpcap."""
    # With the process IDs of this namespace.
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    with stage(folder), started(folder) as role:
        begin = f"http://127.0.0.1:{role.port}/runs/mine/recordings/one"
        status = requests.post(begin, headers=role.headers, timeout=LONG).status_code
        recorders = [pid for pid in descendants(role.process.pid) if _name(pid) == "dumpcap"]
        role.stop()
        ended = eventually(lambda: not any(map(alive, recorders)), within=SOON)
    print(json.dumps({"status": status, "recorders": len(recorders), "ended": ended}))


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
