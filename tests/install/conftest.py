"""One installation per Python and installer, created once, several at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from install.building import build_source, build_wheel
from install.captures import SCAN, Samples
from install.installers import Installed, Tools
from install.places import HERE, SUITES, Place, cannot_make_roots, root, unavailable
from kept import CACHE
from overheard.engines.base import clean_environment
from workers import once, shared_folder

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
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution of the project."""
    (unpacked,) = once(tmp_path_factory, "source", build_source).glob("overheard-*")
    return unpacked


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from it."""
    (made,) = once(tmp_path_factory, "wheel", lambda folder: build_wheel(source, folder)).glob("*.whl")
    return made


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """The captures and the certificate."""
    return Samples.written(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def wanted(samples: Samples) -> str:
    """The output of the scan in the environment of the tests, where everything is installed."""
    command = [sys.executable, "-m", "overheard", *SCAN, str(samples.leak)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
    return done.stdout


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """The installers; skipped, or in CI failed, if no package index responds."""
    try:
        return Tools(once(tmp_path_factory, "tools", Tools.copy))
    except subprocess.CalledProcessError:
        unavailable("uv could not install pipx: no package index responds")


@pytest.fixture(scope="session")
def installing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tools: Tools
) -> Iterator[Mapping[Way, Future[Installed]]]:
    """All installations that the selected tests need, in progress."""
    params = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    ways = list(dict.fromkeys(each["installed"] for each in params if "installed" in each))
    what = {name: request.getfixturevalue(name) for name in ("source", "wheel")}
    suites = () if cannot_make_roots() else [suite for suite in SUITES if any(way.place == suite for way in ways)]
    # They exist in every place.
    shared = (shared_folder(tmp_path_factory), CACHE)

    def enter(suite: str) -> Place:
        return entered.enter_context(root(suite, shared))

    def install(way: Way) -> Installed:
        home = tmp_path_factory.mktemp(f"{way.place}-{way.installer}")
        made: Installed = getattr(tools, way.installer)(_place(way.place, roots), home, what[way.what])
        return made

    # Roots first: an installation that waits for one must not block its creation.
    with ExitStack() as entered, ThreadPoolExecutor(max_workers=len(SUITES) + 1) as pool:
        roots = {suite: pool.submit(enter, suite) for suite in suites}
        yield {way: pool.submit(install, way) for way in ways}
        pool.shutdown(cancel_futures=True)


def _place(name: str, roots: Mapping[str, Future[Place]]) -> Place:
    if name == HERE:
        return Place(name, os.path.realpath(sys.executable))
    if why := cannot_make_roots():
        unavailable(why)
    try:
        return roots[name].result()
    except subprocess.CalledProcessError as problem:
        unavailable(f"the root of {name} cannot be created: {problem.stderr.decode().strip().splitlines()[-1:]}")


@pytest.fixture(scope="session", params=WAYS, ids="-".join)
def installed(request: pytest.FixtureRequest, installing: Mapping[Way, Future[Installed]]) -> Installed:
    """Overheard, installed."""
    return installing[request.param].result()
