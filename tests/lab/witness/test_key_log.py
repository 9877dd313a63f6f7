"""Session keys of TLS go to one file, whoever made the context and when."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from overheard.witness.key_log import VARIABLE, key_log
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def made() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def files_of(*contexts: ssl.SSLContext) -> tuple[str | None, ...]:
    return tuple(context.keylog_filename for context in contexts)


def test_contexts_made_before_and_after_write_their_keys() -> None:
    before = made()
    with key_log() as path:
        after = made()
        assert files_of(before, after, ssl.create_default_context()) == (str(path),) * 3
        assert os.environ[VARIABLE] == str(path)
        assert path.stat().st_mode & 0o777 == 0o600
    assert files_of(before, after, made()) == (None,) * 3
    assert VARIABLE not in os.environ
    assert not path.parent.exists()


def test_processes_that_are_started_write_theirs() -> None:
    program = "import ssl; print(ssl.create_default_context().keylog_filename)"
    with key_log() as path:
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        assert said.strip() == str(path)


def test_the_file_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    with key_log() as path:
        assert path == tmp_path / "mine"
        assert made().keylog_filename == str(path)
    assert os.environ[VARIABLE] == str(path)


def test_a_context_that_has_a_file_keeps_it(tmp_path: Path) -> None:
    context = made()
    context.keylog_filename = str(tmp_path / "own")
    with key_log():
        assert context.keylog_filename == str(tmp_path / "own")
    assert context.keylog_filename == str(tmp_path / "own")


def test_those_that_overlap_share_one_file_until_the_last_one_ends() -> None:
    """Nested, or in threads of which the first one ends first."""
    first, second = key_log(), key_log()
    path = first.__enter__()
    assert second.__enter__() == path
    first.__exit__(None, None, None)
    assert made().keylog_filename == os.environ[VARIABLE] == str(path)
    assert path.exists()
    second.__exit__(None, None, None)
    assert made().keylog_filename is None
    assert VARIABLE not in os.environ


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing" / "keys"):
        monkeypatch.setenv(VARIABLE, str(path))
        with pytest.raises(SettingsError, match=f"cannot be written to {path}: "), key_log():
            pytest.fail("nothing may run")
        assert made().keylog_filename is None


class Proxy:
    """As of web frameworks: outside a request, to ask for anything raises."""

    @property  # type: ignore[misc]  # that is what it pretends to be
    def __class__(self) -> type:
        raise RuntimeError("working outside of a request")


def test_a_proxy_among_all_objects_is_left_alone() -> None:
    proxy = Proxy()
    with key_log():
        pass
    assert type(proxy) is Proxy
