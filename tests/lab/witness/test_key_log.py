"""Session keys of TLS go to one file, whoever made the context and when."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

from overheard.witness.key_log import VARIABLE, key_log

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def made() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def files_of(*contexts: ssl.SSLContext) -> tuple[str | None, ...]:
    return tuple(context.keylog_filename for context in contexts)


def test_contexts_made_before_and_after_write_their_keys(tmp_path: Path) -> None:
    before = made()
    with key_log(tmp_path) as path:
        after = made()
        assert files_of(before, after, ssl.create_default_context()) == (str(path),) * 3
        assert os.environ[VARIABLE] == str(path)
        assert path.stat().st_mode & 0o777 == 0o600
    assert files_of(before, after, made()) == (None,) * 3
    assert VARIABLE not in os.environ


def test_processes_that_are_started_write_theirs(tmp_path: Path) -> None:
    program = "import ssl; print(ssl.create_default_context().keylog_filename)"
    with key_log(tmp_path) as path:
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        assert said.strip() == str(path)


def test_the_file_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine"))
    with key_log(tmp_path / "other") as path:
        assert path == tmp_path / "mine"
        assert made().keylog_filename == str(path)
    assert os.environ[VARIABLE] == str(path)


def test_a_context_that_has_a_file_keeps_it(tmp_path: Path) -> None:
    context = made()
    context.keylog_filename = str(tmp_path / "own")
    with key_log(tmp_path):
        assert context.keylog_filename == str(tmp_path / "own")
    assert context.keylog_filename == str(tmp_path / "own")


def test_it_can_be_nested(tmp_path: Path) -> None:
    with key_log(tmp_path) as outer:
        with key_log(tmp_path / "inner") as inner:
            assert inner == outer
            assert made().keylog_filename == str(outer)
        assert made().keylog_filename == str(outer)
    assert made().keylog_filename is None


class Proxy:
    """As of web frameworks: outside a request, to ask for anything raises."""

    @property  # type: ignore[misc]  # that is what it pretends to be
    def __class__(self) -> type:
        raise RuntimeError("working outside of a request")


def test_a_proxy_among_all_objects_is_left_alone(tmp_path: Path) -> None:
    proxy = Proxy()
    with key_log(tmp_path):
        pass
    assert type(proxy) is Proxy
