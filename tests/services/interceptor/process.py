"""The interceptor as a process, run by the Python that has mitmproxy, and its record."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overheard.engines.base import clean_environment
from overheard.words.recording import NOTEBOOK
from ports import free_port
from processes import LONG, PROJECT, serving
from required import fail_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator

# The address that a lying name server returns instead of the server's.
ADDRESS = "127.0.0.2"

# Read here, because each test has a clean environment.
_PYTHON = Path(os.environ.get("OVERHEARD_INTERCEPTOR_PYTHON") or PROJECT / ".venv-interceptor" / "bin" / "python")


def command() -> list[str]:
    """The command that starts it; the test is skipped, or in CI failed, if no Python has mitmproxy."""
    if not _PYTHON.exists():
        fail_or_skip("local", f"{_PYTHON} is missing (lab/setup/python-env creates it)")
    return [str(_PYTHON), "-m", "overheard_services.interceptor"]


@dataclass(frozen=True)
class Interceptor:
    """A running interceptor. `said` is its stderr, `root` its certificate, `record` the folder of its record."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "handover" / "root.pem"

    @property
    def record(self) -> Path:
        return self.folder / "record"

    @property
    def said(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.record / NOTEBOOK).read_text().splitlines()]

    def health(self) -> subprocess.CompletedProcess[str]:
        """Its own health check, as a container runs it."""
        return subprocess.run(
            [*command(), "health"], env=self.environment, capture_output=True, text=True, timeout=LONG, check=False
        )


def environment(folder: Path, *origins: str) -> dict[str, str]:
    """Its settings; its folders are created."""
    for name in ("handover", "record"):
        (folder / name).mkdir(exist_ok=True)
    return {
        **clean_environment(),
        "OVERHEARD_INTERCEPTOR_BIND": ADDRESS,
        "OVERHEARD_INTERCEPTOR_PORT": str(free_port()),
        "OVERHEARD_INTERCEPTOR_HANDOVER": str(folder / "handover"),
        "OVERHEARD_INTERCEPTOR_RECORD": str(folder / "record"),
        "OVERHEARD_INTERCEPTOR_STANDS_IN_FOR": ",".join(origins),
        # Nothing may be written to the home directory.
        "HOME": str(folder / "home"),
    }


@contextmanager
def started(folder: Path, *origins: str, **more: str) -> Iterator[Interceptor]:
    """Run it until the end of the `with` block, impersonating these origins, with more in its environment."""
    variables = {**environment(folder, *origins), **more}
    with (
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(command(), env=variables, stdin=subprocess.DEVNULL, stderr=stderr) as process,
    ):
        url = f"http://{ADDRESS}:{variables['OVERHEARD_INTERCEPTOR_PORT']}"
        with serving(process, "the interceptor", url, (folder / "stderr").read_text):
            yield Interceptor(process, variables, folder)
