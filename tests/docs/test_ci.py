"""The action of GitHub, the hook of pre-commit and the template of GitLab: what they run, run without them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree

from capture.frames import exchange, rewritten
from docs.pages import ROOT
from overheard.engines.base import clean_environment
from overheard.engines.local import unshare
from processes import LONG

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
JOB = yaml.safe_load((ROOT / "examples" / "gitlab-ci.yml").read_text())["overheard"]
INSTALL, ALLOW, JUDGE = ACTION["runs"]["steps"]

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
LOGIN = b"GET /?password=fluffytail7 HTTP/1.1\r\nHost: a\r\n\r\n"
HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# Sends the secret in clear, over `lo`.
SEND = f"""
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
    client.sendall(b"password={PASSWORD}")
    with server.accept()[0] as accepted:
        accepted.recv(100)
"""


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """A folder with a capture that has a credential in a folder, and one that has none, with an odd name."""
    (tmp_path / "in" / "folder").mkdir(parents=True)
    rewritten(tmp_path / "in" / "folder" / "login.pcapng", exchange([LOGIN], [OK]))
    rewritten(tmp_path / "in" / "hello $(touch hit) 'x'.pcapng", exchange([HELLO], [OK]))
    return tmp_path / "in"


def run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with the programs of this environment."""
    path = f"{folder}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**clean_environment(), "PATH": path, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


