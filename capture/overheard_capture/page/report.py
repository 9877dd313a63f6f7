"""The page of a run as one file, which needs no server: to hand out, or to keep with a build."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import render_template, url_for
from markupsafe import Markup

from overheard.words.errors import SettingsError
from overheard_capture.page.app import create_page
from overheard_capture.page.chapter import chapters
from overheard_capture.page.masking import Masking
from overheard_capture.page.packets import packets_of
from overheard_capture.page.wire import tshark_input, was_sent
from overheard_capture.wireshark.flow_graph import flow_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from overheard_capture.page.run_folder import RunFolder

_STATIC = Path(__file__).parent / "static"
# Which scripts of the page a report needs, in this order.
_SCRIPTS = ("packet.js", "page.js")
_KEYS = ("", "?keys")


def report(
    run: RunFolder,
    message: str,
    progress: Callable[[str], object],
    *,
    with_secret: bool = False,
    with_recordings: bool = False,
) -> str:
    """The page of a run as HTML that needs nothing else. Raises UnreadableError.

    Raises SettingsError if the secret is to be masked, and `message` is not what was sent.

    `message` is the secret message of the run. Unless it is to be shown, it is masked in every spelling that is
    searched for; the recordings, if they are embedded, contain it. `progress` is called with each scenario.
    """
    if not with_secret and not was_sent(run, message.encode()):
        raise SettingsError(
            "the secret of this run is another one, which would not be masked",
            hint="set OVERHEARD_MESSAGE to what it was when the lab ran",
        )
    masking = Masking(message, hides=not with_secret)
    app = create_page(run.path.parent, masking)
    with app.test_request_context(base_url="http://127.0.0.1"):
        listed = chapters(run, masking)
        recorded = [each.name for each in listed if each.is_recorded]
        embedded: dict[str, Any] = {}
        for name in recorded:
            progress(name)
            embedded.update(_parts(app, run, name, masking))
        style, script = (
            "\n".join((_STATIC / name).read_text() for name in names) for names in (("page.css",), _SCRIPTS)
        )
        return render_template(
            "report.html",
            run=run,
            chapters=listed,
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704  (files of this package)
            script=Markup(script),  # noqa: S704
            embedded=_embedded(embedded),
            with_secret=with_secret,
            recordings={name: _encoded(run.recording(name)) for name in recorded if with_recordings},
        )


def _parts(app: Flask, run: RunFolder, scenario: str, masking: Masking) -> Iterator[tuple[str, Any]]:
    """What the page would fetch of a scenario, by its address."""
    browser = app.test_client()
    for part, ways in (("ladders_of", _KEYS), ("beside", _KEYS), ("chains_of", _KEYS[:1])):
        for keys in ways:
            address = url_for(part, run=run.name, scenario=scenario) + keys
            yield address, browser.get(address, base_url="http://127.0.0.1").text
    drawn = {arrow.frame for each in flow_graph(tshark_input(run, scenario)) for arrow in each.arrows}
    for keys in _KEYS:
        for frame, packet in packets_of(run, scenario, drawn, masking, with_keys=bool(keys)):
            yield url_for("packet", run=run.name, scenario=scenario, frame=frame) + keys, packet


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy that allows this style and this script, and nothing else (CSP3, 8.4)."""
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    return "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:".format(*hashes)


def _embedded(parts: dict[str, Any]) -> str:
    """The parts as JSON, compressed to a tenth or less, and in base64."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
