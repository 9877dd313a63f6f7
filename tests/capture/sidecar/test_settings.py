"""The settings of the capture role, present and missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, **changed: str) -> Settings:
    return Settings.from_environment(variables(folder, **changed))


def variables(folder: Path, **changed: str) -> dict[str, str]:
    given = {
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(folder / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(folder),
        "OVERHEARD_CAPTURE_KEYS": str(folder),
        "OVERHEARD_CAPTURE_INTERFACE": "lo",
    }
    return given | {f"OVERHEARD_CAPTURE_{name}": value for name, value in changed.items()}


def test_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.bind, settings.port, settings.capture_filter) == ("127.0.0.1", 5690, "not tcp port 5690")
    assert (settings.snap_length, settings.buffer, settings.patience) == (0, 64, 12)
    assert (settings.spy, settings.stolen, settings.second) == (None, None, None)


def test_the_files_of_a_spy_need_not_exist_yet(tmp_path: Path) -> None:
    """The notebook grows during a run; and the server's key is made after the capture role has started."""
    spy, stolen = tmp_path / "spy", tmp_path / "credentials" / "key.pem"
    settings = read(tmp_path, SPY=str(spy), STOLEN=str(stolen))
    assert (settings.spy, settings.stolen) == (spy, stolen)
    assert read(tmp_path, SPY="", STOLEN="").spy is None


def test_the_capture_filter_excludes_its_own_port(tmp_path: Path) -> None:
    assert read(tmp_path, PORT="4711").capture_filter == "not tcp port 4711"
    assert read(tmp_path, FILTER="tcp port 1").capture_filter == "tcp port 1"


def test_only_who_judges_needs_keys(tmp_path: Path) -> None:
    assert read(tmp_path).keys == tmp_path
    assert Settings.from_environment(variables(tmp_path, KEYS=""), judges=False).keys is None


def test_the_second_recorder_is_an_address(tmp_path: Path) -> None:
    assert read(tmp_path, SECOND="interceptor:5690").second == ("interceptor", 5690)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "many"),
        ("TOKEN_FILE", ""),
        ("RECORDINGS", ""),
        ("RECORDINGS", "/nowhere"),
        ("KEYS", "/nowhere"),
        ("INTERFACE", ""),
        ("SNAP_LENGTH", "-1"),
        ("BUFFER_MIB", "0"),
        ("PATIENCE", "soon"),
        ("SECOND", "interceptor"),
        ("SECOND", ":5690"),
        ("SECOND", "interceptor:0"),
        ("SECOND", "interceptor:99999"),
        ("SECOND", "interceptor:\u0665"),
    ],
)
def test_an_invalid_value_is_an_error_that_names_the_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_CAPTURE_{variable}"):
        read(tmp_path, **{variable: value})
