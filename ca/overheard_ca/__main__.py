"""The certificate authority as a program.

python -m overheard_ca           serve, until SIGTERM
python -m overheard_ca health    ask the CA that runs with the same settings whether it is ready; 0 or 1
"""

from __future__ import annotations

import os
import sys

from overheard.role.run import asks_for_health, run
from overheard_ca.settings import Settings


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

    from overheard_ca.serving import serve_certificates  # noqa: PLC0415
    from overheard_ca.start import prepare  # noqa: PLC0415

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s ca: %(message)s")
    serve_certificates(settings, prepare(settings))
    return 0


if __name__ == "__main__":
    run("ca", main)
