"""How long `make capture-demo` takes, cold and warm, on each engine that is available.

Cold is a fresh copy of the checkout: no virtual environment, and images built without a cache (the base image and
pip's downloads are taken from the machine). Warm is the median of five runs after that. Machines are noisy, so each
time is also given as a ratio: to a bare `docker run`, or to a Python that imports what the roles import.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).parent.parent
RESULTS = PROJECT / "bench" / "results" / "demo.json"
WARM_RUNS = 5
YARDSTICKS = {
    "local": [sys.executable, "-c", "import cryptography.x509, flask, gunicorn.app.base, requests"],
    "compose": ["docker", "run", "--rm", "debian:trixie-slim", "true"],
}


def seconds(command: list[str], cwd: Path = PROJECT, **variables: str) -> float:
    """How long a command takes. Ends the benchmark if it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return time.monotonic() - began


def cold(engine: str) -> float:
    """Seconds for a newcomer's first run."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "overheard"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        building = 0.0
        if engine == "compose":
            bundle = os.environ.get("CA_BUNDLE") or os.environ.get("SSL_CERT_FILE", "")
            building = seconds(["docker", "compose", "build", "--no-cache"], clone, CA_BUNDLE=bundle)
        return building + seconds(["make", "capture-demo"], clone, ENGINE=engine)


def measure(engine: str) -> dict[str, float]:
    """Cold, warm and the yardstick of one engine, in seconds."""
    print(f"{engine}: cold ...", file=sys.stderr, flush=True)
    first = cold(engine)
    print(f"{engine}: warm ...", file=sys.stderr, flush=True)
    warm = statistics.median(seconds(["make", "capture-demo"], ENGINE=engine) for _ in range(WARM_RUNS))
    yardstick = statistics.median(seconds(YARDSTICKS[engine]) for _ in range(WARM_RUNS))
    return {"cold": first, "warm": warm, "yardstick": yardstick}


def here(engine: str) -> bool:
    """Whether the engine is available on this machine."""
    return engine == "local" or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Measure, print a table, and save the figures."""
    figures = {engine: measure(engine) for engine in YARDSTICKS if here(engine)}
    print(f"{'engine':<10}{'cold':>9}{'warm':>9}{'yardstick':>12}{'warm / yardstick':>19}")
    for engine, found in figures.items():
        times = "".join(f"{found[what]:>8.1f}s" for what in ("cold", "warm"))
        print(f"{engine:<10}{times}{found['yardstick']:>11.2f}s{found['warm'] / found['yardstick']:>18.1f}x")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), **figures}, indent=2))


if __name__ == "__main__":
    main()
