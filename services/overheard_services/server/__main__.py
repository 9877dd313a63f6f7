"""`python -m overheard_services.server`: the server. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_services.server.settings import Enrolment, Settings

if TYPE_CHECKING:
    from pathlib import Path

# How long the server waits for the certificate authority to come up, in seconds.
_PATIENCE = 30


def main(arguments: list[str]) -> int:
    """Get a certificate if HTTPS is asked for, and serve until told to stop."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return _health(settings)
    from overheard.role.serve import Listener, serve  # noqa: PLC0415  (the health check must be quick)
    from overheard_services.server.app import create_app  # noqa: PLC0415

    certificate, key = _certified(settings.enrolment)
    listener = Listener(settings.bind, settings.port, certificate, key)
    serve(lambda: create_app(settings.message), listener)
    return 0


def _health(settings: Settings) -> int:
    if settings.enrolment is None:
        return ask(f"http://127.0.0.1:{settings.port}")
    return ask(f"https://127.0.0.1:{settings.port}", root=str(settings.enrolment.folder / "root.pem"))


def _certified(enrolment: Enrolment | None) -> tuple[Path, Path] | tuple[None, None]:
    if enrolment is None:
        return None, None
    from overheard_services.enrolment import enrol, wait_for_handover  # noqa: PLC0415

    wait_for_handover(enrolment.ca_url, enrolment.handover, _PATIENCE)
    credentials = enrol(enrolment.ca_url, enrolment.handover, enrolment.names, enrolment.folder)
    return credentials.certificate, credentials.key


if __name__ == "__main__":
    run("server", main)
