"""The local engine: its own namespaces, an ordinary user's privileges, and nothing that remains."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import modified_lab
from install.places import HERE, Place
from install.wheels import wheels
from lab.command.process import overheard
from overheard.words.gallery import ROWS
from overheard.words.services import (
    CA,
    CAPTURE,
    GALLERY_HEALTH,
    HTTP,
    HTTPS,
    INTERCEPTOR,
    INTERCEPTOR_HEALTH,
    LEGACY,
    MUTUAL,
)
from overheard.words.story import STORY
from processes import LONG, PROJECT, alive, descendants, eventually, read_until, start_demo
from required import fail_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("local_engine")

# The user `nobody`, which every system has.
_ORDINARY = 65534


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -9)]
)
def test_a_demo_that_is_ended_leaves_nothing(tmp_path: Path, how: signal.Signals, code: int) -> None:
    """No process, and so no namespace, however it ended; and no file, if it could clean up."""
    # One for the judge, one for the interceptor, and one for the gallery.
    names = "http,https-intercepted,gallery"
    with start_demo("local", tmp_path, OVERHEARD_CLIENT_SCENARIOS=names) as demo:
        read_until(demo, "recording https")
        started = descendants(demo.pid)
        networks = set(filter(None, map(_network, started)))
        # unshare, the supervisor, three roles of two processes each, the gallery, the interceptor, the client.
        assert len(started) >= 11
        assert networks - {_network("self")}
        demo.send_signal(how)
        assert demo.wait(LONG) == code
    assert eventually(lambda: not any(map(alive, started)))
    if how is not signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []


def _network(pid: int | str) -> str:
    """The network namespace of a process; empty if the process has just ended."""
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except FileNotFoundError:
        return ""


def test_secrets_never_reach_the_disk_and_roles_cannot_be_reached_from_outside(tmp_path: Path) -> None:
    """While the lab runs, its state is mounted only in its own namespace.

    Nothing listens on this machine's own addresses, not even on 127.0.0.1.
    """
    before = _listening()
    with start_demo("local", tmp_path, OVERHEARD_CLIENT_SCENARIOS="http,https") as demo:
        read_until(demo, "recording https")
        (run,) = tmp_path.iterdir()
        assert (run / "state").is_dir()
        assert list((run / "state").iterdir()) == []
        assert _listening() == before
        demo.communicate()
    assert not (run / "state").exists()
    # Neither scenario needs these.
    for role in (INTERCEPTOR, "gallery"):
        assert not (run / "logs" / f"{role}.log").exists()


def _listening() -> set[str]:
    served = [HTTP, HTTPS, MUTUAL, LEGACY, CA, CAPTURE, INTERCEPTOR_HEALTH, GALLERY_HEALTH]
    ports = tuple(f":{port:04X}" for port in [*(each.port for each in served), *(row.port for row in ROWS)])
    lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    # Address and port in hexadecimal, then the other side's, then the state: 0A is LISTEN (proc(5)).
    return {line.split()[1] for line in lines if line.split()[3] == "0A" and line.split()[1].endswith(ports)}


def test_a_role_that_does_not_start_is_an_error_that_names_the_log(tmp_path: Path) -> None:
    with start_demo("local", tmp_path, OVERHEARD_CAPTURE_FILTER="this is no filter") as demo:
        out, err = demo.communicate()
    assert demo.returncode == 2
    assert "the lab produced no result" in err
    assert "Traceback" not in err + out
    (log,) = tmp_path.glob("*/logs/client.log")
    assert "this is no filter" in log.read_text()


def test_an_unknown_scenario_is_an_error_before_anything_is_started(tmp_path: Path) -> None:
    with start_demo("local", tmp_path, OVERHEARD_CLIENT_SCENARIOS="http,htps") as demo:
        out, err = demo.communicate()
    assert (demo.returncode, out) == (64, "")
    assert "there is no scenario 'htps' (did you mean https" in err
    assert list(tmp_path.iterdir()) == []


def test_without_an_interceptor_scenarios_that_need_one_are_skipped_and_never_pass(tmp_path: Path) -> None:
    """An environment without mitmproxy, as after installing only the package."""
    code = modified_lab.copied(tmp_path / "code")
    local = code / "overheard" / "engines" / "local.py"
    local.write_text(local.read_text().replace('f"{sys.prefix}-interceptor"', '"/nowhere"'))
    exit_code, results = modified_lab.run(code, tmp_path / "runs", "https", "https-intercepted")
    assert exit_code == 0
    assert results["https"].as_expected
    skipped = results["https-intercepted"]
    assert skipped.skipped == "it needs the interceptor, and none runs here"
    assert not skipped.as_expected


def test_modules_in_the_folder_of_the_user_are_not_those_of_the_lab(tmp_path: Path) -> None:
    for name in ("flask", "requests", "json", "overheard_services"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this is a module of the user')")
    done = overheard("run", "http", "--engine", "local", "--runs", "runs", cwd=tmp_path)
    assert (done.returncode, "OVERHEARD" in done.stdout) == (0, True), done.stderr


def test_without_its_positive_control_a_run_is_inconclusive(tmp_path: Path) -> None:
    with start_demo("local", tmp_path, OVERHEARD_CLIENT_SCENARIOS="https") as demo:
        out, _ = demo.communicate()
    assert demo.returncode == 2
    (line,) = (line for line in out.splitlines() if line.startswith("https "))
    assert line.split()[-2:] == ["INCONCLUSIVE", "✗"]
    assert "the positive control `http` was not run" in out


_ONE_MORE = """\
from overheard.words.scenario import Attempt, Expectation, Identity, Scenario, Trust
from overheard.words.services import MUTUAL
from overheard.words.verdict import Outcome

