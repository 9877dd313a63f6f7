"""`python -m overheard_services.interceptor`: the interceptor. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard.words.errors import SettingsError
from overheard_services.interceptor.record import Record
from overheard_services.interceptor.settings import Settings


def main(arguments: list[str]) -> int:
    """Impersonate the server until SIGTERM or SIGINT."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return ask(settings.health_url)
    _start(settings)
    return 0


def _start(settings: Settings) -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="interceptor: %(message)s")
    record = Record(settings.record)
    # mitmproxy reads this once, when it is imported.
    os.environ["MITMPROXY_SSLKEYLOGFILE"] = str(record.session_keys)
    try:
        from overheard_services.interceptor import impostor, proxies  # noqa: PLC0415
    except ModuleNotFoundError as problem:
        raise SettingsError(
            f"this Python has no {problem.name}",
            hint="the interceptor has its own environment: lab/setup/python-env .venv-interceptor "
            "services/interceptor.requirements.txt",
        ) from None
    # mitmproxy would keep its certificate authority in the user's home, and reuse it at the next start.
    with tempfile.TemporaryDirectory(prefix="overheard-interceptor-") as name:
        impostor.set_up(Path(name), settings.handover)
        asyncio.run(proxies.intercept(settings, record, Path(name)))


if __name__ == "__main__":
    run("interceptor", main)
