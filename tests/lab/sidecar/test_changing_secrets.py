"""Secrets whose files change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.sidecar.changing_secrets import ChangingSecrets, name_of, secrets_in
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def window(secrets: ChangingSecrets, folder: Path, *values: str) -> dict[str, str]:
    """A window in which the password has these values, one after the other: what is looked for."""
    before = secrets.read()
    for value in values:
        (folder / "password").write_text(value)
    return {each.name: each.value.decode() for each in secrets.of_window(before)}


def test_a_value_is_looked_for_in_the_window_after_that_in_which_it_was_replaced(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("first value")
    secrets = ChangingSecrets([tmp_path])
    assert window(secrets, tmp_path, "second value") == {"password": "first value", "password (new)": "second value"}
    assert window(secrets, tmp_path) == {"password": "second value", "password (old)": "first value"}
    assert window(secrets, tmp_path) == {"password": "second value"}
    assert window(secrets, tmp_path, "third value") == {"password": "second value", "password (new)": "third value"}
    assert window(secrets, tmp_path, "fourth value") == {
        "password": "third value",
        "password (new)": "fourth value",
        "password (old)": "second value",
    }


def test_several_values_that_were_replaced_have_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("first value")
    secrets = ChangingSecrets([tmp_path])
    window(secrets, tmp_path, "second value")
    (tmp_path / "password").write_text("third value")
    assert window(secrets, tmp_path) == {
        "password": "third value",
        "password (old)": "first value",
        "password (old 2)": "second value",
    }


def test_who_removes_a_secret_does_not_look_for_it_any_more(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("first value")
    (tmp_path / "another").write_text("another value")
    secrets = ChangingSecrets([tmp_path])
    window(secrets, tmp_path)
    (tmp_path / "another").unlink()
    assert window(secrets, tmp_path) == {"password": "first value"}


@pytest.mark.parametrize("name", ["password (new)", "password (old)", "password (old 2)"])
def test_the_name_of_another_value_is_no_name_of_a_secret(tmp_path: Path, name: str) -> None:
    assert name_of(name) == "password"
    (tmp_path / name).write_text("first value")
    with pytest.raises(SettingsError, match="is that of another value of 'password'"):
        secrets_in([tmp_path])


@pytest.mark.parametrize("name", ["password", "password (news)", "new", "(old)", "password (new) 2"])
def test_other_names_are_as_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("first value")
    assert [secret.name for secret in secrets_in([tmp_path])] == [name] == [name_of(name)]


def test_a_name_that_is_a_secret_is_never_shown(tmp_path: Path) -> None:
    """It may be added while the sidecar runs."""
    (tmp_path / "password").write_text("first value")
    secrets = ChangingSecrets([tmp_path])
    secrets.read()
    (tmp_path / "first value").write_text("something else")
    assert [secret.name for secret in secrets.read()] == ["password"]
    assert [check.says for check in secrets.faults()] == ["the name of secret 1 itself contains a secret"]
