"""`python -m overheard_services.interceptor`: the interceptor. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import os

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_services.interceptor.settings import Settings


def main(arguments: list[str]) -> int:
    """Impersonate the server until SIGTERM or SIGINT."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return ask(settings.health_url)
    from overheard_services.interceptor.start import start  # noqa: PLC0415  (the health check must be quick)

    start(settings)
    return 0


if __name__ == "__main__":
    run("interceptor", main)
