"""How `overheard watch` ends, and that nothing of it is left: by signals, and with a command that leaves something."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from overheard.engines.base import clean_environment
from processes import AS_NOBODY, LONG, SOON, alive, descendants, ended, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
WATCH = [sys.executable, "-m", "overheard", "watch", "--secret-env", "LOGIN"]
USERS = pytest.mark.parametrize("user", [(), AS_NOBODY], ids=["root", "nobody"])
# Sends the password in clear to nobody, and waits.
WAITING = f"""
exec 3<>/dev/udp/127.0.0.1/9
echo {PASSWORD} >&3
echo said
sleep 1000
exit
"""
# What it leaves: one that ends if it is asked, and one that does not.
LEAVING = """
setsid sh -c 'echo $$; exec sleep 1000' &
setsid sh -c 'trap "" TERM; echo $$; while :; do sleep 0.1; done' &
"""


@pytest.fixture
def waiting() -> Iterator[subprocess.Popen[str]]:
    """A watch in a process group of its own, whose command has said the password, and waits."""
    process = subprocess.Popen(
        [*WATCH, "--", "bash", "-c", WAITING],
        env={**clean_environment(), "LOGIN": PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "said\n"
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, False), (signal.SIGHUP, True)],
    ids=["ctrl-c", "SIGTERM", "SIGHUP", "closed-terminal"],
)
def test_a_signal_ends_the_command_and_then_there_is_a_verdict(
    waiting: subprocess.Popen[str], number: signal.Signals, group: bool
) -> None:
    """A terminal sends it to the whole group; others to `watch` alone, which passes it on."""
    # The command, what it runs, dumpcap, and what ends that in need.
    assert eventually(lambda: len(descendants(waiting.pid)) == 4, within=SOON)
    processes = descendants(waiting.pid)
    (os.killpg if group else os.kill)(waiting.pid, number)
    out, err = waiting.communicate(timeout=LONG)
    assert waiting.returncode == 1
    assert "OVERHEARD     LOGIN" in out
    assert f"the command was ended by {number.name}; the verdict is OVERHEARD" in err
    # What bash waits for does not get a signal that was for bash alone. Else it may be about to end.
    assert group or "left running: sleep" in err
    assert not any(map(alive, processes))


@USERS
def test_dumpcap_ends_when_watch_is_killed(user: Sequence[str]) -> None:
    """Without a packet to write, it would go on for ever. The command goes on: nobody tells it anything."""
    command = [*user, *WATCH, "--", "sh", "-c", "echo $$; exec sleep 1000"]
    environment = {**clean_environment(), "LOGIN": PASSWORD}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout
        sleeping = int(watch.stdout.readline())
        others = descendants(watch.pid) - {sleeping}
        watch.kill()
        try:
            assert len(others) == 2
            assert eventually(lambda: not any(map(alive, others)), within=SOON)
            assert alive(sleeping)
        finally:
            os.kill(sleeping, signal.SIGKILL)


@USERS
def test_what_the_command_leaves_in_its_network_is_ended(user: Sequence[str], tmp_path: Path) -> None:
    """Otherwise it would be left for ever, where nobody can reach it. What somebody else runs stays."""
    kept = tmp_path / "left"
    script = f"{{ {LEAVING} }} >{kept}; until [ $(wc -l <{kept}) = 2 ]; do sleep 0.02; done"
    with subprocess.Popen(["sleep", "1000"]) as other:
        done = ended([*user, *WATCH, "--", "sh", "-c", script], LOGIN=PASSWORD)
        assert other.poll() is None
        other.kill()
    assert "overheard: ended what the command left running: sh" in done.stderr
    assert "the command ended with exit code 0; the verdict is INCONCLUSIVE" in done.stderr
    assert not any(map(alive, map(int, kept.read_text().split())))


def test_in_the_network_of_the_machine_a_command_may_leave_something_running() -> None:
    """Others may use it."""
    script = "sleep 1000 >/dev/null 2>&1 & echo $!"
    done = ended([*WATCH, "--net", "host", "--port", "9", "--", "sh", "-c", script], LOGIN=PASSWORD)
    left = int(done.stdout.split()[0])
    assert alive(left)
    os.kill(left, signal.SIGKILL)
    assert "left running" not in done.stderr
