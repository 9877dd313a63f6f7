"""The page: its addresses, and what each shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, abort, jsonify, redirect, render_template, request, url_for

from overheard.words.errors import OverheardError
from overheard.words.story import SCENARIOS, by_name
from overheard_capture.page.all_packets import packet_rows
from overheard_capture.page.chains import chains
from overheard_capture.page.chapter import chapters
from overheard_capture.page.events import events
from overheard_capture.page.guard import guard
from overheard_capture.page.kept import keep
from overheard_capture.page.packets import packet_of
from overheard_capture.page.prose import prose
from overheard_capture.page.run_folder import RunFolders, UnknownRunError
from overheard_capture.page.wire import compared, keys_of, ladders, only_up_to, telling_frame
from overheard_capture.wireshark.packet_fields import UnknownFrameError

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Response
    from flask.typing import ResponseReturnValue

    from overheard.words.scenario import Scenario
    from overheard_capture.page.masking import Masking
    from overheard_capture.page.run_folder import RunFolder

_BY_NAME = by_name()
# The endpoints that read a recording.
_PARTS = ("ladders_of", "all_packets", "packet", "beside", "chains_of")


class Again(Protocol):
    """Runs a scenario again."""

    @property
    def busy(self) -> bool:
        """Whether a run goes on."""

    def __call__(self, scenario: str) -> str:
        """Start it, and return the name of the run. Raises OverheardError."""


def create_page(folder: Path, masking: Masking, again: Again | None = None) -> Flask:
    """Create the application that shows the runs in a folder, whose secret message `masking` knows and may hide.

    Without `again` no scenario can be run again from it.

    GET  /                        the newest run
    GET  /runs/RUN/               all chapters, one line each
    GET  /runs/RUN/SCENARIO       one chapter
    GET  /runs/RUN/SCENARIO/ladders  its conversations, with `?keys` as they are with the session keys
    GET  /runs/RUN/SCENARIO/beside   its request and response beside those of another scenario, with `?keys` opened
    GET  /runs/RUN/SCENARIO/certificates  those that were sent
    GET  /runs/RUN/SCENARIO/packets       rows, of 200 packets from `?from=` on
    GET  /runs/RUN/SCENARIO/packets/N     a frame with all of its fields (JSON), with `?keys` decrypted
    GET  /events, /runs/RUN/events   what has changed (server-sent events)
    POST /runs/RUN/SCENARIO/again    run it again
    """
    app = Flask(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["prose"] = prose
    runs = RunFolders(folder)
    guard(app)
    keep(app, runs, _PARTS)

    @app.errorhandler(OverheardError)
    def refuse(error: OverheardError) -> ResponseReturnValue:
        status = 404 if isinstance(error, UnknownRunError | UnknownFrameError) else 500
        return render_template("error.html", error=str(error)), status

    @app.get("/")
    def newest() -> ResponseReturnValue:
        names = runs.names
        return redirect(url_for("overview", run=names[0])) if names else render_template("none.html")

    @app.get("/events")
    def any_run() -> Response:
        return events(lambda: " ".join(runs.names[:1]))

    _of_a_run(app, runs, masking, again)
    _of_a_recording(app, runs, masking)
    return app


def _of_a_run(app: Flask, runs: RunFolders, masking: Masking, again: Again | None) -> None:
    """The addresses below `/runs/RUN/`."""

    def stamp(opened: RunFolder) -> str:
        # The button changes when the lab has ended, which is after the last result.
        return f"{opened.stamp}-{bool(again and again.busy)}"

    def shown(run: str) -> dict[str, Any]:
        opened = runs.open(run)
        # First of all: what changes while it is read is then shown by the next stamp.
        now = stamp(opened)
        return {"stamp": now, "run": opened, "chapters": chapters(opened, masking), "runs": runs.names, "again": again}

    @app.get("/runs/<run>/")
    def overview(run: str) -> ResponseReturnValue:
        return render_template("overview.html", **shown(run))

    @app.get("/runs/<run>/<scenario>")
    def chapter(run: str, scenario: str) -> ResponseReturnValue:
        what = shown(run)
        place = SCENARIOS.index(_scenario(scenario))
        return render_template("chapter.html", **what, chapter=what["chapters"][place])

    @app.get("/runs/<run>/events")
    def changes(run: str) -> Response:
        opened = runs.open(run)
        return events(lambda: stamp(opened))

    @app.post("/runs/<run>/<scenario>/again")
    def run_again(run: str, scenario: str) -> ResponseReturnValue:
        runs.open(run)
        _scenario(scenario)
        if again is None:
            abort(404)
        return redirect(url_for("chapter", run=again(scenario), scenario=scenario), 303)


def _of_a_recording(app: Flask, runs: RunFolders, masking: Masking) -> None:
    """The parts of a chapter that take a moment: they are fetched once it is shown."""

    @app.get("/runs/<run>/<scenario>/ladders")
    def ladders_of(run: str, scenario: str) -> ResponseReturnValue:
        opened, keys = runs.open(run), "keys" in request.args
        drawn = ladders(opened, _scenario(scenario), with_keys=keys)
        first = telling_frame(opened, scenario, drawn)
        shown = {"ladders": drawn, "with_keys": keys, "has_keys": bool(keys_of(opened)), "first": first}
        shown["has_tls"] = any(ladder.conversation.has_tls for ladder in drawn)
        shown["drawn_up_to"] = only_up_to(opened, scenario)
        return masking.text(render_template("ladders.html", **shown, packets=_packets(run, scenario)))

    @app.get("/runs/<run>/<scenario>/packets")
    def all_packets(run: str, scenario: str) -> ResponseReturnValue:
        shown = packet_rows(runs.open(run), _scenario(scenario).name, max(request.args.get("from", 1, int), 1))
        return masking.text(render_template("all_packets.html", shown=shown, packets=_packets(run, scenario)))

    @app.get("/runs/<run>/<scenario>/packets/<int:frame>")
    def packet(run: str, scenario: str, frame: int) -> ResponseReturnValue:
        opened, keys = runs.open(run), "keys" in request.args
        return jsonify(packet_of(opened, _scenario(scenario).name, frame, masking, with_keys=keys))

    @app.get("/runs/<run>/<scenario>/beside")
    def beside(run: str, scenario: str) -> ResponseReturnValue:
        opened, keys = runs.open(run), "keys" in request.args
        shown = compared(opened, _scenario(scenario).name, masking, with_keys=keys)
        halves = [half for _, pair in shown for _, half in pair]
        has_keys = bool(keys_of(opened)) and not all(half.is_clear for half in halves)
        marks = {half.mark for half in halves}
        return render_template("beside.html", pairs=shown, with_keys=keys, has_keys=has_keys, marks=marks)

    @app.get("/runs/<run>/<scenario>/certificates")
    def chains_of(run: str, scenario: str) -> ResponseReturnValue:
        opened = runs.open(run)
        found, most = chains(opened, _scenario(scenario)), only_up_to(opened, scenario)
        return masking.text(render_template("chains.html", chains=found, read_up_to=most))


def _packets(run: str, scenario: str) -> str:
    """The address of a packet, without its number."""
    return url_for("packet", run=run, scenario=scenario, frame=0).removesuffix("0")


def _scenario(name: str) -> Scenario:
    """The scenario of that name. Raises UnknownRunError."""
    if name not in _BY_NAME:
        raise UnknownRunError(f"there is no scenario {name!r}")
    return _BY_NAME[name]
