"""The relay: what it passes on, byte by byte, and what it records of that."""

from __future__ import annotations

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from capture.frames import unwrap
from overheard.words.errors import RecordingError
from overheard_capture.captures.reader import read
from overheard_capture.packets import Segment
from overheard_capture.recorder import ActiveRecording, Forward, RelayTap
from overheard_capture.recorder.ip_packets import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Much more than the buffers of all sockets hold.
MUCH = bytes(range(256)) * 64_000
HERE = "127.0.0.1"
FIN, RST = 1, 4


@contextmanager
def served(serve: Callable[[socket.socket], None], family: socket.AddressFamily = socket.AF_INET) -> Iterator[str]:
    """What handles one connection, at the address that this yields, as a relay is told it."""
    with closing(socket.create_server((HERE if family == socket.AF_INET else "::1", 0), family=family)) as server:

        def accept() -> None:
            with server.accept()[0] as connection:
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        host, port = server.getsockname()[:2]
        yield f"[{host}]:{port}"
        thread.join()


def connected(active: ActiveRecording) -> socket.socket:
    """A connection to the relay."""
    (port,) = active.relay_ports
    return socket.create_connection((HERE, port), timeout=20)


@contextmanager
def relayed(to: str, path: Path) -> Iterator[socket.socket]:
    """A connection that goes through a relay, recorded to its end."""
    active = ActiveRecording.begin("relayed", path, RelayTap((Forward.parse(to),)), patience=2)
    try:
        with connected(active) as connection:
            yield connection
    finally:
        assert active.end().recorder_alive


def segments(path: Path) -> list[Segment]:
    return [packet for packet in map(unwrap, read(path).frames) if isinstance(packet, Segment)]


def recorded(path: Path, port: int) -> bytes:
    """All that was sent to a port."""
    return b"".join(bytes(each.payload) for each in segments(path) if each.target.port == port)


