"""`python -m overheard_capture` runs the capture role. With `health` it asks a running one whether it is ready."""

from __future__ import annotations

import os

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_capture.sidecar.settings import Settings


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM."""
    health = asks_for_health(arguments)
    settings = Settings.from_environment(os.environ)
    if health:
        return ask(f"http://127.0.0.1:{settings.port}")
    from overheard.role.serve import Listener, serve  # noqa: PLC0415  (the health check must be quick)
    from overheard_capture.recorder.dumpcap import stop_all  # noqa: PLC0415
    from overheard_capture.sidecar.app import create_app  # noqa: PLC0415
    from overheard_capture.sidecar.token import read_or_make  # noqa: PLC0415

    token = read_or_make(settings.token_file)
    serve(lambda: create_app(settings, token), [Listener(settings.bind, settings.port)], stop=stop_all)
    return 0


if __name__ == "__main__":
    run("capture", main)
