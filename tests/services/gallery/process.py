"""The gallery as a process of its own, and its rows as a client finds them there."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.role.health import probe, wait_until
from overheard.words.gallery import Row
from overheard.words.handover import GALLERY_CRL, GALLERY_ROOT
from overheard.words.services import GALLERY_PORTS
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
    """A running gallery with everything it writes under `folder`. Stop it in the end."""

    def __init__(self, folder: Path) -> None:
        self.handover, self.temporary = folder / "handover", folder / "tmp"
        self.handover.mkdir()
        self.temporary.mkdir()
        self.port = free_ports(1 + len(GALLERY_PORTS))
        self.process = self.launch()

    def launch(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the role, or ask it something, with nothing of the tests' own environment."""
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
        """Return when it is ready."""
        wait_until(lambda: probe(f"http://{ADDRESS}:{self.port}"), "the gallery", within=LONG, hint="see what it said")

    def stop(self) -> str:
        """End it, and return what it said."""
        self.process.terminate()
        return self.process.communicate(timeout=SOON)[1]

    def hung(self, row: Row) -> Row:
        """The row with the port that it has here."""
        return replace(row, port=self.port + 1 + GALLERY_PORTS.index(row.port))

    def way(self, row: Row) -> Way:
        """How the scenario `gallery` asks for a row."""
        crl = self.handover / GALLERY_CRL if row.crl else None
        return Way(trusting=self.handover / GALLERY_ROOT, crl=crl, patience=row.patience)

    def url(self, row: Row) -> str:
        """Where a row is found here."""
        return f"{row.scheme}://{row.host or ADDRESS}:{self.hung(row).port}/"

    def ask(self, row: Row) -> Reply:
        """What a client gets."""
        return ask(self.url(row), self.way(row))


@contextmanager
def running(folder: Path) -> Iterator[GalleryProcess]:
    """A gallery that is ready, until the end of the `with` block. It must have nothing to say."""
    gallery = GalleryProcess(folder)
    try:
        gallery.wait()
        yield gallery
    finally:
        said = gallery.stop()
    assert said == ""
