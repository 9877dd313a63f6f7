"""The corpus, recorded once on each tap."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from corpus.recorded import Recorded
from corpus.taps import TAPS
from required import fail_or_skip
from workers import once

if TYPE_CHECKING:
    from overheard.engines.base import Engine


@pytest.fixture(scope="session", params=list(TAPS))
def corpus(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    local_engine: Engine,  # noqa: ARG001  (it says whether there can be namespaces)
) -> Recorded:
    """All cases, on each tap available here."""
    if request.param == "compose":
        request.getfixturevalue("containers_to_enter")
    tap = request.param
    return Recorded(tap, once(tmp_path_factory, f"corpus-{tap}", lambda folder: Recorded.on(tap, folder)))


@pytest.fixture(scope="session")
def containers_to_enter(compose_images: Engine) -> None:  # noqa: ARG001  (it says whether there is a Docker engine)
    """Skip, or in CI fail, if the network namespaces of containers cannot be entered."""
    if os.geteuid():
        fail_or_skip("compose", "only root may enter the network of its containers")
