"""The gallery as a process, and its rows as a client reaches them."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from overheard.role.health import probe, wait_until
from overheard.words.gallery import Row
from overheard.words.handover import GALLERY_ROOT
from overheard.words.services import GALLERY_GOOD, GALLERY_PORTS, StatusUrls
from overheard_services.client.ask import Reply, Way, ask
from ports import free_ports
from processes import LONG, SOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "127.0.0.1"
MESSAGE = "the message of this test"
OPENSSL = ssl.OPENSSL_VERSION_INFO[:2]


class GalleryProcess:
    """A running gallery that writes everything under `folder`. It must be stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self.handover, self.temporary = folder / "handover", folder / "tmp"
        self.handover.mkdir()
        self.temporary.mkdir()
        self.port = free_ports(1 + len(GALLERY_PORTS))
        self.process = self.launch()

    def launch(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the role, or its health check, without the environment of the tests."""
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.temporary),
            "OVERHEARD_GALLERY_PORT": str(self.port),
            "OVERHEARD_GALLERY_HANDOVER": str(self.handover),
            "OVERHEARD_MESSAGE": MESSAGE,
        }
        command = [sys.executable, "-W", "error", "-m", "overheard_services.gallery", *arguments]
        return subprocess.Popen(command, env={**environment, **variables}, stderr=subprocess.PIPE, text=True)

    def wait(self) -> None:
        """Wait until it is ready."""
        wait_until(lambda: probe(f"http://{ADDRESS}:{self.port}"), "the gallery", within=LONG, hint="see what it said")

    def stop(self) -> str:
        """Stop it, and return its output."""
        self.process.terminate()
        return self.process.communicate(timeout=SOON)[1]

    def hung(self, row: Row) -> Row:
        """The row with its port in this gallery."""
        return replace(row, port=self.port + 1 + GALLERY_PORTS.index(row.port))

    def way(self, row: Row) -> Way:
        """How the scenario `gallery` requests a row."""
        crl = self.status(row.name).crl if row.crl else ""
        trusting = self.handover / GALLERY_ROOT
        return Way(trusting=trusting, crl=crl, ocsp=row.ocsp, strict=row.strict, patience=row.patience)

    def status(self, name: str) -> StatusUrls:
        """Where a client finds out about the certificate of a row, or about the good one."""
        return StatusUrls(f"http://server:{self.port}", name)

    def url(self, row: Row) -> str:
        """The URL of a row in this gallery."""
        return f"{row.scheme}://{row.host or ADDRESS}:{self.hung(row).port}/"

    def ask_good(self, **how: Any) -> Reply:  # noqa: ANN401  (any field of a way)
        """The reply of the server without a fault, to a client that makes the request so."""
        port = self.port + 1 + GALLERY_PORTS.index(GALLERY_GOOD.port)
        return ask(f"https://server:{port}/", Way(trusting=self.handover / GALLERY_ROOT, **how))

    def ask(self, row: Row) -> Reply:
        """The reply to a client."""
        return ask(self.url(row), self.way(row))


@contextmanager
def running(folder: Path) -> Iterator[GalleryProcess]:
    """A gallery that is ready, until the end of the `with` block. It must print nothing."""
    gallery = GalleryProcess(folder)
    try:
        gallery.wait()
        yield gallery
    finally:
        said = gallery.stop()
    assert said == ""
