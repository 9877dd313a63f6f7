"""Fixtures for all tests: a clean environment, and the engines available on this machine."""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from overheard.engines import compose, local
from overheard.engines.compose import ComposeEngine
from overheard.engines.local import LocalEngine
from overheard.words.errors import EngineError
from processes import PROJECT
from required import fail_or_skip
from workers import alone, group, rank

if TYPE_CHECKING:
    from xdist.remote import Producer

    from overheard.engines.base import Engine

# Tests in several folders need certificate authorities.
pytest_plugins = ["ca.fixtures", "pytester"]

# The time that an example takes depends on the load of the machine, not on the code.
settings.register_profile("overheard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("overheard")

# A shell that runs the tests in the background ignores SIGINT, and so would every command that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Nothing of what is collected becomes garbage, and to look for some in it takes two fifths of the time.
gc.disable()

# These change which roots a client trusts, its proxy, its key log, or what is printed.
_DECISIVE = (
    "GITHUB_ACTIONS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "SECRET_URL",
)


# Tests in namespaces or containers take seconds.
_ENGINES = {"local_engine", "compose_engine", "engine"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests, before `-m` selects."""
    for item in items:
        if _ENGINES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Look for garbage in what tests make, but not in all tests that were collected."""
    gc.freeze()
    # What survived twice is hardly ever garbage: to look through all of it took a quarter of the time of some tests.
    gc.set_threshold(700, 10, 1000)
    gc.enable()


class _Groups(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Schedules groups of tests to workers, one at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    # The groups are sorted already.
    config.option.loadscopereorder = False
    return _Groups(config, log)


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each test, not for what a whole session shares: building images takes the machine's CA bundle."""
    for name in list(os.environ):
        if name in _DECISIVE or name.upper().endswith("_PROXY") or name.startswith("OVERHEARD_"):
            monkeypatch.delenv(name)


def _or_skip(name: str, engine: Engine, problem: EngineError | None) -> Engine:
    if problem:
        fail_or_skip(name, str(problem).splitlines()[0])
    return engine


def _problem_of_local() -> EngineError | None:
    try:
        local.check(PROJECT, lambda _doing: None)
    except EngineError as problem:
        return problem
    return None


def _problem_of_compose() -> EngineError | None:
    try:
        compose.check(PROJECT, lambda _doing: None)
    except EngineError as problem:
        return problem
    return None


@pytest.fixture(scope="session")
def local_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The local engine; tests are skipped, or fail in CI, if this machine has none."""
    # The check may install missing packages.
    with alone(tmp_path_factory, "local"):
        return _or_skip("local", LocalEngine(), _problem_of_local())


@pytest.fixture(scope="session")
def compose_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The compose engine; tests are skipped, or fail in CI, if this machine has none."""
    with alone(tmp_path_factory, "compose"):
        return _or_skip("compose", ComposeEngine(PROJECT), _problem_of_compose())


@pytest.fixture(scope="session")
def compose_images(compose_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The compose engine, locked against other workers that build its images."""
    with alone(tmp_path_factory, "images"):
        return compose_engine


@pytest.fixture(scope="session", params=["local_engine", "compose_images"], ids=["local", "compose"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine available on this machine."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine
