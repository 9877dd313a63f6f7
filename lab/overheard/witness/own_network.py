"""A network of its own for a command: a namespace in which there is only `lo` (network_namespaces(7))."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import subprocess
from typing import TYPE_CHECKING, NoReturn

from overheard.words.errors import RecordingError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LO = b"lo"
# netdevice(7)
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
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
