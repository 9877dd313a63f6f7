"""`python -m overheard_capture` runs the capture role. With `health` it asks a running one whether it is ready.

`python -m overheard_capture second` runs a second recorder, which records for a capture role and judges nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from overheard.role.health import ask
from overheard.role.run import asks_for_health, run
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

_SECOND = "second"


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM."""
    is_second = arguments[:1] == [_SECOND]
    health = asks_for_health(arguments[is_second:])
    settings = Settings.from_environment(os.environ, judges=not is_second)
    if health:
        return ask(f"http://127.0.0.1:{settings.port}")
    if is_second:
        _serve_second(settings)
        return 0
    from overheard.role.serve import Listener, serve  # noqa: PLC0415  (the health check must be quick)
    from overheard_capture.page.app import create_page  # noqa: PLC0415
    from overheard_capture.page.masking import Masking  # noqa: PLC0415
    from overheard_capture.recorder.dumpcap import stop_all  # noqa: PLC0415
    from overheard_capture.sidecar.app import create_app  # noqa: PLC0415
    from overheard_capture.sidecar.token import read_or_make  # noqa: PLC0415

    token = read_or_make(settings.token_file)

    def make_app() -> Flask:
        app = create_app(settings, token)
        if settings.page_port:
            _add_page(
                app, create_page(settings.recordings, Masking(settings.secret.value.decode())), settings.page_port
            )
        return app

    ports = [settings.port, *([settings.page_port] if settings.page_port else [])]
    serve(make_app, [Listener(settings.bind, port) for port in ports], stop=stop_all)
    return 0


def _serve_second(settings: Settings) -> None:
    """Serve as the second recorder of a capture role, which creates the token."""
    from overheard.role.serve import Listener, serve  # noqa: PLC0415  (the health check must be quick)
    from overheard_capture.recorder.dumpcap import stop_all  # noqa: PLC0415
    from overheard_capture.sidecar.second_app import create_second  # noqa: PLC0415
    from overheard_capture.sidecar.token import wait_for  # noqa: PLC0415

    token = wait_for(settings.token_file)
    serve(lambda: create_second(settings, token), [Listener(settings.bind, settings.port)], stop=stop_all)


def _add_page(app: Flask, page: Flask, port: int) -> None:
    """Have what comes in on this port answered by the page, and all else by `app`."""
    of_app = app.wsgi_app

    def by_port(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (page if environ["SERVER_PORT"] == str(port) else of_app)(environ, start_response)

    app.wsgi_app = by_port  # type: ignore[method-assign]


if __name__ == "__main__":
    run("capture", main)
