"""Keeps what was read of the recordings of runs that have ended: it takes a second, and does not change any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask

    from overheard_capture.page.run_folder import RunFolders

# So many responses are kept, of 10 to 100 KB each.
_MOST = 256


def keep(app: Flask, runs: RunFolders, endpoints: Collection[str]) -> None:
    """Answer a request for one of these endpoints, all of which have a `run`, with what it was answered before."""
    kept: dict[str, tuple[bytes, str | None]] = {}

    @app.before_request
    def answer_again() -> Response | None:
        if request.full_path not in kept or request.method != "GET":
            return None
        data, mimetype = kept[request.full_path]
        return Response(data, mimetype=mimetype)

    @app.after_request
    def remember(response: Response) -> Response:
        run = (request.view_args or {}).get("run", "")
        if request.endpoint in endpoints and response.status_code == 200 and runs.open(run).has_ended:
            kept[request.full_path] = response.get_data(), response.mimetype
            while len(kept) > _MOST:
                kept.pop(next(iter(kept)), None)
        return response
