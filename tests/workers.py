"""The tests on several workers (pytest-xdist): which stay together or begin first, and what is made once for all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

# The number of this worker; 0 where there are no workers.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

# The tests of a file stay together, as fixtures are made once a worker; but these take long, each by itself.
_APART = (
    "capture/decoders/mail/test_encoded_words.py",
    "lab/engines/test_local.py",
    "scenarios/test_breaks.py",
    "test_two_labs.py",
)
# Here the tests of one tap or engine stay together, in whatever file they are: what they look at is recorded once.
_RECORDED = ("corpus", "scenarios")
_RECORDING = re.compile(r"(?<=[\[-])(lo|veth|compose|local)(?=[\]-])")
# What takes longest begins first, so that no worker is left alone with it in the end.
_FIRST = (
    "lab/engines/test_compose.py",
    "test_two_labs.py",
    "lab/engines/test_local.py::test_an_ordinary_user",
    "scenarios-compose",
    "scenarios-local",
    "install/test_install.py",
    "corpus-compose",
    "corpus-veth",
    "corpus-lo",
    "corpus/test_containers.py",
    "lab/engines/test_local.py",
    "scenarios/",
    "capture/native/",
    "capture/judge/",
    "lab/command/",
    "capture/wireshark/",
)


def group(test: str) -> str:
    """With which others a test stays together, told by its name: `tests/FILE::NAME[PARAMETERS]`."""
    test = test.removeprefix("tests/")
    file, _, name = test.partition("::")
    folder = file.partition("/")[0]
    if folder in _RECORDED and (recording := _RECORDING.search(name)):
        return f"{folder}-{recording[0]}"
    return test if file in _APART else file


def rank(test: str) -> int:
    """How early it begins: the lower the earlier."""
    begins = group(test)
    return next((rank for rank, first in enumerate(_FIRST) if begins.startswith(first)), len(_FIRST))


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of the tests that all workers have."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def alone(factory: pytest.TempPathFactory, name: str) -> Iterator[None]:
    """Do something while no other worker does it."""
    with (shared_folder(factory) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills, for the first worker that needs it; all others wait, and have the same."""
    folder = shared_folder(factory) / name
    with alone(factory, name):
        if not folder.exists():
            folder.mkdir()
            try:
                make(folder)
            except BaseException:
                shutil.rmtree(folder)
                raise
    return folder
