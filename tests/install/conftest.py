"""One installation per Python and installer, created once, several at a time."""

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
from install.installers import Installed, Tools
from install.places import CACHE, HERE, SUITES, Place, cannot_make_roots, make_root, unavailable
from overheard.engines.base import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Way(NamedTuple):
    """Where it is installed, by which installer, and from the source or from a wheel."""

    place: str
    installer: str
    what: str


# From the source, this machine builds the compiled part; a root, which has no compiler, does not. A wheel includes it.
WAYS = [
    *(Way(HERE, installer, "source") for installer in ("pip", "pipx", "uv")),
    *(Way("trixie", *rest) for rest in (("pip", "source"), ("pipx", "wheel"), ("uv", "source"))),
    *(Way("testing", *rest) for rest in (("pip", "wheel"), ("pipx", "wheel"), ("uv", "source"))),
]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that exists in every place."""
    return tmp_path_factory.mktemp("install")


@pytest.fixture(scope="session")
def source(shared: Path) -> Path:
    """The unpacked source distribution of the project."""
    return build_source(shared)


@pytest.fixture(scope="session")
def wheel(source: Path, shared: Path) -> Path:
    """A wheel built from it."""
    return build_wheel(source, shared / "wheel")


@pytest.fixture(scope="session")
def samples(shared: Path) -> Samples:
    """The captures and the certificate."""
    return Samples.written(shared)


@pytest.fixture(scope="session")
def wanted(samples: Samples) -> str:
    """The output of the scan in the environment of the tests, where everything is installed."""
    command = [sys.executable, "-m", "overheard", *SCAN, str(samples.leak)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture(scope="session")
def tools(shared: Path) -> Tools:
    """The installers; skipped, or in CI failed, if no package index responds."""
    (shared / "tools").mkdir()
    try:
        return Tools.made(shared / "tools")
    except subprocess.CalledProcessError:
        unavailable("uv could not install pipx: no package index responds")


@pytest.fixture(scope="session")
def installing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared: Path, tools: Tools
) -> Iterator[Mapping[Way, Future[Installed]]]:
    """All installations that the selected tests need, in progress."""
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

    # Roots first: an installation that waits for one must not block its creation.
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
        unavailable(f"the root of {name} cannot be created: {problem.stderr.decode().strip().splitlines()[-1:]}")
    CACHE.mkdir(exist_ok=True)
    return Place(name, "/usr/bin/python3", root, (shared, CACHE))


@pytest.fixture(scope="session", params=WAYS, ids="-".join)
def installed(request: pytest.FixtureRequest, installing: Mapping[Way, Future[Installed]]) -> Installed:
    """Overheard, installed."""
    return installing[request.param].result()
