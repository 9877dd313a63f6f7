"""Test distribution to workers (pytest-xdist): groups of tests, their order, and fixtures shared by all workers."""

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

# The number of this worker; 0 without workers.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

# The tests of a file form a group, as fixtures are made once per worker; except for these, which take long each.
_APART = (
    "capture/decoders/mail/test_encoded_words.py",
    "lab/engines/test_local.py",
    "scenarios/test_breaks.py",
    "test_two_labs.py",
)
# Here the tests of one tap or engine form a group across files, as they share recordings.
_RECORDED = ("corpus", "scenarios")
# And here all tests do, as they look at the same page.
_TOGETHER = ("browser",)
_RECORDING = re.compile(r"(?<=[\[-])(lo|veth|compose|local)(?=[\]-])")
# The longest groups begin first, so that none of them runs alone at the end.
_FIRST = (
    # It builds the images, which the others wait for.
    "lab/engines/test_compose.py",
    "docs/test_readme.py",
    "install/",
    "lab/engines/test_local.py::test_an_ordinary_user",
    "corpus-veth",
    "test_two_labs.py",
    "scenarios-compose",
    "corpus-compose",
    "scenarios-local",
    "corpus-lo",
    "corpus/test_containers.py",
    "lab/engines/test_local.py",
    "browser/",
    "scenarios/",
    "capture/native/",
    "capture/judge/",
    "lab/command/",
    "capture/wireshark/",
)


def group(test: str) -> str:
    """The group of a test, from its node ID: `tests/FILE::NAME[PARAMETERS]`."""
    test = test.removeprefix("tests/")
    file, _, name = test.partition("::")
    folder = file.partition("/")[0]
    if folder in _RECORDED and (recording := _RECORDING.search(name)):
        return f"{folder}-{recording[0]}"
    if folder in _TOGETHER:
        return f"{folder}/"
    return test if file in _APART else file


def rank(test: str) -> int:
    """The rank of a group: lower ones begin earlier."""
    begins = group(test)
    return next((rank for rank, first in enumerate(_FIRST) if begins.startswith(first)), len(_FIRST))


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that all workers share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def alone(factory: pytest.TempPathFactory, name: str) -> Iterator[None]:
    """A lock that one worker can hold at a time."""
    with (shared_folder(factory) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A shared folder, which `make` fills for the first worker that needs it, while others wait."""
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
