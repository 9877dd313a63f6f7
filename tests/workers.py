"""The tests on several workers (pytest-xdist): which stay together or begin first, and what is made once for all."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

# The number of this worker; 0 where there are no workers.
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

_TESTS = Path(__file__).parent
# The tests of a file stay together, as fixtures are made once a worker; but these take long, each by itself.
_APART = (
    "capture/decoders/mail/test_encoded_words.py",
    "lab/engines/test_local.py",
    "scenarios/test_breaks.py",
    "test_two_labs.py",
)
# These are parametrized by what is recorded once: the tests of one recording stay together, in whatever file they are.
_BY_RECORDING = {"corpus": "corpus", "scenarios": "engine"}
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


def spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order in which they are to begin, each with its group."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        if group != item.nodeid:
            item.add_marker(_marker(group))
    return sorted(items, key=lambda item: _rank(groups[item]))


def _marker(group: str) -> pytest.MarkDecorator:
    import pytest  # noqa: PLC0415  (scripts of the corpus are run without it)

    return pytest.mark.xdist_group(group)


def _group(item: pytest.Item) -> str:
    file = item.path.relative_to(_TESTS).as_posix()
    if file in _APART:
        return item.nodeid
    folder = file.partition("/")[0]
    what = getattr(item, "callspec", None)
    if folder in _BY_RECORDING and what and (recording := what.params.get(_BY_RECORDING[folder])):
        return f"{folder}-{recording}"
    return file


def _rank(group: str) -> int:
    group = group.removeprefix("tests/")
    return next((rank for rank, begins in enumerate(_FIRST) if group.startswith(begins)), len(_FIRST))


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
