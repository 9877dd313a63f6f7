from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard_services.server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def https(folder: Path, **changed: str) -> Settings:
    variables = {"SCHEME": "https", "HANDOVER": str(folder), "CREDENTIALS": str(folder), **changed}
    return Settings.from_environment({f"OVERHEARD_SERVER_{name}": value for name, value in variables.items()})


def test_alone_it_serves_the_story_over_http() -> None:
    settings = Settings.from_environment({})
    assert (settings.bind, settings.port, settings.message) == ("127.0.0.1", 5683, "fluffy tail")
    assert settings.enrolment is None


def test_over_https_it_enrols_for_the_names_of_the_story(tmp_path: Path) -> None:
    settings = https(tmp_path)
    assert settings.port == 5443
    assert settings.enrolment
    assert settings.enrolment.ca_url == "https://ca:5444"
    assert settings.enrolment.names == ("server", "localhost", "127.0.0.1")
    assert (settings.enrolment.handover, settings.enrolment.folder) == (tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SCHEME", "ftp"), ("PORT", "0"), ("PORT", "https"), ("HANDOVER", "/nowhere/at/all"), ("CREDENTIALS", "/nowhere")],
)
def test_what_makes_no_sense_is_an_error_that_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_SERVER_{name} is "):
        https(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["HANDOVER", "CREDENTIALS"])
def test_https_without_its_folders_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_SERVER_{name} is not set"):
        https(tmp_path, **{name: ""})
