"""pebble, the ACME server that clients are tested with, driven as this project's CA is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ca.acme.programs import AcmeServer, await_port
from ca.acme.stage import ChallengeServer
from ca.process import CaProcess
from overheard_ca.start import SERVER, SERVER_KEY
from ports import free_port


@contextmanager
def running_pebble(folder: Path, http_port: int, answers: ChallengeServer) -> Iterator[AcmeServer]:
    """A pebble with its sleeps and its chaos off, whose names are served at `http_port`."""
    # What its own HTTPS needs is what a CA of this project makes for itself.
    own = CaProcess(folder / "own")
    own.start()
    own.kill()
    port, management = free_port(), free_port()
    config = {
        "pebble": {
            "listenAddress": f"127.0.0.1:{port}",
            "managementListenAddress": f"127.0.0.1:{management}",
            "certificate": str(own.state / SERVER),
            "privateKey": str(own.state / SERVER_KEY),
            "httpPort": http_port,
            "tlsPort": answers.ports["tls"],
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
    }
    (folder / "config.json").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["pebble", "-config", folder / "config.json", "-dnsserver", f"127.0.0.1:{answers.ports['dns']}"],
            env={"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"},
            stdout=log,
            stderr=log,
        )
    try:
        await_port(port)
        yield AcmeServer(f"https://127.0.0.1:{port}/dir", own.state / "root.pem", http_port)
    finally:
        process.terminate()
        process.wait()
