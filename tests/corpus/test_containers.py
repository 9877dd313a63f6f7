"""The containers of the corpus: their namespaces, and that nothing remains of them, however a run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.containers import Containers, containers, left_of
from overheard.engines.base import clean_environment
from processes import LONG, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("containers_to_enter")

TESTS = Path(__file__).parent.parent
# Holds the containers until it is interrupted. SIGINT is ignored in background jobs unless a handler is set.
HOLDER = """
import signal, sys, time
from pathlib import Path
from corpus.containers import containers
signal.signal(signal.SIGINT, signal.default_int_handler)
with containers(Path(sys.argv[1]), sys.argv[2]):
    print("up", flush=True)
    time.sleep(600)
"""


def new_name() -> str:
    return f"overheard-corpus-{uuid.uuid4().hex[:8]}"


def network_of(process: int | str) -> int:
    """The inode of a process's network namespace."""
    return os.stat(f"/proc/{process}/ns/net").st_ino  # noqa: PTH116  (of the link's target, which has no path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, containers_to_enter: None) -> Iterator[Containers]:  # noqa: ARG001
    """The containers are started, and removed without a trace."""
    name = new_name()
    with containers(tmp_path_factory.mktemp("containers"), name) as up:
        # Three containers, a network, and the volumes of the sidecar.
        assert len(left_of(name)) > 4
        yield up
    assert left_of(name) == []


def test_each_has_a_network_namespace_of_its_own(made: Containers) -> None:
    assert len({network_of(process) for process in (made.servers, made.clients, "self")}) == 3


def test_the_sidecar_shares_that_of_the_servers(made: Containers) -> None:
    beside = []
    for process in Path("/proc").glob("[0-9]*"):
        # Some processes end meanwhile.
        with suppress(OSError):
            if network_of(process.name) == network_of(made.servers):
                beside.append((process / "cmdline").read_bytes().split(b"\0"))
    assert [b"python3", b"-m", b"overheard_capture", b""] in beside


@pytest.mark.usefixtures("made")
def test_nothing_remains_after_a_failure(tmp_path: Path) -> None:
    name = new_name()
    with pytest.raises(ZeroDivisionError), containers(tmp_path, name):
        raise ZeroDivisionError
    assert left_of(name) == []


@pytest.mark.parametrize("moment", ["starting", "up"])
@pytest.mark.usefixtures("made")
def test_nothing_remains_after_ctrl_c(tmp_path: Path, moment: str) -> None:
    name = new_name()
    command = [sys.executable, "-c", HOLDER, str(tmp_path), name]
    environment = {**clean_environment(), "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as held:
        if moment == "starting":
            assert eventually(lambda: bool(left_of(name)))
        else:
            assert held.stdout
            assert held.stdout.readline() == "up\n"
        held.send_signal(signal.SIGINT)
        _, said = held.communicate(timeout=LONG)
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert left_of(name) == []
