from __future__ import annotations

import re
from pathlib import Path

import pytest

from overheard.words.errors import SettingsError
from overheard.words.story import SCENARIOS, STORY
from overheard_services.client.settings import Alone, Settings, contents

NAMES = [scenario.name for scenario in SCENARIOS]
FOLDERS = ("CLIENT_HANDOVER", "CLIENT_ACORN", "CLIENT_CREDENTIALS", "CLIENT_GALLERY", "CLIENT_KEYS")
FILES = ("CLIENT_SHARED_KEY_FILE", "CAPTURE_TOKEN_FILE")


def read(folder: Path, **changed: str) -> Settings:
    variables = {name: str(folder) for name in FOLDERS} | {name: str(folder / name) for name in FILES} | changed
    secret_key = {"SECRET_KEY": variables.pop("SECRET_KEY", "")}
    return Settings.from_environment(secret_key | {f"OVERHEARD_{name}": value for name, value in variables.items()})


def test_defaults_are_those_of_the_story(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.scenarios == STORY
    assert (settings.message, settings.output) == ("fluffy tail", "text")
    assert (settings.ca_url, settings.capture_url) == ("https://ca:5444", "http://capture:5690")
    assert (settings.impostor, settings.secret_key, settings.awaits) == (None, "", ())
    # The form of a run's name that the sidecar accepts.
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", settings.run)


def test_each_setting_is_read_from_its_variable(tmp_path: Path) -> None:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    key = "an acorn"
    folders = {name: str(tmp_path / name) for name in FOLDERS}
    settings = read(
        tmp_path,
        **folders,
        CLIENT_IMPOSTOR="/impostor",
        SECRET_KEY=key,
        RUN="mine",
        MESSAGE="a nut",
        CLIENT_AWAITS="http://a, http://b:1",
    )
    kept = (settings.handover, settings.acorn, settings.credentials, settings.gallery, settings.keys)
    assert kept == tuple(tmp_path / name for name in FOLDERS)
    assert (settings.shared_key_file, settings.capture_token_file) == tuple(tmp_path / name for name in FILES)
    assert (settings.impostor, settings.secret_key) == (Path("/impostor"), key)
    assert (settings.run, settings.message, settings.awaits) == ("mine", "a nut", ("http://a", "http://b:1"))


def test_scenarios_keep_the_given_order_without_duplicates(tmp_path: Path) -> None:
    settings = read(tmp_path, CLIENT_SCENARIOS=" https, http,,https ")
    assert [scenario.name for scenario in settings.scenarios] == ["https", "http"]


def test_unknown_scenarios_are_an_error_with_suggestions(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, CLIENT_SCENARIOS="http,htps,x")
    assert str(caught.value).startswith(
        "OVERHEARD_CLIENT_SCENARIOS: there is no scenario 'htps' (did you mean https or http?); "
        "there is no scenario 'x'\n"
    )
    assert all(name in caught.value.hint for name in NAMES)


@pytest.mark.parametrize("names", [",", " , "])
def test_an_empty_list_of_scenarios_is_an_error(tmp_path: Path, names: str) -> None:
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CLIENT_SCENARIOS: it names no scenario") as caught:
        read(tmp_path, CLIENT_SCENARIOS=names)
    assert "there are http, " in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"), [("CLIENT_OUTPUT", "xml"), *((name, "/nowhere/at/all") for name in FOLDERS)]
)
def test_an_invalid_value_is_an_error_that_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_{name} is "):
        read(tmp_path, **{name: value})


@pytest.mark.parametrize("name", [*FOLDERS, *FILES])
def test_variables_without_a_default_must_be_set(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_{name} is not set"):
        read(tmp_path, **{name: ""})


def test_the_content_of_a_file_is_stripped(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("  the token\n")
    assert contents("OVERHEARD_TOKEN", tmp_path / "token") == b"the token"


@pytest.mark.parametrize(("name", "why"), [("nowhere", "No such file or directory"), (".", "Is a directory")])
def test_an_unreadable_file_is_an_error_that_names_the_variable(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        contents("OVERHEARD_TOKEN", tmp_path / name)
    assert str(caught.value).startswith(f"OVERHEARD_TOKEN: {tmp_path / name} cannot be read ({why})")


# ---- alone


@pytest.mark.parametrize("variables", [{}, {"SECRET_URL": ""}])
def test_without_a_url_it_is_not_alone(variables: dict[str, str]) -> None:
    assert Alone.from_environment(variables) is None


def test_with_a_url_it_is_alone() -> None:
    assert Alone.from_environment({"SECRET_URL": "http://server:5683"}) == Alone("http://server:5683", None, "")
    variables = {
        "SECRET_URL": "https://server:5443",
        "OVERHEARD_CLIENT_CA_FILE": "/root.pem",
        "SECRET_KEY": "an acorn",
    }
    assert Alone.from_environment(variables) == Alone("https://server:5443", Path("/root.pem"), "an acorn")


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("an acorn\n")
    alone = Alone.from_environment({"SECRET_URL": "http://server", "SECRET_KEY_FILE": str(file)})
    assert alone == Alone("http://server", None, "an acorn")


@pytest.mark.parametrize("url", ["server:5683", "ftp://server", "HTTP", "/", "file:///etc/passwd"])
def test_an_invalid_url_is_an_error(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_URL is "):
        Alone.from_environment({"SECRET_URL": url})
