"""The engine for a machine without containers: the roles as processes in their own namespaces.

A user namespace (unless we are root), a network, a mount and a process namespace: the roles have their own `lo` and
`/etc/hosts`, and end when the first process of the namespace ends. No privilege on the host is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.engines.base import Job, Progress, clean_environment, follow, results_or_error
from overheard.role.packages import check_for_lab
from overheard.words.errors import EngineError
from overheard.words.scenario import Need
from overheard.words.services import GALLERY_PORTS
from overheard.words.story import STORY, by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.result import Result
    from overheard.words.scenario import Scenario

# In seconds. The roles get SIGTERM and two seconds; the supervisor needs a moment longer.
_GRACE = 5


class LocalEngine:
    """Processes in their own namespaces."""

    name = "local"
    fills_folder = True

    def run(self, job: Job, progress: Progress) -> list[Result]:
        """See `Engine.run`."""
        job.logs.mkdir(exist_ok=True)
        return results_or_error(_supervised(job, progress), job, job.logs / "lab.log")


def _supervised(job: Job, progress: Progress) -> list[Result]:
    scenarios = _scenarios(job)
    plan = {
        "folder": str(job.folder),
        "variables": {**job.variables, "OVERHEARD_RUN": job.run},
        # These take long to start, and few scenarios need them.
        "interceptor": interceptor() if any(Need.INTERCEPTOR in each.needs for each in scenarios) else "",
        "gallery": any(attempt.service.port in GALLERY_PORTS for each in scenarios for attempt in each.attempts),
    }
    command = [*unshare(), sys.executable, "-P", "-m", "overheard.engines.supervisor"]
    with (
        (job.logs / "lab.log").open("w") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=clean_environment(),
            # We handle Ctrl-C: the terminal must not send it to the roles directly.
            start_new_session=True,
        ) as supervisor,
    ):
        assert supervisor.stdin  # noqa: S101  (for mypy: it is a pipe)
        assert supervisor.stdout  # noqa: S101
        try:
            supervisor.stdin.write(json.dumps(plan) + "\n")
            supervisor.stdin.flush()
            return follow(supervisor.stdout, progress)
        except BrokenPipeError:
            return []
        finally:
            _end(supervisor)


def _scenarios(job: Job) -> Sequence[Scenario]:
    """The scenarios of a job. By default, it has the whole story."""
    names = job.variables.get("OVERHEARD_CLIENT_SCENARIOS", "").split(",")
    return [scenario for name, scenario in by_name().items() if name in names] or STORY


def interceptor() -> str:
    """The Python of the interceptor, in a virtual environment beside ours; empty if there is none.

    mitmproxy pins older versions of packages that the other roles use, and so cannot share their environment.
    """
    beside = Path(f"{sys.prefix}-interceptor") / "bin" / "python"
    return os.environ.get("OVERHEARD_INTERCEPTOR_PYTHON") or (str(beside) if beside.is_file() else "")


def _end(supervisor: subprocess.Popen[str]) -> None:
    """End everything: the supervisor lives as long as its standard input, and all roles as long as the supervisor."""
    assert supervisor.stdin  # noqa: S101
    with suppress(BrokenPipeError):
        supervisor.stdin.close()
    try:
        supervisor.wait(_GRACE)
    except subprocess.TimeoutExpired:
        # --kill-child kills the first process of the namespace, and with it the kernel kills all others.
        supervisor.kill()
        supervisor.wait()


def unshare() -> list[str]:
    """The command line that runs a command in its own namespaces, which end with it."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--"]


def check(project: Path, progress: Progress) -> None:
    """Raise EngineError, with what to do, if this engine cannot run; NotInstalledError if Python packages are missing.

    This also installs tshark, if it is missing and this user may install it, and creates the interceptor's environment,
    if possible; without that, scenarios that need the interceptor are skipped.
    """
    if sys.platform != "linux":
        raise EngineError(
            "without containers, the lab needs Linux namespaces",
            hint="install Docker, then try again; on macOS: brew install --cask docker",
        )
    check_for_lab()
    if not shutil.which("unshare"):
        raise EngineError("`unshare` was not found", hint="on Debian and Ubuntu: apt-get install util-linux")
    tried = subprocess.run([*unshare(), "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise EngineError(f"this user may not create namespaces: {tried.stderr.strip()}", hint=_hint())
    progress("looking for tshark (installed once, if it is missing)")
    script = project / "lab" / "setup" / "tshark"
    # Outside a checkout there is no script; the roles will say what is missing.
    installed = subprocess.run([script], stderr=subprocess.PIPE, text=True, check=False) if script.is_file() else None
    if installed and installed.returncode:
        raise EngineError(installed.stderr.strip())
    if not os.environ.get("OVERHEARD_INTERCEPTOR_PYTHON"):
        _make_interceptor(project, progress)


def _make_interceptor(project: Path, progress: Progress) -> None:
    script = project / "lab" / "setup" / "python-env"
    if script.is_file():
        progress("looking for the interceptor's environment (created once, in about 10 s)")
        requirements = project / "services" / "interceptor.requirements.txt"
        # Its output goes to the user, with pip's own error if something fails.
        subprocess.run([script, f"{sys.prefix}-interceptor", requirements], stdout=sys.stderr, check=False)


def _hint() -> str:
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if restricted.is_file() and restricted.read_text().strip() == "1":
        return "run as root, or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    if os.geteuid() == 0:
        return "inside a container, give it CAP_SYS_ADMIN, or use ENGINE=compose outside it"
    return "run as root, or: sudo sysctl user.max_user_namespaces=10000"
