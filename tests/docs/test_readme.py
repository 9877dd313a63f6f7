"""The README: every line of it, in its order, in one shell, as a reader types them in a checkout."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from applications.servers import program
from docs.pages import README
from docs.terminal import CTRL_C, Terminal
from docs.typed import blocks, looks_like
from lab.engines.containers import CA_BUNDLE, Lab, left_of
from ports import free_ports
from processes import LONG, PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("compose_engine", "local_engine")]

# What is not typed here, and why.
NOT_TYPED = {
    "make test": "this is a part of it",
    "make capture-demo ENGINE=compose": "make capture-demo does it, where a Docker engine runs",
    "pip install .": "tests/install does it, in an environment of its own",
    "pipx install .": "the same",
    "uv tool install .": "the same",
    "docker build -f lab/sidecar.Dockerfile": "tests/examples does it",
    "overheard show https://example.org": "it is in the internet",
}
# Commands whose exit code is a verdict on captures of the reader, and the section that is about these.
VERDICTS = ("overheard scan", "overheard watch", "tcpdump")
OWN = "The witness: your own captures"
# The ports of the lab on this machine, and the variables that change them.
PORTS = {5683: "OVERHEARD_HTTP_PORT", 5443: "OVERHEARD_HTTPS_PORT", 8080: "OVERHEARD_PAGE_PORT"}
# How the pages of a run and the recording of tcpdump end.
ANSWERS = {"Ctrl-C ends it": CTRL_C, "listening on": CTRL_C}
# How many seconds a line may take: it may build images and run all scenarios, beside other tests.
A_WHOLE_LAB = 8 * LONG
# Opens a file as Wireshark does, and prints what that shows.
WIRESHARK = """#!/bin/bash
exec tshark "${@:1:$#-1}" -r "${!#}"
"""


class Reader:
    """Somebody with a checkout in which `make capture-demo` made the environment, and a service of their own."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.own, self._programs = folder / "overheard", folder / "own", folder / "programs"
        left_out = shutil.ignore_patterns(".git", "runs", ".*_cache", ".hypothesis", "*.pyc.*")
        shutil.copytree(PROJECT, self.checkout, copy_function=_linked, symlinks=True, ignore=left_out)
        environment = self.checkout / ".venv"
        for file in (*environment.glob("bin/*"), environment / "pyvenv.cfg", *environment.glob("lib/*/*/*.pth")):
            if file.is_file() and not file.is_symlink():
                _moved(file, self.checkout)
        made_from = ["lab/requirements.txt", "pyproject.toml"]
        (environment / f".ready-{_checksum([self.checkout / name for name in made_from])}").touch()
        (self.checkout / "build.log").write_text("E   ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number\n")
        self.own.mkdir()
        self._programs.mkdir()
        (self._programs / "wireshark").write_text(WIRESHARK)
        (self._programs / "wireshark").chmod(0o755)

    @property
    def run(self) -> Path:
        """The newest run."""
        return max((self.checkout / "runs").iterdir())

    def variables(self, project: str) -> dict[str, str]:
        """The environment: as in a checkout, in which the usual ports may be taken."""
        path = f"{self._programs}:{self.checkout / '.venv' / 'bin'}:{os.environ['PATH']}"
        ports = {name: str(number) for name, number in zip(PORTS.values(), range(*_ports(len(PORTS))), strict=True)}
        compose = {"COMPOSE_PROJECT_NAME": project, "CA_BUNDLE": CA_BUNDLE}
        return {"PATH": path, "API_TOKEN": "4711-acorn", **compose, **ports}

    def make_captures(self) -> None:
        """Put into the folder of the service what the README takes for granted."""
        shutil.copy(self.run / "http.pcapng", self.own)
        shutil.copy(self.run / "https.pcapng", self.own / "traffic.pcapng")
        shutil.copy(self.run / "session.keys", self.own)
        (self.own / "ring_1.pcapng.gz").write_bytes(gzip.compress((self.run / "https.pcapng").read_bytes()))
        (self.own / "password.txt").write_text("correct horse battery")
        (self.own / "message.txt").write_text("fluffy tail")
        (self.own / "list.toml").write_text('[[secret]]\nname = "message"\nfile = "message.txt"\n')
        (self.own / "test_service.py").write_text("def test_service():\n    pass\n")


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _moved(file: Path, checkout: Path) -> None:
    """Write a file anew in which the path of this project is that of a copy."""
    text = file.read_bytes()
    if (here := str(PROJECT).encode()) in text:
        mode = file.stat().st_mode
        file.unlink()
        file.write_bytes(text.replace(here, str(checkout).encode()))
        file.chmod(mode)


def _checksum(files: list[Path]) -> str:
    """What lab/setup/python-env says that an environment was made from."""
    text = b"".join(file.read_bytes() for file in files) + f"{os.environ.get('PYTHON', '')}\n".encode()
    return "".join(subprocess.run(["cksum"], input=text, capture_output=True, check=True).stdout.decode().split())


def _ports(count: int) -> tuple[int, int]:
    first = free_ports(count)
    return first, first + count


@pytest.fixture
def project() -> Iterator[str]:
    """The name of a project of Compose, of which nothing may be left."""
    lab = Lab()
    yield lab.name
    lab.compose("down", "--volumes")


# It runs the lab five times and builds its images.
@pytest.mark.timeout(15 * LONG)
def test_the_readme_as_a_reader_types_it(tmp_path: Path, project: str) -> None:
    for name in ("tcpdump", "tshark", "curl"):
        program(name)
    reader = Reader(tmp_path)
    variables = reader.variables(project)
    with Terminal(reader.checkout, ANSWERS, variables, within=A_WHOLE_LAB) as terminal:
        for title, section in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", f"## \n{README}", re.MULTILINE | re.DOTALL):
            if title == OWN:
                reader.make_captures()
            terminal.type(f"cd {reader.own if title == OWN else reader.checkout}")
            for line, printed in (typed for block in blocks(section) for typed in block.lines):
                if line.startswith(tuple(NOT_TYPED)):
                    continue
                for port, variable in PORTS.items():
                    line = line.replace(f"localhost:{port}", f"localhost:{variables[variable]}")  # noqa: PLW2901
                said = terminal.type(line.replace("RUN", reader.run.name) if "/RUN/" in line else line)
                code = int(terminal.type("echo $?"))
                # Ctrl-C ends make, too.
                right = {0, 130} if any(question in said for question in ANSWERS) else {0}
                assert code in ({0, 1, 2} if line.startswith(VERDICTS) else right), f"{line}\n{said}"
                assert looks_like(_steady(said), _steady(printed)) or not printed, f"{line}\n{said}"
    assert left_of(project) == ""


def _steady(said: str) -> str:
    """What is said, up to what is different in every recording."""
    return re.sub(r"\d+", "0", said.partition("\n\n")[0])


def test_what_is_not_typed_is_in_the_readme() -> None:
    lines = [line for block in blocks(README) for line, _ in block.lines]
    for begin in NOT_TYPED:
        assert any(line.startswith(begin) for line in lines), begin