SCENARIOS = (
    *SCENARIOS,
    Scenario(
        name="old-but-mutual",
        title="client certificates, as TLS 1.2 shows them to everybody",
        attempts=(
            Attempt(
                "as the squirrel",
                MUTUAL,
                trust=Trust.LAB_CA,
                identity=Identity.SQUIRREL,
                ciphers="ECDHE-RSA-CHACHA20-POLY1305",
                greeting="Hello squirrel",
            ),
        ),
        expected=Expectation(Outcome.PROTECTED, visible=frozenset({"TLS 1.2"})),
        chapter=SCENARIOS[0].chapter,
    ),
)
"""


def test_one_more_scenario_takes_one_more_entry(tmp_path: Path) -> None:
    code = modified_lab.copied(tmp_path / "code")
    modified_lab.append_to_story(code, _ONE_MORE)
    exit_code, results = modified_lab.run(code, tmp_path / "runs", "old-but-mutual")
    assert exit_code == 0
    (stream,) = results["old-but-mutual"].verdict.visible
    assert (stream.cipher, stream.client_subject) == ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "squirrel")


def _wheels(home: Path, path: str) -> Path:
    """A folder with what a newcomer's pip would download. The cache of this user is not for everybody."""
    python = shutil.which("python3", path=path)
    assert python
    place, folder = Place(HERE, python), home / "wheels"
    folder.mkdir()
    pinned = (PROJECT / "lab/requirements.txt", PROJECT / "services/interceptor.requirements.txt")
    # One of those has no wheel, and some versions of pip need these two to build it.
    for downloaded in (*(wheels(place, file) for file in pinned), wheels(place, "setuptools", "wheel")):
        for wheel in downloaded.iterdir():
            shutil.copy(wheel, folder)
    return folder


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A fresh copy of the project, like a clone, owned by an ordinary user."""
    # Not below pytest's folder, which only its owner may enter.
    home = Path(tempfile.mkdtemp(prefix="overheard-home-"))
    copy = home / "overheard"
    made = shutil.ignore_patterns(".git", ".venv*", "runs", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
    shutil.copytree(PROJECT, copy, ignore=made)
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, _ORDINARY, _ORDINARY)
    yield copy
    shutil.rmtree(home)


def test_an_ordinary_user_needs_one_command_in_a_fresh_clone(checkout: Path) -> None:
    """`make capture-demo` creates its environment, records without privileges on the host, and shows the evidence."""
    become = ["setpriv", "--reuid", str(_ORDINARY), "--regid", str(_ORDINARY), "--clear-groups"]
    if os.geteuid() == 0 and subprocess.run([*become, "unshare", "--user", "true"], check=False).returncode:
        fail_or_skip("local", "an ordinary user may not make namespaces here")
    path = "/usr/local/bin:/usr/bin:/bin"
    environment = {
        "PATH": path,
        "HOME": str(checkout.parent),
        "ENGINE": "local",
        # Of all that is installed, few modules are imported: Python itself compiles these. The option is so named.
        "PIP_NO_COMPILE": "no",
        "PIP_NO_INDEX": "yes",
        "PIP_FIND_LINKS": str(_wheels(checkout.parent, path)),
    }
    done = subprocess.run(
        [*(become if os.geteuid() == 0 else []), "make", "capture-demo"],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=10 * LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for scenario in STORY:
        assert scenario.name in done.stdout
    for words in ("OVERHEARD", "PROTECTED", "all as expected"):
        assert words in done.stdout, done.stdout
    (run,) = (checkout / "runs").iterdir()
    assert run.owner() == "nobody" or os.geteuid() != 0
