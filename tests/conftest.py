"""For every test: an environment that cannot influence results, and the engines that this machine has."""

from __future__ import annotations

import os
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

# Certificate authorities are asked for by the tests of more than one folder.
pytest_plugins = ["ca.fixtures"]

# How fast an example is, or how soon one is found, is no property of the code: on a busy machine each takes its time.
settings.register_profile("overheard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("overheard")

# These would change whom a client trusts, its proxy, or its key log.
_DECISIVE = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "SECRET_URL")


# What runs in namespaces or containers takes seconds.
_ENGINES = {"local_engine", "compose_engine", "engine"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before `-m` chooses among them."""
    for item in items:
        if _ENGINES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: rank(item.nodeid))


class _Groups(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each worker one group of tests after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    # The groups are in order.
    config.option.loadscopereorder = False
    return _Groups(config, log)


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
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
    """The local engine; skipped, or in CI failed, where this machine has none."""
    # The check may install what is missing.
    with alone(tmp_path_factory, "local"):
        return _or_skip("local", LocalEngine(), _problem_of_local())


@pytest.fixture(scope="session")
def compose_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of containers; skipped, or in CI failed, where this machine has none."""
    with alone(tmp_path_factory, "compose"):
        return _or_skip("compose", ComposeEngine(PROJECT), _problem_of_compose())


@pytest.fixture(scope="session")
def compose_images(compose_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine of containers, once no other worker builds its images."""
    with alone(tmp_path_factory, "images"):
        return compose_engine


@pytest.fixture(scope="session", params=["local_engine", "compose_images"], ids=["local", "compose"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that this machine has."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine
