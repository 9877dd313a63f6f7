"""Cases that need a network interface. Run in namespaces of its own, by `played` of tests/capture/playing.py.

`python inside.py CASE FOLDER`: plays one case, and prints the result as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet

from overheard.engines.supervisor import stage
from overheard.words.errors import RecordingError
from overheard.words.recording import MESSAGE_KEYS, NOTEBOOK
from overheard_capture.captures.recording import read_recording, recording_file
from overheard_capture.recorder.active import ActiveRecording
from overheard_capture.recorder.dumpcap import Dumpcap, Tap
from overheard_capture.sidecar.app import create_app
from overheard_capture.sidecar.runs import Runs
from overheard_capture.sidecar.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = dict[str, Any]


def children() -> bool:
    """Whether a child process is running, or has ended and was not waited for."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def send(payload: bytes) -> None:
    """Send a datagram to a port without a listener."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
        sender.sendto(payload, ("127.0.0.1", 9))


def refused(path: Path, begin: Callable[[], object]) -> Outcome:
    """The text of an error, and the files that are left."""
    try:
        begin()
    except RecordingError as error:
        return {
            "says": error.args[0],
            "hint": error.hint,
            "left": [each.name for each in path.parent.glob("*.pcapng")],
            "children": children(),
        }
    return {"says": "nothing"}


def bad_interface(path: Path) -> Outcome:
    """Record on an interface that does not exist."""
    return refused(path, lambda: Dumpcap(Tap("nowhere0"), path))


def bad_filter(path: Path) -> Outcome:
    """Record with an invalid filter."""
    return refused(path, lambda: Dumpcap(Tap("lo", "this is no filter"), path))


def any_interface(path: Path) -> Outcome:
    """Record on all interfaces at once: no mark can be sent through them."""
    return refused(path, lambda: ActiveRecording.begin("any", path, Tap("any"), patience=1))


def payloads(path: Path) -> Outcome:
    """Wait for payloads while recording."""
    dumpcap = Dumpcap(Tap("lo"), path)
    for payload in (b"is sent", b"is never sent"):
        dumpcap.expect_payload(payload)
    send(b"before is sent behind")
    seen = dumpcap.wait_for_payload(b"is sent", timeout=60)
    other = dumpcap.wait_for_payload(b"is never sent", timeout=0)
    alive, mode = dumpcap.alive, stat.S_IMODE(path.stat().st_mode)
    code = dumpcap.stop()
    return {
        "saw": seen,
        "other": other,
        "alive": alive,
        "mode": mode,
        "code": code,
        "alive_afterwards": dumpcap.alive,
        "saw_afterwards": dumpcap.wait_for_payload(b"is never sent", timeout=60),
        "children": children(),
        "said": dumpcap.stderr,
    }


def stopped_twice(path: Path) -> Outcome:
    """Stop a recorder that has ended."""
    dumpcap = Dumpcap(Tap("lo"), path)
    return {"codes": [dumpcap.stop(), dumpcap.stop()]}


def whole(path: Path) -> Outcome:
    """Record one datagram."""
    active = ActiveRecording.begin("whole", path, Tap("lo", "udp", 200, 2), patience=60)
    send(b"fluffy tail")
    word = active.end()
    return {
        "word": word.to_json(),
        "same": read_recording(path) == word,
        "mode": stat.S_IMODE(recording_file(path).stat().st_mode),
        "children": children(),
    }


def unmarked(path: Path) -> Outcome:
    """Record with a filter that excludes marks."""
    active = ActiveRecording.begin("unmarked", path, Tap("lo", "tcp"), patience=0.1)
    return {"word": active.end().to_json(), "children": children()}


def killed(path: Path) -> Outcome:
    """Kill the recorder."""
    active = ActiveRecording.begin("killed", path, Tap("lo"), patience=60)
    assert isinstance(active.recorder, Dumpcap)
    os.kill(active.recorder.pid, signal.SIGKILL)
    while active.recorder.alive:
        time.sleep(0.01)
    return {"word": active.end().to_json(), "children": children()}


def gone(path: Path) -> Outcome:
    """Remove the interface before the recording ends."""
    active = ActiveRecording.begin("gone", path, Tap("lo"), patience=1)
    active.tap = Tap("nowhere0")
    return {"word": active.end().to_json(), "children": children()}


def full(path: Path) -> Outcome:
    """Fill the disk while recording, then make room for the recorder's account."""
    small = path.parent / "small"
    small.mkdir()
    room = small / "room"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "overheard", str(small)], check=True)
    try:
        room.write_bytes(bytes(32_000))
        active = ActiveRecording.begin("full", small / "full.pcapng", Tap("lo"), patience=60)
        for _ in range(10):
            send(bytes(30_000))
        while active.recorder.alive:
            time.sleep(0.01)
        outcome = refused(path, active.end)
        room.unlink()
        return {**outcome, "word": active.end().to_json()}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def sidecar(path: Path) -> Outcome:
    """Use the API in every order, right and wrong."""
    settings = Settings.from_environment(
        {
            "OVERHEARD_CAPTURE_TOKEN_FILE": str(path.parent / "token"),
            "OVERHEARD_CAPTURE_RECORDINGS": str(path.parent),
            "OVERHEARD_CAPTURE_KEYS": str(path.parent),
            "OVERHEARD_CAPTURE_INTERFACE": "lo",
        }
    )
    client = create_app(settings, "the token").test_client()
    headers = {"Authorization": "Bearer the token"}

    def call(method: str, where: str) -> tuple[int, Any]:
        answer = client.open(where, method=method, headers=headers)
        body = answer.get_json(silent=True)
        size = len(answer.get_data())
        answer.close()
        return answer.status_code, size if body is None else body

    one, two = "/runs/mine/recordings/one", "/runs/mine/recordings/two"
    steps = {
        "end without begin": call("POST", f"{one}/end"),
        "begin": call("POST", one),
        "begin again": call("POST", one),
        "begin another": call("POST", two),
        "end another": call("POST", f"{two}/end"),
        "end in another run": call("POST", "/runs/other/recordings/one/end"),
        "fetch too early": call("GET", one),
        "verdicts too early": call("GET", "/runs/mine/verdicts"),
        "end": call("POST", f"{one}/end"),
        "end again": call("POST", f"{one}/end"),
        "begin once more": call("POST", one),
        "fetch": call("GET", one),
        "verdicts": call("GET", "/runs/mine/verdicts"),
    }
    folder = path.parent / "mine"
    return {
        **steps,
        "size": (folder / "one.pcapng").stat().st_size,
        "files": sorted(each.name for each in folder.iterdir()),
        "modes": [stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.iterdir())],
        "children": children(),
    }


def spied(path: Path) -> Outcome:
    """Let the API judge recordings whose message an interceptor wrote down, or that no spy knows of."""
    folders = {name: path.parent / name for name in ("keys", "spy", "recordings")}
    for folder in (*folders.values(), folders["keys"] / "mine"):
        folder.mkdir()
    settings = Settings.from_environment(
        {
            "OVERHEARD_CAPTURE_TOKEN_FILE": str(path.parent / "token"),
            "OVERHEARD_CAPTURE_RECORDINGS": str(folders["recordings"]),
            "OVERHEARD_CAPTURE_KEYS": str(folders["keys"]),
            "OVERHEARD_CAPTURE_SPY": str(folders["spy"]),
            "OVERHEARD_CAPTURE_INTERFACE": "lo",
        }
    )
    runs = Runs(settings)
    own, his = Fernet.generate_key(), Fernet.generate_key()
    (folders["keys"] / "mine" / MESSAGE_KEYS).write_bytes(b"fernet " + own + b"\nfernet " + his + b"\n")
    (folders["spy"] / MESSAGE_KEYS).write_bytes(b"fernet " + his + b"\n")
    message = settings.secret.value

    def record(name: str, said: bytes, *, notes: bytes = b"") -> None:
        runs.begin("mine", name)
        say(said)
        if notes:
            note = {"time": time.time(), "asked": "GET /", "saw": notes.decode()}
            (folders["spy"] / NOTEBOOK).write_text(json.dumps(note) + "\n")
        runs.end("mine", name)

    record("http", message)
    record("own-key", Fernet(own).encrypt(message))
    record("his-key", Fernet(his).encrypt(message))
    record("noted", Fernet(own).encrypt(message), notes=message)
    verdicts = runs.verdicts("mine")
    return {name: [verdict.outcome, *(seen.how for seen in verdict.sightings)] for name, verdict in verdicts.items()}


def say(said: bytes) -> None:
    """Send something over a new connection."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with closing(client), closing(server):
        client.sendall(said)
        server.recv(4096)


def main() -> None:
    """Play the case that is named."""
    case, folder = sys.argv[1], Path(sys.argv[2])
    play: Callable[[Path], Outcome] = globals()[case]
    with stage(folder):
        print(json.dumps(play(folder / f"{case}.pcapng")))


if __name__ == "__main__":
    main()
