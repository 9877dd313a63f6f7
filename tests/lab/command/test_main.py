"""The command line: its help, and its errors for wrong usage."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lab.command.process import overheard
from overheard import __version__


@pytest.mark.parametrize("arguments", [("--help",), ("demo", "--help"), ("run", "--help")])
def test_the_help_lists_the_exit_codes(arguments: tuple[str, ...]) -> None:
    done = overheard(*arguments)
    assert done.returncode == 0
    for line in ("0    every verdict", "1    a secret was overheard", "2    inconclusive", "130  interrupted"):
        assert line in done.stdout


@pytest.mark.parametrize("command", ["demo", "run", "list", "explain", "errors", "show", "scan"])
def test_every_command_has_its_own_help(command: str) -> None:
    done = overheard(command, "--help")
    assert done.returncode == 0
    assert f"overheard {command}" in done.stdout
    assert f"    {command} " in overheard("--help").stdout


def test_the_help_of_a_run_lists_its_options() -> None:
    said = overheard("run", "--help").stdout
    for option in ("NAME", "--engine", "--runs", "--svg", "--json", "ENGINE=..."):
        assert option in said
    assert "--details" in overheard("demo", "--help").stdout


def test_it_prints_its_version() -> None:
    assert overheard("--version").stdout == f"overheard {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "COMMAND"),
        (("dmeo",), "dmeo"),
        (("demo", "--briefly"), "--briefly"),
        (("demo", "--engine", "podman"), "podman"),
        (("demo", "extra"), "extra"),
        (("run",), "NAME"),
        (("explain",), "NAME"),
        (("demo", "--svg", "/nowhere/at/all.svg"), "there is no folder /nowhere/at"),
    ],
)
def test_unknown_arguments_are_an_error_without_a_traceback(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = overheard(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert "usage: overheard" in done.stderr
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_engine_in_the_environment_is_an_error(tmp_path: Path) -> None:
    done = overheard("demo", cwd=tmp_path, ENGINE="dokcer")
    assert (done.returncode, done.stdout) == (64, "")
    assert "there is no engine 'dokcer'" in done.stderr
    assert "compose, local" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_requested_engine_that_is_unavailable_is_an_error(tmp_path: Path) -> None:
    """An empty folder is not a checkout, even if Docker works."""
    done = overheard("demo", cwd=tmp_path, ENGINE="compose")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("overheard: there is no docker-compose.yml in ")
    assert "run this in a checkout of Overheard" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("local_engine")
def test_an_unwritable_target_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("as it was")
    done = overheard("demo", "--engine", "local", "--runs", str(file), cwd=tmp_path)
    assert done.returncode == 2
    assert f"overheard: cannot write recordings to {file}: " in done.stderr
    assert "name another folder with --runs" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "as it was"


@pytest.mark.usefixtures("local_engine")
@pytest.mark.skipif(os.geteuid() == 0, reason="to root, every folder is writable")
def test_an_unwritable_folder_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = overheard("demo", "--engine", "local", "--runs", str(tmp_path))
    assert done.returncode == 2
    assert "Permission denied" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("local_engine")
def test_the_first_line_names_the_engine_and_the_reason(tmp_path: Path) -> None:
    """Brackets in the reason and in folder names must not be read as markup."""
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'cannot reach [/nowhere/docker.sock]' >&2\nexit 1\n")
    docker.chmod(0o755)
    (tmp_path / "docker-compose.yml").touch()
    runs = tmp_path / "[bold]runs"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = overheard("run", "http", "--runs", str(runs), cwd=tmp_path, PATH=path)
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert first == "engine: local (no Docker engine responds: cannot reach [/nowhere/docker.sock])"
    assert f"{runs.name}/" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
