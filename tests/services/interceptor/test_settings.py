"""The settings of the interceptor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard.words.services import INTERCEPTED, INTERCEPTOR_HEALTH, Service
from overheard_services.interceptor.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def enough(tmp_path: Path) -> dict[str, str]:
    return {"OVERHEARD_INTERCEPTOR_HANDOVER": str(tmp_path), "OVERHEARD_INTERCEPTOR_RECORD": str(tmp_path)}


def test_the_defaults_are_those_of_the_lab(enough: dict[str, str], tmp_path: Path) -> None:
    settings = Settings.from_environment(enough)
    assert settings == Settings("127.0.0.2", INTERCEPTOR_HEALTH.port, INTERCEPTED, tmp_path, tmp_path)
    assert settings.health_url == f"http://127.0.0.2:{INTERCEPTOR_HEALTH.port}"


def test_it_impersonates_the_configured_origins(enough: dict[str, str]) -> None:
    name = "OVERHEARD_INTERCEPTOR_STANDS_IN_FOR"
    settings = Settings.from_environment({**enough, name: "https://one:1, http://two:2"})
    assert settings.stands_in_for == (Service("https", "one", 1), Service("http", "two", 2))


@pytest.mark.parametrize(
    "origin",
    [
        "server",
        "http://server",
        "http://server:0",
        "http://server:5683/",
        "ftp://server:1",
        "http://s:x",
        "http://[::1",
    ],
)
def test_an_invalid_origin_is_an_error(enough: dict[str, str], origin: str) -> None:
    name = "OVERHEARD_INTERCEPTOR_STANDS_IN_FOR"
    with pytest.raises(SettingsError, match=f"{name} has '.*' in it, which is not an origin"):
        Settings.from_environment({**enough, name: origin})


@pytest.mark.parametrize("name", ["OVERHEARD_INTERCEPTOR_HANDOVER", "OVERHEARD_INTERCEPTOR_RECORD"])
def test_its_folders_must_exist(enough: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        Settings.from_environment({**enough, name: ""})
    with pytest.raises(SettingsError, match=f"{name} is '/nowhere', which is not an existing folder"):
        Settings.from_environment({**enough, name: "/nowhere"})
