"""Real applications that this project did not write, watched in clear and over TLS."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lab.command.process import overheard

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
# A server, what waits until it answers, and a client that logs in; all in a network of their own.
REDIS = """
redis-server --save '' --daemonize no --logfile server.log --dir . --requirepass "$LOGIN" {server} &
until redis-cli -p 6379 {client} ping >answer 2>&1; do sleep 0.05; done
redis-cli {client} -a "$LOGIN" --no-auth-warning set acorns 42
redis-cli {client} -a "$LOGIN" --no-auth-warning shutdown nosave
wait
"""


def watched(script: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return overheard(
        "watch",
        "--secret-env",
        "LOGIN",
        "--vouch",
        "sent",
        *options,
        "--",
        "sh",
        "-c",
        script,
        cwd=folder,
        LOGIN=PASSWORD,
    )


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed: lab/setup/test-programs")
def test_redis(files: Files, tmp_path: Path) -> None:
    in_clear = watched(REDIS.format(server="", client=""), tmp_path)
    assert in_clear.returncode == 1, in_clear.stdout
    tls = (
        f"--tls-port 6379 --port 0 --tls-cert-file {files.certificate} --tls-key-file {files.key} --tls-auth-clients no"
    )
    script = REDIS.format(server=f"{tls} --tls-ca-cert-file {files.root}", client=f"--tls --cacert {files.root}")
    over_tls = watched(script, tmp_path, "--require", "sealed")
    assert over_tls.returncode == 0, over_tls.stdout + over_tls.stderr
    assert "PROTECTED     LOGIN  sealed, by shape" in over_tls.stdout
