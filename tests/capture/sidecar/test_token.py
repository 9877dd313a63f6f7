"""The token of the API: created once, then read."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import NotReadyError, SettingsError
from overheard_capture.sidecar.token import read_or_make, wait_for

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_token_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    token = read_or_make(tmp_path / "token")
    assert len(token) == 43
    assert read_or_make(tmp_path / "token") == token
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_white_space_around_it_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(" acorn\n")
    assert read_or_make(tmp_path / "token") == "acorn"


@pytest.mark.parametrize("content", [b"", b" \n\t"])
def test_an_empty_one_is_an_error_and_is_kept(tmp_path: Path, content: bytes) -> None:
    """Otherwise a request without a token would have the right one."""
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CAPTURE_TOKEN_FILE: .*token is empty"):
        read_or_make(tmp_path / "token")
    assert (tmp_path / "token").read_bytes() == content


@pytest.mark.parametrize("name", [".", "nowhere/token"])
def test_one_that_can_neither_be_read_nor_created_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CAPTURE_TOKEN_FILE: .* cannot be read"):
        read_or_make(tmp_path / name)


def test_a_second_recorder_waits_for_the_token_and_creates_none(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"waited for the token in .*, but it is not there"):
        wait_for(tmp_path / "token", within=0)
    assert list(tmp_path.iterdir()) == []
    created = threading.Thread(target=read_or_make, args=(tmp_path / "token",))
    created.start()
    token = wait_for(tmp_path / "token")
    created.join()
    assert token == read_or_make(tmp_path / "token")
