from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard.words.story import SCENARIOS
from overheard_services.client.settings import Alone, Settings

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [scenario.name for scenario in SCENARIOS]


def read(folder: Path, **changed: str) -> Settings:
    variables = {
        "OVERHEARD_CLIENT_HANDOVER": str(folder),
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(folder / "token"),
        "OVERHEARD_CLIENT_KEYS": str(folder),
    }
    return Settings.from_environment(variables | {f"OVERHEARD_{name}": value for name, value in changed.items()})


def test_defaults_are_those_of_the_story(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.scenarios == SCENARIOS
    assert (settings.message, settings.output) == ("fluffy tail", "text")
    assert (settings.ca_url, settings.capture_url) == ("https://ca:5444", "http://capture:5690")
    # What the sidecar takes for the name of a run.
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", settings.run)


def test_scenarios_are_walked_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    settings = read(tmp_path, CLIENT_SCENARIOS=" https, http ")
    assert [scenario.name for scenario in settings.scenarios] == ["https", "http"]


def test_scenarios_that_nobody_knows_are_an_error_that_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, CLIENT_SCENARIOS="http,htps,x")
    assert str(caught.value).startswith("OVERHEARD_CLIENT_SCENARIOS names htps, x, which no scenario is called")
    assert all(name in caught.value.hint for name in NAMES)


@pytest.mark.parametrize(("name", "value"), [("CLIENT_OUTPUT", "xml"), ("CLIENT_KEYS", "/nowhere/at/all")])
def test_what_makes_no_sense_is_an_error_that_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_{name} is "):
        read(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["CLIENT_HANDOVER", "CAPTURE_TOKEN_FILE", "CLIENT_KEYS"])
def test_what_has_no_default_must_be_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_{name} is not set"):
        read(tmp_path, **{name: ""})


@pytest.mark.parametrize("variables", [{}, {"SECRET_URL": ""}])
def test_without_an_address_it_is_not_alone(variables: dict[str, str]) -> None:
    assert Alone.from_environment(variables) is None


def test_with_an_address_it_is_alone() -> None:
    assert Alone.from_environment({"SECRET_URL": "http://server:5683"}) == Alone("http://server:5683", None)
    told = {"SECRET_URL": "https://server:5443", "OVERHEARD_CLIENT_CA_FILE": "/root.pem"}
    assert Alone.from_environment(told) == Alone("https://server:5443", "/root.pem")


@pytest.mark.parametrize("url", ["server:5683", "ftp://server", "HTTP", "/", "file:///etc/passwd"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_URL is "):
        Alone.from_environment({"SECRET_URL": url})
