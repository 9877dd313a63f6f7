"""Which engine is chosen, and the line that says why. `docker` is a script of the test here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from overheard.engines import NAMES
from overheard.engines.choose import choose
from overheard.engines.compose import ComposeEngine
from overheard.engines.local import LocalEngine
from overheard.words.errors import EngineError, NotInstalledError, SettingsError

# Programs that the local engine and these scripts need, and no others.
_NEEDED = ("unshare", "true", "sh")


class Machine:
    """A simulated machine: the programs on its PATH, and a project."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.project = folder / "project"
        self.bin.mkdir()
        self.project.mkdir()
        (self.project / "docker-compose.yml").touch()
        for name in _NEEDED:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        self.base_image("exit 0")

    def program(self, path: Path, script: str) -> None:
        """Install a program."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def docker(self, *, info: str = "exit 0", compose: str = "exit 0") -> None:
        """Install a `docker` with this script."""
        self.program(self.bin / "docker", f'case "$1" in info) {info};; compose) {compose};; esac')

    def base_image(self, script: str) -> None:
        """Make the script for the base image behave like this."""
        self.program(self.project / "lab" / "setup" / "base-image", script)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.bin))
    return machine


def chosen(machine: Machine, wanted: str = "") -> tuple[str, str]:
    engine, why = choose(wanted, machine.project, lambda _doing: None)
    return engine.name, why


def broken(machine: Machine, fault: str) -> None:
    """Break one requirement of the compose engine."""
    machine.docker()
    if fault == "no docker":
        (machine.bin / "docker").unlink()
    elif fault == "no engine":
        machine.docker(info="echo 'warning' >&2; echo 'Cannot connect to [/run/docker.sock]' >&2; exit 1")
    elif fault == "silent engine":
        machine.docker(info="exit 1")
    elif fault == "no compose":
        machine.docker(compose="echo \"'compose' is not a docker command\" >&2; exit 1")
    elif fault == "no base image":
        machine.base_image("echo 'base-image: no registry answers' >&2; exit 3")
    elif fault == "no project":
        (machine.project / "docker-compose.yml").unlink()
    elif fault == "another project":
        shutil.rmtree(machine.project / "lab")


FAULTS = {
    "no docker": "Docker was not found",
    "no engine": "no Docker engine responds: Cannot connect to [/run/docker.sock]",
    "silent engine": "no Docker engine responds",
    "no compose": "Docker has no Compose v2: 'compose' is not a docker command",
    "no base image": "the base image can neither be pulled nor built: base-image: no registry answers",
    "no project": "there is no docker-compose.yml in",
    "another project": "the base image can neither be pulled nor built: ",
}


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize(("fault", "why"), FAULTS.items())
def test_a_problem_with_containers_is_reported_in_one_line(machine: Machine, fault: str, why: str) -> None:
    broken(machine, fault)
    name, said = chosen(machine)
    assert name == "local"
    assert said.startswith(why)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(("fault", "why"), FAULTS.items())
def test_requested_containers_that_are_unavailable_are_an_error(machine: Machine, fault: str, why: str) -> None:
    broken(machine, fault)
    with pytest.raises(EngineError) as caught:
        chosen(machine, "compose")
    assert str(caught.value).startswith(why)
    assert caught.value.hint


@pytest.mark.parametrize("wanted", ["", "compose"])
def test_containers_are_chosen_if_they_work(machine: Machine, wanted: str) -> None:
    machine.docker()
    engine, why = choose(wanted, machine.project, lambda _doing: None)
    assert isinstance(engine, ComposeEngine)
    assert engine.project == machine.project
    assert why == ("asked for" if wanted else "a Docker engine and Compose v2 are available")


@pytest.mark.usefixtures("local_engine")
def test_local_is_chosen_on_request_even_if_containers_work(machine: Machine) -> None:
    """Docker is not even run."""
    machine.docker(info=f"touch {machine.project}/asked")
    engine, why = choose("local", machine.project, lambda _doing: None)
    assert isinstance(engine, LocalEngine)
    assert why == "asked for"
    assert not (machine.project / "asked").exists()


def test_if_neither_is_available_the_error_has_both_reasons(machine: Machine) -> None:
    (machine.bin / "unshare").unlink()
    with pytest.raises(EngineError) as caught:
        chosen(machine)
    assert str(caught.value).startswith("Docker was not found; and `unshare` was not found\n")


def test_refused_namespaces_are_an_error_with_a_hint(machine: Machine) -> None:
    (machine.bin / "unshare").unlink()
    machine.program(machine.bin / "unshare", "echo 'unshare failed: Operation not permitted' >&2; exit 1")
    with pytest.raises(EngineError) as caught:
        chosen(machine, "local")
    assert "this user may not create namespaces: unshare failed: Operation not permitted" in str(caught.value)
    assert caught.value.hint


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize("wanted", ["", "local"])
def test_in_a_plain_installation_the_error_names_the_extra(
    machine: Machine, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if more is missing: Docker, a checkout."""
    (machine.project / "docker-compose.yml").unlink()
    monkeypatch.setattr("overheard.role.packages.find_spec", lambda _name: None)
    with pytest.raises(NotInstalledError, match=r"pip install 'overheard\[lab\]'"):
        chosen(machine, wanted)


@pytest.mark.usefixtures("local_engine")
def test_a_failure_to_install_tshark_is_the_error_of_the_script(machine: Machine) -> None:
    machine.program(machine.project / "lab" / "setup" / "tshark", "echo 'tshark: join the group wireshark' >&2; exit 2")
    with pytest.raises(EngineError, match="tshark: join the group wireshark"):
        chosen(machine, "local")


def test_getting_the_base_image_is_reported_as_progress(machine: Machine) -> None:
    machine.docker()
    said: list[str] = []
    choose("", machine.project, said.append)
    assert [step.partition(" (")[0] for step in said] == ["looking for the base image"]


def test_an_unknown_engine_is_an_error(machine: Machine) -> None:
    """No other engine is chosen instead."""
    machine.docker()
    with pytest.raises(SettingsError) as caught:
        chosen(machine, "dokcer")
    assert all(name in str(caught.value) for name in ("'dokcer'", *NAMES))
