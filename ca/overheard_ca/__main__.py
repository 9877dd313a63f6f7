"""The certificate authority as a program.

python -m overheard_ca           serve, until SIGTERM
python -m overheard_ca health    ask the CA that runs with the same settings whether it is ready; 0 or 1
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from overheard.role.run import asks_for_health, run
from overheard_ca.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def main(arguments: list[str]) -> int:
    """Serve, or check the health of a running CA, depending on the arguments."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    return _health(settings) if health else _serve(settings)


# Both import late: the health check runs every few seconds, and cryptography, Flask and gunicorn take half a second.


def _health(settings: Settings) -> int:
    from overheard.role.health import ask  # noqa: PLC0415

    return ask(f"https://{settings.reached_at}:{settings.port}", root=str(settings.state / "root.pem"))


def _serve(settings: Settings) -> int:
    import logging  # noqa: PLC0415

    from overheard.role.serve import Listener, serve  # noqa: PLC0415
    from overheard_ca.acme.service import Service  # noqa: PLC0415
    from overheard_ca.app import create_app  # noqa: PLC0415
    from overheard_ca.start import SERVER, SERVER_KEY, prepare  # noqa: PLC0415
    from overheard_ca.status.app import apart, create_status_app  # noqa: PLC0415

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s ca: %(message)s")
    issuance = prepare(settings)
    own = Listener(str(settings.bind), settings.port, settings.state / SERVER, settings.state / SERVER_KEY)
    acme, status = settings.acme, settings.status

    # In the process that serves: ACME has threads.
    def app() -> Flask:
        return create_app(issuance, Service(issuance, acme, settings.hosts) if acme else None)

    if status is None:
        serve(app, [own])
        return 0
    plain = create_status_app(issuance.authority.issuing, issuance.ledger)
    serve(lambda: apart(app(), plain), [own, Listener(str(settings.bind), status.port)])
    return 0


if __name__ == "__main__":
    run("ca", main)