def received(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def echo(connection: socket.socket) -> None:
    """Answer after the client has closed its side, as with `nc -N`."""
    connection.sendall(received(connection))


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_it_passes_on_and_records_every_byte_of_both_sides(family: socket.AddressFamily, tmp_path: Path) -> None:
    path = tmp_path / "relayed.pcapng"
    with served(echo, family) as to, relayed(to, path) as client:
        client.sendall(MUCH)
        client.shutdown(socket.SHUT_WR)
        assert received(client) == MUCH
    first, *_ = segments(path)
    assert first.target.port == int(to.rpartition(":")[2])
    assert recorded(path, first.target.port) == recorded(path, first.source.port) == MUCH
    found = read(path)
    assert len(list(found.frames)) > len(MUCH) // MOST_BYTES
    assert (found.dropped, found.damage) == (0, "")


def test_a_slow_client_makes_the_server_wait(tmp_path: Path) -> None:
    """Nothing is kept in memory but what fits in buffers."""
    sent: list[int] = []

    def send(connection: socket.socket) -> None:
        view = memoryview(MUCH)
        while view:
            sent.append(connection.send(view[:100_000]))
            view = view[sent[-1] :]

    with served(send) as to, relayed(to, tmp_path / "relayed.pcapng") as client:
        time.sleep(0.3)
        assert sum(sent) < len(MUCH)
        assert received(client) == MUCH


@pytest.mark.parametrize("who", ["server", "client"])
def test_whoever_breaks_off_is_recorded_and_the_other_end_notices(who: str, tmp_path: Path) -> None:
    noticed: list[Exception | bytes] = []

    def end(connection: socket.socket) -> None:
        assert connection.recv(100) == b"hello"
        if who == "server":
            linger(connection)
            return
        try:
            noticed.append(connection.recv(100))
        except ConnectionResetError as problem:
            noticed.append(problem)

    path = tmp_path / "relayed.pcapng"
    with served(end) as to, relayed(to, path) as client:
        client.sendall(b"hello")
        if who == "server":
            with pytest.raises(ConnectionResetError):
                client.recv(100)
        else:
            time.sleep(0.1)
            linger(client)
            client.close()
    *_, last = segments(path)
    assert last.flags & RST
    assert (last.source.port == int(to.rpartition(":")[2])) is (who == "server")
    if who == "client":
        assert isinstance(noticed[0], ConnectionResetError)


def linger(connection: socket.socket) -> None:
    """Let a socket send RST when it is closed (SO_LINGER in socket(7))."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_without_a_server_the_client_is_told_and_the_reason_kept(tmp_path: Path) -> None:
    with closing(socket.create_server((HERE, 0))) as server:
        port = server.getsockname()[1]
    active = ActiveRecording.begin("relayed", tmp_path / "r.pcapng", RelayTap((Forward.parse(str(port)),)), patience=1)
    # Where the relay is fast, the client is told while it connects.
    with pytest.raises(ConnectionResetError), connected(active) as client:
        client.recv(1)
    notes = active.end()
    assert f"localhost:{port}" in notes.recorder_said
    assert (notes.recorder_alive, notes.exit_code, notes.tap) == (True, 0, "relay")


def test_a_port_that_is_taken_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    with closing(socket.create_server((HERE, 0))) as server:
        tap = RelayTap((Forward(HERE, server.getsockname()[1], HERE, 9),))
        with pytest.raises(RecordingError, match=r"cannot listen on .*: Address already in use\n"):
            ActiveRecording.begin("relayed", tmp_path / "r.pcapng", tap, patience=1)
    assert list(tmp_path.iterdir()) == []


def test_what_is_open_at_the_end_is_broken_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It may not go on unrecorded. In the recording it has no end, which is a reason against PROTECTED."""
    ended: list[bytes] = []

    def wait(connection: socket.socket) -> None:
        try:
            ended.append(connection.recv(1))
        except ConnectionResetError:
            ended.append(b"reset")

    path = tmp_path / "r.pcapng"
    with served(wait) as to:
        active = ActiveRecording.begin("relayed", path, RelayTap((Forward.parse(to),)), patience=0.2)
        with connected(active):
            time.sleep(0.1)
            assert active.end().recorder_alive
    assert ended == [b"reset"]
    assert not caplog.records
    assert not any(each.flags & (RST | FIN) for each in segments(path))


def test_what_cannot_be_recorded_is_not_passed_on(tmp_path: Path) -> None:
    """Nor is anything after it, on this or another connection."""
    got: list[bytes] = []

    def keep(connection: socket.socket) -> None:
        try:
            got.append(received(connection))
        except ConnectionResetError:
            got.append(b"reset")

    path = tmp_path / "r.pcapng"
    with served(keep) as to:
        active = ActiveRecording.begin("relayed", path, RelayTap((Forward.parse(to),)), patience=1)
        with connected(active) as client:
            client.sendall(b"first")
            time.sleep(0.1)
            with no_file_grows(path.stat().st_size + 100):
                client.sendall(b"a secret" * 100)
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
        with pytest.raises(ConnectionResetError), connected(active) as client:
            client.recv(1)
        notes = active.end()
    assert got == [b"reset"]
    assert (notes.recorder_alive, notes.exit_code) == (False, 1)
    assert "No space left" in notes.recorder_said
    found = read(path)
    assert b"a secret" not in b"".join(bytes(frame.data) for frame in found.frames)
    assert found.dropped is None


@contextmanager
def no_file_grows(beyond: int) -> Iterator[None]:
    """A limit for this process: what is written beyond it is cut short, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


SECRET = b"correct horse battery"


def sent(client: socket.socket) -> None:
    client.sendall(SECRET)


def sent_with_urgent_data(client: socket.socket) -> None:
    client.sendall(SECRET[:10])
    client.send(SECRET[10:12], socket.MSG_OOB)
    client.sendall(SECRET[12:])


def sent_and_broken_off(client: socket.socket) -> None:
    client.sendall(SECRET)
    linger(client)


@pytest.mark.parametrize("send", [sent, sent_with_urgent_data, sent_and_broken_off])
def test_what_was_sent_and_closed_at_once_is_recorded(send: Callable[[socket.socket], None], tmp_path: Path) -> None:
    """The recording is ended while the relay still looks the server up."""
    path = tmp_path / "r.pcapng"
    with served(keep) as to:
        tap = RelayTap((Forward.parse(to.rpartition(":")[2]),))
        active = ActiveRecording.begin("relayed", path, tap, patience=20)
        with connected(active) as client:
            send(client)
        assert active.end().recorder_alive
    first, *_, last = segments(path)
    assert recorded(path, first.target.port) == SECRET
    assert last.flags & (FIN | RST)


def keep(connection: socket.socket) -> None:
    """Receive everything, whatever happens."""
    with suppress(ConnectionError):
        received(connection)


def test_what_the_client_sent_before_the_server_broke_off_is_recorded(tmp_path: Path) -> None:
    """Also if the server broke off before it was passed on: the relay is busy while both happens."""
    path, go = tmp_path / "r.pcapng", threading.Event()

    def serve(connection: socket.socket) -> None:
        go.wait()
        linger(connection)

    with served(serve) as to:
        active = ActiveRecording.begin("relayed", path, RelayTap((Forward.parse(to),)), patience=1)
        with connected(active) as client:
            time.sleep(0.2)
            vars(active.recorder)["_loop"].call_soon_threadsafe(time.sleep, 0.5)
            time.sleep(0.1)
            go.set()
            client.sendall(SECRET)
            with suppress(ConnectionError):
                assert client.recv(1) == b""
        assert active.end().recorder_alive
    first, *_ = segments(path)
    assert recorded(path, first.target.port) == SECRET


def test_a_client_that_waits_for_the_server_at_the_end_has_no_end_in_the_recording(tmp_path: Path) -> None:
    """What it has sent went to the relay, and is not recorded."""
    path = tmp_path / "r.pcapng"
    with closing(socket.create_server((HERE, 0), backlog=0)) as server, ExitStack() as waiting:
        for _ in range(3):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        tap = RelayTap((Forward.parse(str(server.getsockname()[1])),))
        active = ActiveRecording.begin("relayed", path, tap, patience=0.2)
        with connected(active) as client:
            client.sendall(SECRET)
            assert active.end().recorder_alive
            with pytest.raises(ConnectionResetError):
                client.recv(1)
    assert [each.flags & 0x17 for each in segments(path)] == [0x02, 0x12, 0x10]


def test_each_connection_has_a_first_sequence_number_of_its_own(tmp_path: Path) -> None:
    """Otherwise Wireshark takes a connection between the same ports as an earlier one for its repetition."""
    first = set()
    for number in range(2):
        path = tmp_path / f"{number}.pcapng"
        with served(keep) as to, relayed(to, path):
            pass
        first.add(segments(path)[0].sequence)
    assert len(first) == 2


def test_it_ends_with_one_mark_however_long_it_waits(tmp_path: Path) -> None:
    path = tmp_path / "r.pcapng"
    with served(keep) as to:
        active = ActiveRecording.begin("relayed", path, RelayTap((Forward.parse(to),)), patience=0.3)
        began = time.monotonic()
        with connected(active):
            notes = active.end()
        assert 0.3 <= time.monotonic() - began < 10
    assert notes.earlier_marks == ""


@pytest.mark.parametrize("files", [0, 1])
def test_a_relay_without_files_for_both_ends_makes_the_recording_fail(files: int, tmp_path: Path) -> None:
    """What was sent to it is not recorded, whatever it lacks: a file for the client, or one for the server."""
    with served(keep) as to:
        active = ActiveRecording.begin("relayed", tmp_path / "r.pcapng", RelayTap((Forward.parse(to),)), patience=1)
        with connected(active) as first, socket.socket() as client:
            first.sendall(b"hello")
            time.sleep(0.1)
            with only_so_many_more(files):
                # The relay may already have broken off what it cannot record.
                with suppress(ConnectionResetError, BrokenPipeError):
                    client.connect((HERE, *active.relay_ports))
                    client.sendall(SECRET)
                time.sleep(0.1)
        notes = active.end()
    assert (notes.recorder_alive, notes.exit_code) == (False, 1)
    assert "Too many open files" in notes.recorder_said


@contextmanager
def only_so_many_more(files: int) -> Iterator[None]:
    """A limit for this process: so many more files can be opened."""
    os.close(free := os.dup(0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + files, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
