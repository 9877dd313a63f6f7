"""For every test: an environment that cannot influence results, and the engines that this machine has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from overheard.engines import compose, local
from overheard.engines.compose import ComposeEngine
from overheard.engines.local import LocalEngine
from overheard.words.errors import EngineError

if TYPE_CHECKING:
    from overheard.engines.base import Engine

# Certificate authorities are asked for by the tests of more than one folder.
pytest_plugins = ["ca.fixtures"]

PROJECT = Path(__file__).parent.parent

# These would change whom a client trusts, its proxy, or its key log.
_DECISIVE = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "SECRET_URL")
# Engines that may not be skipped: in CI, both.
_REQUIRED = os.environ.get("OVERHEARD_REQUIRED_ENGINES", "").split()


@pytest.fixture(autouse=True)
def _scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in _DECISIVE or name.upper().endswith("_PROXY") or name.startswith("OVERHEARD_"):
            monkeypatch.delenv(name)


def fail_or_skip(engine: str, why: str) -> NoReturn:
    """Skip a test that cannot be run here, or fail it where its engine is required."""
    if engine in _REQUIRED:
        pytest.fail(f"the {engine} engine is required (OVERHEARD_REQUIRED_ENGINES), but {why}")
    pytest.skip(f"the {engine} engine: {why}")


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
def local_engine() -> Engine:
    """The local engine; skipped, or in CI failed, where this machine has none."""
    return _or_skip("local", LocalEngine(), _problem_of_local())


@pytest.fixture(scope="session")
def compose_engine() -> Engine:
    """The engine of containers; skipped, or in CI failed, where this machine has none."""
    return _or_skip("compose", ComposeEngine(PROJECT), _problem_of_compose())


@pytest.fixture(scope="session", params=["local", "compose"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that this machine has."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine
