"""A forked role is as if it had been started alone."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from processes import ended

if TYPE_CHECKING:
    from pathlib import Path

# Run in a process of its own, with a file open and a handler of SIGTERM, as the supervisor has.
_PARENT = """\
import signal, subprocess, sys
from overheard.engines.forked import ForkedRole

def interrupt(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, interrupt)
kept = open(__file__)
with open("said", "wb") as said, open("stderr", "wb") as stderr:
    def forked(**variables):
        return ForkedRole("role", variables, said.fileno(), stderr.fileno())
"""


def run(folder: Path, role: str, parent: str) -> tuple[str, str, str]:
    """What this parent prints, and what its roles write to stdout and to stderr."""
    (folder / "role.py").write_text(role)
    script = folder / "parent.py"
    script.write_text(_PARENT + "\n".join(f"    {line}" for line in parent.splitlines()))
    done = ended(["sh", "-c", 'cd "$1" && exec "$2" -W error parent.py', "sh", str(folder), sys.executable])
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, (folder / "said").read_text(), (folder / "stderr").read_text()


_SHOW = """\
import gc, json, os, signal, sys
print(json.dumps({
    "name": __name__,
    "arguments": sys.argv[1:],
    "environment": dict(os.environ),
    "input": sys.stdin.read(),
    "files": sorted(map(int, os.listdir("/proc/self/fd")))[:-1],
    "signals": [signal.getsignal(each) is handler for each, handler in (
        (signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL))],
    "blocked": list(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "imported": "flask" in sys.modules,
}))
print("a warning", file=sys.stderr)
"""


def test_it_has_an_environment_streams_and_signals_of_its_own(tmp_path: Path) -> None:
    printed, said, stderr = run(tmp_path, _SHOW, 'print(forked(NAME="value").wait())')
    assert (printed, stderr) == ("0\n", "a warning\n")
    shown: dict[str, Any] = json.loads(said)
    assert shown.pop("imported")
    assert shown == {
        "name": "__main__",
        "arguments": [],
        "environment": {"NAME": "value"},
        "input": "",
        "files": [0, 1, 2],
        "signals": [True, True],
        "blocked": [],
    }


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("", 0),
        ("raise SystemExit", 0),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit('no')", 1),
        ("raise ValueError('no')", 1),
        ("raise KeyboardInterrupt", 1),
        ("import signal; signal.raise_signal(signal.SIGKILL)", -9),
    ],
)
def test_its_exit_code_is_that_of_its_program(tmp_path: Path, role: str, code: int) -> None:
    printed, _, stderr = run(tmp_path, role, "role = forked()\nprint(role.wait(), role.poll())")
    assert printed == f"{code} {code}\n"
    assert ("Traceback" in stderr) == ("Error" in role or "Keyboard" in role)


def test_a_signal_at_any_moment_is_not_handled_by_the_process_that_was_forked(tmp_path: Path) -> None:
    parent = """\
for _ in range(50):
    role = forked()
    role.terminate()
    assert role.wait() == -signal.SIGTERM
print("all ended")
"""
    printed, said, stderr = run(tmp_path, "import time; time.sleep(60)", parent)
    assert (printed, said, stderr) == ("all ended\n", "", "")


def test_one_that_does_not_end_is_reported_and_can_be_killed(tmp_path: Path) -> None:
    role = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True)\ntime.sleep(60)"
    )
    parent = """\
import os, time
role = forked()
while not os.path.getsize("said"):
    time.sleep(0.01)
role.terminate()
try:
    role.wait(0.1)
except subprocess.TimeoutExpired:
    print(role.poll())
role.kill()
print(role.wait())
role.terminate()
"""
    printed, said, _ = run(tmp_path, role, parent)
    assert (printed, said) == ("None\n-9\n", "here\n")
