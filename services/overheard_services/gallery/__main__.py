"""`python -m overheard_services.gallery`: the gallery. `... health` asks a running one whether it is ready."""

from __future__ import annotations

import os
from collections import ChainMap
from contextlib import suppress
from functools import partial

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard.words.services import GALLERY_GOOD
from overheard_services.gallery.settings import Settings


def main(arguments: list[str]) -> int:
    """Create every row's server, hand over what a client needs, and serve until SIGTERM or SIGINT."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return ask(f"http://127.0.0.1:{settings.port}")
    from overheard.words.gallery import ROWS  # noqa: PLC0415  (the health check must be quick)
    from overheard_services.gallery.exhibit import open_gallery  # noqa: PLC0415
    from overheard_services.gallery.listen import listening, serve  # noqa: PLC0415
    from overheard_services.gallery.status import treat  # noqa: PLC0415

    message = settings.message.encode()
    ports = [settings.port, settings.port_of(GALLERY_GOOD), *map(settings.port_of, ROWS)]
    # A second gallery must fail here, before it hands over its own root.
    with suppress(KeyboardInterrupt), listening(settings.bind, ports) as listeners:
        exhibits = open_gallery(settings.handover, settings.origin)
        published = ChainMap(*(dict(exhibit.published) for exhibit in exhibits))
        serve(listeners, [partial(treat, published), *(partial(exhibit.treat, message) for exhibit in exhibits)])
    return 0


if __name__ == "__main__":
    run("gallery", main)
