"""Secrets in files and folders, as they are mounted. Single files are in command/test_secret_options.py, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.witness.secret_files import mounted
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def test_each_file_of_a_folder_is_a_secret_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"two\n\n")
    (tmp_path / "a").write_bytes(b"one\r\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "alone").write_bytes(b"three")
    folder = [(secret.name, secret.value) for secret in mounted([tmp_path])]
    assert folder == [("a", b"one"), ("alone", b"three"), ("b", b"two\n")]
    assert [secret.name for secret in mounted([tmp_path / "alone", tmp_path / "a"])] == ["alone", "a"]
    assert mounted([]) == []


def test_a_volume_of_kubernetes_has_links_to_a_hidden_folder(tmp_path: Path) -> None:
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..2026" / "token").write_bytes(b"of the pod")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "token").symlink_to("..data/token")
    assert [(secret.name, secret.value) for secret in mounted([tmp_path])] == [("token", b"of the pod")]


def test_what_is_wrong_is_said_without_a_value(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").write_bytes(b"fluffy tail")
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "gone").symlink_to("nowhere")
    for paths, says in (
        (["none"], "there is no secret in the folder"),
        (["one", "one/a"], "two secrets with the name 'a'"),
        (["empty"], "the secret 'empty' is empty"),
        (["gone"], "'gone' cannot be read"),
    ):
        with pytest.raises(SettingsError, match=says) as error:
            mounted([tmp_path / path for path in paths])
        assert "fluffy" not in str(error.value)
