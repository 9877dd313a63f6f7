"""Redis, watched by the command, in a network of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from applications.heard import PASSWORD
from applications.servers import program
from lab.command.process import overheard

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from applications.servers import Place

# A server, what waits until it answers, and a client that logs in.
SCRIPT = """
{redis} --save '' --daemonize no --logfile server.log --dir . --requirepass "$LOGIN" {server} &
until redis-cli -p 6379 {client} ping >answer 2>&1; do sleep 0.05; done
redis-cli {client} -a "$LOGIN" --no-auth-warning set acorns 42
redis-cli {client} -a "$LOGIN" --no-auth-warning shutdown nosave
wait
"""


def watched(folder: Path, *options: str, server: str = "", client: str = "") -> subprocess.CompletedProcess[str]:
    script = SCRIPT.format(redis=program("redis-server"), server=server, client=client)
    command = ("watch", "--secret-env", "LOGIN", "--vouch", "sent", *options, "--", "sh", "-c", script)
    return overheard(*command, cwd=folder, LOGIN=PASSWORD)


@pytest.mark.usefixtures("local_engine")
def test_a_login_in_clear_is_overheard_and_over_tls_it_is_sealed(place: Place, tmp_path: Path) -> None:
    in_clear = watched(tmp_path)
    assert in_clear.returncode == 1, in_clear.stdout
    files = place.files
    tls = f"--tls-port 6379 --port 0 --tls-cert-file {files.certificate} --tls-key-file {files.key}"
    server = f"{tls} --tls-auth-clients no --tls-ca-cert-file {files.root}"
    over_tls = watched(tmp_path, "--require", "sealed", server=server, client=f"--tls --cacert {files.root}")
    assert over_tls.returncode == 0, over_tls.stdout + over_tls.stderr
    assert "PROTECTED     LOGIN  sealed, by shape" in over_tls.stdout
