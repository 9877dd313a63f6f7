"""A network of its own, as a process enters it: what is in it, and that nobody needs to be root."""

from __future__ import annotations

import subprocess
import sys

import pytest

from processes import LONG

pytestmark = pytest.mark.usefixtures("local_engine")

PROGRAM = """
import os, sys
from overheard.witness.own_network import enter, set_up
inside = "import os; from overheard.witness.own_network import set_up; set_up(); " \\
    "print(os.getuid(), os.listdir('/sys/class/net') and open('/proc/net/dev').read().count(':')); " \\
    "import socket; server = socket.create_server(('127.0.0.1', 0)); " \\
    "socket.create_connection(server.getsockname()).close(); print('connected')"
enter([sys.executable, "-c", inside])
"""


@pytest.mark.parametrize("user", ["0", "1000"])
def test_it_has_lo_alone_and_the_user_stays_the_same(user: str) -> None:
    done = subprocess.run(
        ["unshare", "--user", f"--map-user={user}", f"--map-group={user}", "--", sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    assert done.stdout == f"{user} 1\nconnected\n"
