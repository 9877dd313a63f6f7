"""The local engine: namespaces of its own, an ordinary user's rights, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import fail_or_skip
from overheard.words.story import HTTP, HTTPS, SCENARIOS
from processes import PROJECT, alive, descendants, eventually, read_until, start_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("local_engine")

# What `requests` says, to the letter.
UNTRUSTED = (
    "SSLError: HTTPSConnectionPool(host='server', port=5443): Max retries exceeded with url: / (Caused by "
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "unable to get local issuer certificate"
)
# Nobody: every system has this user.
_ORDINARY = 65534


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 130), (signal.SIGKILL, -9)]
)
def test_a_demo_that_is_ended_leaves_nothing_behind(tmp_path: Path, how: signal.Signals, code: int) -> None:
    """Not a process, and so not a namespace, whatever ended it; and where it could tidy, not a file."""
    with start_demo("local", tmp_path) as demo:
        read_until(demo, "recording https")
        started = descendants(demo.pid)
        networks = {str(Path(f"/proc/{pid}/ns/net").readlink()) for pid in started}
        # unshare, the supervisor, four roles of two processes each, a client and a dumpcap.
        assert len(started) >= 10
        assert networks - {str(Path("/proc/self/ns/net").readlink())}
        demo.send_signal(how)
        assert demo.wait(10) == code
    assert eventually(lambda: not any(map(alive, started)))
    if how is not signal.SIGKILL:
        assert list(tmp_path.iterdir()) == []


def test_what_is_secret_never_reaches_the_disk(tmp_path: Path) -> None:
    """While the lab runs, its state is mounted where nobody outside of its namespace sees it."""
    with start_demo("local", tmp_path) as demo:
        read_until(demo, "recording https")
        (run,) = tmp_path.iterdir()
        assert (run / "state").is_dir()
        assert list((run / "state").iterdir()) == []
        demo.communicate()
    assert not (run / "state").exists()


def test_the_roles_cannot_be_reached_from_outside(tmp_path: Path) -> None:
    """Nothing listens on this machine's own addresses, not even on 127.0.0.1."""
    before = _listening()
    with start_demo("local", tmp_path) as demo:
        read_until(demo, "recording https")
        assert _listening() == before
        demo.communicate()


def _listening() -> set[str]:
    ports = tuple(f":{port:04X}" for port in (HTTP.port, HTTPS.port, 5444, 5690))
    lines = [line for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    # Address and port in hexadecimal, then the other side's, then the state: 0A is LISTEN (proc(5)).
    return {line.split()[1] for line in lines if line.split()[3] == "0A" and line.split()[1].endswith(ports)}


def test_a_role_that_does_not_come_up_is_an_error_that_says_where_to_look(tmp_path: Path) -> None:
    with start_demo("local", tmp_path, OVERHEARD_CLIENT_SCENARIOS="htps") as demo:
        out, err = demo.communicate()
    assert demo.returncode == 2
    assert "the lab came to no result" in err
    assert "Traceback" not in err + out
    (log,) = tmp_path.glob("*/logs/client.log")
    assert "OVERHEARD_CLIENT_SCENARIOS names htps" in log.read_text()


def test_without_its_positive_control_a_run_is_inconclusive(tmp_path: Path) -> None:
    with start_demo("local", tmp_path, "--brief", OVERHEARD_CLIENT_SCENARIOS="https") as demo:
        out, _ = demo.communicate()
    assert demo.returncode == 2
    assert "INCONCLUSIVE" in out
    assert "NOT AS EXPECTED" in out
    assert "PROTECTED" not in out


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A fresh copy of the project, as a clone would be, that belongs to an ordinary user."""
    # Not below pytest's own folder, which only its owner may enter.
    home = Path(tempfile.mkdtemp(prefix="overheard-home-"))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    copy = home / "overheard"
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, copy / name)
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, _ORDINARY, _ORDINARY)
    yield copy
    shutil.rmtree(home)


def test_an_ordinary_user_needs_one_command_in_a_fresh_clone(checkout: Path) -> None:
    """`make capture-demo` sets up its own environment, records with no right on the host, and shows the evidence."""
    become = ["setpriv", "--reuid", str(_ORDINARY), "--regid", str(_ORDINARY), "--clear-groups"]
    if os.geteuid() == 0 and subprocess.run([*become, "unshare", "--user", "true"], check=False).returncode:
        fail_or_skip("local", "an ordinary user may not make namespaces here")
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(checkout.parent),
        "ENGINE": "local",
        # What the machine's own package clients are told to trust.
        **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
    }
    done = subprocess.run(
        [*(become if os.geteuid() == 0 else []), "make", "capture-demo"],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for scenario in SCENARIOS:
        assert scenario.name in done.stdout
    for words in ("OVERHEARD", "PROTECTED", "presence: key log", UNTRUSTED):
        assert words in done.stdout, done.stdout
    (run,) = (checkout / "runs").iterdir()
    assert run.owner() == "nobody" or os.geteuid() != 0
