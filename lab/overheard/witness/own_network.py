"""A network of its own for a command: a namespace in which there is only `lo` (network_namespaces(7))."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_LO = b"lo"
# netdevice(7)
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
# How many seconds a process may take to end, and how often to look.
_PATIENCE, _OFTEN = 2, 0.02
_HINT = "run it in the network of this machine (--net host), or allow user namespaces"


def enter(command: Sequence[str]) -> NoReturn:
    """Replace this process by a command in a network of its own. Raises RecordingError if that cannot be made.

    Whoever is not root gets a user namespace for that, in which they keep their user ID.
    """
    own = ["unshare", "--net"]
    if os.geteuid() != 0:
        own += ["--user", "--map-current-user", "--keep-caps"]
    try:
        # The exit codes of `unshare` would be those of verdicts.
        subprocess.run([*own, "true"], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise RecordingError("unshare was not found", hint="install it: on Debian and Ubuntu, util-linux") from None
    except subprocess.CalledProcessError as problem:
        raise RecordingError(f"no network of its own can be made: {problem.stderr.strip()}", hint=_HINT) from None
    os.execvp(own[0], [*own, "--", *command])  # noqa: S606  (there is no shell to be deceived)


def set_up() -> None:
    """Set up `lo`, which is down in a new network. Raises RecordingError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            request = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16sh22x", _LO, 0))
            (flags,) = struct.unpack("16xh22x", request)
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", _LO, flags | _IFF_UP))
        except OSError as problem:
            raise RecordingError(f"the interface lo cannot be set up: {problem.strerror}", hint=_HINT) from None


def members() -> Iterator[int]:
    """The processes in this network, this one included."""
    own = Path("/proc/self/ns/net").readlink()
    for each in Path("/proc").glob("[0-9]*"):
        # It may end meanwhile. One that has ended, and was not waited for, is in no network.
        with suppress(OSError):
            if (each / "ns" / "net").readlink() == own:
                yield int(each.name)


def end_others(spared: Collection[int]) -> list[str]:
    """End every process in this network that is not spared. Returns the names of the programs that ended.

    No PID namespace does that: `/proc` would have to be mounted in it, which not every container allows.
    """
    names: dict[int, str] = {}
    began = time.monotonic()
    while (left := [each for each in members() if each not in spared]) and time.monotonic() - began < 2 * _PATIENCE:
        late = time.monotonic() - began > _PATIENCE
        for process in left:
            with suppress(OSError):
                if process not in names:
                    names[process] = Path(f"/proc/{process}/comm").read_text().strip()
                    os.kill(process, signal.SIGTERM)
                elif late:
                    os.kill(process, signal.SIGKILL)
        time.sleep(_OFTEN)
    return sorted({name for process, name in names.items() if process not in left})
