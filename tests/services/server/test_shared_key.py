from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard_services.disguise.fernet import new_key, seal, unseal
from overheard_services.server.shared_key import shared_key

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_setting_there_is_no_shared_key() -> None:
    assert shared_key("", None) is None


def test_the_key_in_the_environment_takes_precedence(tmp_path: Path) -> None:
    key = new_key()
    assert shared_key(key.decode(), tmp_path / "key") == key
    assert not (tmp_path / "key").exists()


def test_the_file_is_created_private_and_kept(tmp_path: Path) -> None:
    made = shared_key("", tmp_path / "key")
    assert made
    assert unseal(made, seal(made, "fluffy tail")) == "fluffy tail"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert (tmp_path / "key").read_bytes().strip() == made
    assert shared_key("", tmp_path / "key") == made


def test_an_invalid_key_is_an_error_that_names_its_source_and_not_its_value(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY is not a Fernet key") as caught:
        shared_key("acorn", None)
    assert "acorn" not in str(caught.value)
    (tmp_path / "key").write_text("acorn")
    with pytest.raises(SettingsError, match=r"^OVERHEARD_SERVER_SHARED_KEY_FILE: /.*/key is not a Fernet key"):
        shared_key("", tmp_path / "key")
    assert (tmp_path / "key").read_text() == "acorn"


def test_a_file_that_cannot_be_created_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    for file in (tmp_path / "missing" / "key", tmp_path):
        with pytest.raises(SettingsError, match="cannot be used"):
            shared_key("", file)