def step(
    which: dict[str, Any], folder: Path, *command: str, inputs: dict[str, str] | None = None, **variables: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run a step of the action as GitHub does, and return its outputs. It finds Overheard already installed."""
    (folder / "temp").mkdir()
    (folder / "temp" / "overheard").symlink_to(Path(sys.executable).parents[1])
    given = {f"inputs.{name}": each.get("default", "") for name, each in ACTION["inputs"].items()}
    given |= {f"inputs.{name.replace('_', '-')}": value for name, value in (inputs or {}).items()}
    environment = {
        name: given[match[1]] if (match := re.fullmatch(r"\$\{\{ (inputs\.[a-z-]+) \}\}", value)) else "true"
        for name, value in which.get("env", {}).items()
    }
    script, output = folder / "temp" / "step.sh", folder / "temp" / "output"
    script.write_text(which["run"])
    shell = [*command, "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    variables |= {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), "RUNNER_TEMP": str(folder / "temp")}
    done = run(shell, folder, **environment, GITHUB_ACTION_PATH=str(ROOT), **variables)
    said = output.read_text() if output.exists() else ""
    return done, dict(line.split("=", 1) for line in said.splitlines())


def test_the_page_gives_inputs_that_the_action_has_and_a_hook_that_exists() -> None:
    page = (ROOT / "docs" / "in-your-tests.md").read_text()
    steps, hooks = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    assert set(steps[0]["with"]) < set(ACTION["inputs"])
    assert {HOOK["id"]} == {hook["id"] for hook in hooks["repos"][0]["hooks"]}


def test_no_text_of_a_step_has_an_expression() -> None:
    """What is in an input would be a part of the script."""
    assert [each for each in (INSTALL, ALLOW, JUDGE) if "${{" in each["run"] or each["shell"] != "bash"] == []
    named = {
        name for each in (INSTALL, JUDGE) for value in each["env"].values() for name in re.findall(r"s\.(\S+)", value)
    }
    assert named == set(ACTION["inputs"])


def test_the_action_scans_captures(captures: Path) -> None:
    """Of all files that fit a pattern, whatever is in a name."""
    inputs = {"files": "**/*.pcapng\n", "require": "\nsealed\n", "options": "--vouch whole", "report": "a.sarif\n"}
    done, outputs = step(JUDGE, captures, inputs=inputs)
    assert (done.returncode, outputs) == (1, {"outcome": "OVERHEARD", "report": "a.sarif"}), done.stderr
    assert "::error title=OVERHEARD%3A credentials::" in done.stderr
    assert "hello%20" in (captures / "a.sarif").read_text()
    assert not (captures / "hit").exists()


def test_what_the_action_fails_on_can_be_chosen(captures: Path) -> None:
    inputs = {"files": str(captures / "hello*"), "secrets": "API_TOKEN\nPIN=OTHER", "fail_on": "overheard"}
    done, outputs = step(JUDGE, captures, inputs=inputs, API_TOKEN=PASSWORD, OTHER="another one")
    assert (done.returncode, outputs["outcome"]) == (0, "INCONCLUSIVE"), done.stderr
    assert done.stderr.count("::warning title=INCONCLUSIVE%3A ") == 2


@pytest.mark.usefixtures("local_engine")
def test_the_action_watches_commands(tmp_path: Path) -> None:
    inputs = {"run": f"python3 -c '{SEND}'\nfalse\ntouch not-reached", "secrets": "LOGIN"}
    done, outputs = step(JUDGE, tmp_path, inputs=inputs, LOGIN=PASSWORD)
    assert (done.returncode, outputs) == (1, {"outcome": "OVERHEARD", "report": "overheard.sarif"}), done.stderr
    assert "the command ended with exit code 1; the verdict is OVERHEARD" in done.stderr
    assert not (tmp_path / "not-reached").exists()
    assert PASSWORD not in done.stdout + done.stderr + (tmp_path / "overheard.sarif").read_text()


@pytest.mark.parametrize("inputs", [{}, {"files": "a.pcap", "run": "true"}])
def test_the_action_needs_captures_or_a_command(inputs: dict[str, str], tmp_path: Path) -> None:
    done, outputs = step(JUDGE, tmp_path, inputs=inputs)
    assert (done.returncode, outputs) == (64, {})


def test_without_a_verdict_there_is_no_output(captures: Path) -> None:
    done, outputs = step(JUDGE, captures, inputs={"files": "*", "secrets": "NOT_THERE"})
    assert (done.returncode, outputs) == (64, {})
    assert "there is no variable NOT_THERE" in done.stderr


def stubs(folder: Path, **programs: str) -> None:
    """Programs that come first in the PATH: each is a script for sh, without its first line."""
    (folder / "bin").mkdir(exist_ok=True)
    for name, script in programs.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bin" / name).chmod(0o755)


def test_the_action_installs_the_project_once(tmp_path: Path) -> None:
    """With a stub of Python; `tests/install` installs the project with the real one."""
    stubs(tmp_path, python='echo "$*"; mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; touch "$3/bin/overheard"')
    home = tmp_path / "new"
    install = ["bash", "-ec", f"RUNNER_TEMP={home}; {INSTALL['run']}"]
    done = run(install, tmp_path, INPUT_PYTHON="python", GITHUB_ACTION_PATH="/action", NEEDS_WIRESHARK="false")
    assert done.stdout.splitlines() == [
        f"-m venv {home}/overheard",
        "-m pip install --quiet --disable-pip-version-check /action",
    ]
    again, _ = step(INSTALL, tmp_path, inputs={"python": "false"})
    assert (again.returncode, again.stdout + again.stderr) == (0, "")


@pytest.mark.parametrize(("machine", "count"), [("github-hosted", 2), ("self-hosted", 0)])
def test_the_action_changes_no_machine_but_those_of_github(machine: str, count: int, tmp_path: Path) -> None:
    stubs(tmp_path, sudo='echo "$@"')
    somebody = ("unshare", "--user", "--map-user=1000", "--")
    done, _ = step(ALLOW, tmp_path, *somebody, RUNNER_ENVIRONMENT=machine)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, count), done.stderr


def test_the_hook_refuses_captures_with_a_credential_alone(captures: Path) -> None:
    command = shlex.split(HOOK["entry"])
    login, hello = (str(next(captures.glob(f"**/{name}*"))) for name in ("login", "hello"))
    done = run([*command, hello, "missing.pcap"], captures)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = run([*command, hello, login, hello], captures)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{login}\nOVERHEARD     credentials")
    assert "hello" not in done.stdout
    assert "fluffytail7" not in done.stdout


@pytest.mark.parametrize("name", ["a.pcap", "b/a.pcapng", "a.pcap.gz", "a.pcapng.zst", "a.cap"])
def test_the_hook_is_for_captures(name: str) -> None:
    assert re.search(HOOK["files"], name)
    assert not re.search(HOOK["files"], f"{name}.txt")


@pytest.mark.usefixtures("local_engine")
def test_the_job_of_gitlab_watches_and_keeps_its_report(tmp_path: Path) -> None:
    stubs(tmp_path, **dict.fromkeys(("apt-get", "pip"), 'echo "$(basename "$0") $*"'))
    script = "\n".join(["ip link set lo up", *JOB["before_script"], *JOB["script"]])
    variables = {**JOB["variables"], "OVERHEARD_RUN": f"python3 -c '{SEND}'"}
    variables["OVERHEARD_OPTIONS"] += " --secret-env LOGIN"
    done = run([*unshare(), "bash", "-e", "-o", "pipefail", "-c", script], tmp_path, **variables, LOGIN=PASSWORD)
    assert done.returncode == 1, done.stderr
    assert f"pip install --quiet {JOB['variables']['OVERHEARD_SOURCE']}\n" in done.stdout
    report = etree.parse(tmp_path / JOB["artifacts"]["reports"]["junit"])
    assert report.find(".//failure").get("message").startswith("seen in frame")
