from __future__ import annotations

from pathlib import Path

import pytest

from overheard_ca.errors import StateError
from overheard_ca.passphrase import read_or_make


def test_it_is_created_once_and_kept(tmp_path: Path) -> None:
    file, root_key = tmp_path / "passphrase", tmp_path / "root.key.pem"
    made = read_or_make(file, root_key)
    assert len(made) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    root_key.touch()
    assert read_or_make(file, root_key) == made


def test_each_is_different(tmp_path: Path) -> None:
    made = [read_or_make(tmp_path / name, tmp_path / "root.key.pem") for name in ("a", "b")]
    assert made[0] != made[1]


def test_it_is_never_created_again_if_there_is_a_root_key(tmp_path: Path) -> None:
    file, root_key = tmp_path / "passphrase", tmp_path / "root.key.pem"
    root_key.touch()
    with pytest.raises(StateError) as caught:
        read_or_make(file, root_key)
    assert str(file) in str(caught.value)
    assert str(root_key) in str(caught.value)
    assert not file.exists()


@pytest.mark.parametrize("content", [b"", b" \n", b"x" * 1024])
def test_it_refuses_one_that_openssl_does_not_accept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(content)
    with pytest.raises(StateError, match=r"has [\d,]+ bytes"):
        read_or_make(file, tmp_path / "root.key.pem")


def test_a_line_end_is_not_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(b"fluffy tail\r\n")
    assert read_or_make(file, tmp_path / "root.key.pem") == b"fluffy tail"
