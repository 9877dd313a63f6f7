"""An installation for each Python and each installer, made once, several at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from install.building import build_source, build_wheel
from install.captures import SCAN, Samples
from install.installers import CACHE, Installed, Tools
from install.places import HERE, SUITES, Place, cannot_make_roots, make_root, unavailable
from overheard.engines.base import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Way(NamedTuple):
    """Where it is installed, with what, and whether from its source or from a wheel."""

    place: str
    installer: str
    what: str


# From the source this machine compiles the compiled part, and a root, which has no compiler, does without. The wheel
# brings it along.
WAYS = [
    *(Way(HERE, installer, "source") for installer in ("pip", "pipx", "uv")),
    *(Way("trixie", *rest) for rest in (("pip", "source"), ("pipx", "wheel"), ("uv", "source"))),
    *(Way("testing", *rest) for rest in (("pip", "wheel"), ("pipx", "wheel"), ("uv", "source"))),
]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that every place sees."""
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="session")
def source(shared: Path) -> Path:
    """The project as its source distribution has it."""
    return build_source(shared)


@pytest.fixture(scope="session")
def wheel(source: Path, shared: Path) -> Path:
    """A wheel that was built from that."""
    return build_wheel(source, shared / "wheel")


@pytest.fixture(scope="session")
def samples(shared: Path) -> Samples:
    """What it is tried with."""
    return Samples.written(shared)


@pytest.fixture(scope="session")
def wanted(samples: Samples) -> str:
    """What the scan of the leak prints in the environment of the tests, which has everything."""
    command = [sys.executable, "-m", "overheard", *SCAN, str(samples.leak)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture(scope="session")
def tools(shared: Path) -> Tools:
    """Those that install; skipped, or in CI failed, where no index of packages answers."""
    (shared / "tools").mkdir()
    try:
        return Tools.made(shared / "tools")
    except subprocess.CalledProcessError:
        unavailable("uv could not install pipx: no index of packages answers")


@pytest.fixture(scope="session")
def installing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared: Path, tools: Tools
) -> Iterator[Mapping[Way, Future[Installed]]]:
    """All that the chosen tests ask for, on its way."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    ways = list(dict.fromkeys(each["installed"] for each in params if "installed" in each))
    what = {name: request.getfixturevalue(name) for name in ("source", "wheel")}
    folder = tmp_path_factory.mktemp("roots")
    suites = () if cannot_make_roots() else [suite for suite in SUITES if any(way.place == suite for way in ways)]

    def install(way: Way) -> Installed:
        home = shared / f"{way.place}-{way.installer}"
        home.mkdir()
        made: Installed = getattr(tools, way.installer)(_place(way.place, roots, shared), home, what[way.what])
        return made

    # Roots first: what waits for one of them must not keep it from being made.
    with ThreadPoolExecutor(max_workers=len(SUITES) + 1) as pool:
        roots = {suite: pool.submit(make_root, suite, folder / suite) for suite in suites}
        yield {way: pool.submit(install, way) for way in ways}
        pool.shutdown(cancel_futures=True)
    shutil.rmtree(folder)


def _place(name: str, roots: Mapping[str, Future[Path]], shared: Path) -> Place:
    if name == HERE:
        return Place(name, os.path.realpath(sys.executable))
    if why := cannot_make_roots():
        unavailable(why)
    try:
        root = roots[name].result()
    except subprocess.CalledProcessError as problem:
        unavailable(f"the root of {name} cannot be made: {problem.stderr.decode().strip().splitlines()[-1:]}")
    CACHE.mkdir(exist_ok=True)
    return Place(name, "/usr/bin/python3", root, (shared, CACHE))


@pytest.fixture(scope="session", params=WAYS, ids="-".join)
def installed(request: pytest.FixtureRequest, installing: Mapping[Way, Future[Installed]]) -> Installed:
    """Overheard, installed."""
    return installing[request.param].result()
