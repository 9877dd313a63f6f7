"""`python -m overheard_services.gallery`: the gallery. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_services.gallery.settings import Settings


def main(arguments: list[str]) -> int:
    """Create every row's server, hand over what a client needs, and serve until SIGTERM or SIGINT."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return ask(f"http://127.0.0.1:{settings.port}")
    from overheard.words.gallery import ROWS  # noqa: PLC0415  (the health check must be quick)
    from overheard_services.gallery.exhibit import open_gallery, show_health  # noqa: PLC0415
    from overheard_services.gallery.listen import listening, serve  # noqa: PLC0415

    message = settings.message.encode()
    ports = [settings.port, *map(settings.port_of, ROWS)]
    # A second gallery must fail here, before it hands over its own root.
    with suppress(KeyboardInterrupt), listening(settings.bind, ports) as listeners:
        treats = [partial(exhibit.treat, message) for exhibit in open_gallery(settings.handover)]
        serve(listeners, [show_health, *treats])
    return 0


if __name__ == "__main__":
    run("gallery", main)
