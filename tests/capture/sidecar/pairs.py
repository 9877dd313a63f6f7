"""Two recorders on `lo`, each with the port of one connection. Run in namespaces of its own, by test_paired.py.

`python pairs.py CASE FOLDER`: plays one case, and prints the result as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from overheard.engines.supervisor import stage
from overheard_capture.captures.reader import read
from overheard_capture.recorder import dumpcap
from overheard_capture.recorder.blocks import PACKET, blocks
from overheard_capture.sidecar.app import create_app
from overheard_capture.sidecar.second_app import create_second
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN, ONE, TWO, API = "the token", 5001, 5002, 5003
NAME = "/runs/mine/recordings/one"


def settings(folder: Path, port: int, **others: str) -> Settings:
    """Those of a recorder of one port."""
    variables = {
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(folder / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(folder),
        "OVERHEARD_CAPTURE_INTERFACE": "lo",
        "OVERHEARD_CAPTURE_FILTER": f"tcp port {port} or udp port 5699",
        "OVERHEARD_CAPTURE_PATIENCE": "20",
    }
    return Settings.from_environment(
        {**variables, **{f"OVERHEARD_CAPTURE_{name}": text for name, text in others.items()}}, judges="KEYS" in others
    )


class Pair:
    """The capture role, and perhaps its second recorder, which is served."""

    def __init__(self, folder: Path, token: str = TOKEN) -> None:
        self.folder, second = folder / "recordings", folder / "second"
        for each in (self.folder, second):
            each.mkdir()
        app = create_app(settings(self.folder, ONE, KEYS=str(folder), SECOND=f"127.0.0.1:{API}"), token)
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._app_of_second = create_second(settings(second, TWO), TOKEN)
        self._second = make_server("127.0.0.1", API, self._app_of_second)
        self._thread = threading.Thread(target=self._second.serve_forever, kwargs={"poll_interval": 0.05})

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the second recorder."""
        self._thread.start()
        try:
            yield
        finally:
            self._second.shutdown()
            self._thread.join()
            self._second.server_close()

    def end_second(self) -> None:
        """End the second recorder's recording, which nobody else does any more."""
        self._app_of_second.test_client().post("/recording/end", headers={"Authorization": f"Bearer {TOKEN}"})

    def call(self, method: str, path: str) -> list[Any]:
        """The status, and what is said."""
        answer = self._client.open(path, method=method, headers=self._headers)
        body = answer.get_json(silent=True)
        answer.close()
        return [answer.status_code, body]

    def outcome(self, begun: list[Any], ended: list[Any]) -> dict[str, Any]:
        """What came of it, and what is left."""
        _, verdicts = self.call("GET", "/runs/mine/verdicts")
        path = self.folder / "mine" / "one.pcapng"
        return {
            "begun": begun[0],
            "notes": ended[1],
            "failed": [check["code"] for check in verdicts["one"]["checks"] if not check["holds"]],
            "says": {check["code"]: check["says"] for check in verdicts["one"]["checks"]},
            "said": [text for text in ("to one", "to two") if text.encode() in path.read_bytes()],
            "interfaces": [int.from_bytes(block[8:12], "little") for kind, block in blocks(path) if kind == PACKET],
            "in order": (times := [frame.time for frame in read(path).frames]) == sorted(times),
            "files": sorted(each.name for each in path.parent.iterdir()),
            "private": all(each.stat().st_mode & 0o077 == 0 for each in path.parent.iterdir()),
        }


def say(port: int, said: bytes) -> None:
    """Send something over a new connection."""
    with closing(socket.create_server(("127.0.0.1", port))) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with closing(server), closing(client):
        client.sendall(said)
        server.recv(4096)


def talk() -> None:
    """One connection for each recorder."""
    say(ONE, b"to one")
    say(TWO, b"to two")


def both(folder: Path) -> dict[str, Any]:
    """All goes well, twice."""
    pair = Pair(folder)
    with pair.serving():
        begun = pair.call("POST", NAME)
        talk()
        ended = pair.call("POST", f"{NAME}/end")
        again = [pair.call("POST", NAME.replace("one", "two") + end)[0] for end in ("", "/end")]
        # No dumpcap may be left.
        return {**pair.outcome(begun, ended), "again": again, "left": len(dumpcap._running)}  # noqa: SLF001


def killed(folder: Path) -> dict[str, Any]:
    """The second recorder's dumpcap is killed."""
    pair = Pair(folder)
    with pair.serving():
        begun = pair.call("POST", NAME)
        (second,) = [each for each in dumpcap._running if f"port {TWO}" in str(each.args)]  # noqa: SLF001
        os.kill(second.pid, signal.SIGKILL)
        while second.poll() is None:
            time.sleep(0.01)
        talk()
        return pair.outcome(begun, pair.call("POST", f"{NAME}/end"))


def begun_twice(folder: Path) -> dict[str, Any]:
    """A capture role begins, and is gone; and another one begins."""
    second = create_second(settings(folder, TWO), TOKEN).test_client()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    steps = [second.post("/recording", headers=headers).status_code]
    say(TWO, b"to two")
    steps += [second.post(path, headers=headers).status_code for path in ("/recording", "/recording/end")]
    answer = second.get("/recording", headers=headers)
    outcome = {"steps": steps, "size": len(answer.get_data()), "has": b"to two" in answer.get_data()}
    answer.close()
    return {**outcome, "left": len(dumpcap._running)}  # noqa: SLF001


def gone(folder: Path) -> dict[str, Any]:
    """The second recorder is gone when the recording ends."""
    pair = Pair(folder)
    with pair.serving():
        begun = pair.call("POST", NAME)
    talk()
    outcome = pair.outcome(begun, pair.call("POST", f"{NAME}/end"))
    # It is still recording; only its server is gone.
    pair.end_second()
    return outcome


def missing(folder: Path) -> dict[str, Any]:
    """There is no second recorder."""
    pair = Pair(folder)
    with pair.serving():
        pass
    return {"answer": pair.call("POST", NAME), "left": [each.name for each in (pair.folder / "mine").iterdir()]}


def mistrusted(folder: Path) -> dict[str, Any]:
    """The second recorder has another token."""
    pair = Pair(folder, "another token")
    with pair.serving():
        return {"answer": pair.call("POST", NAME), "left": [each.name for each in (pair.folder / "mine").iterdir()]}


def main() -> None:
    """Play the case that is named."""
    case, folder = sys.argv[1], Path(sys.argv[2])
    play: Callable[[Path], dict[str, Any]] = globals()[case]
    with stage(folder):
        print(json.dumps(play(folder)))


if __name__ == "__main__":
    main()
