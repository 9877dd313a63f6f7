"""SSH and WireGuard, watched by the command: what goes through them is sealed, and beside them it is overheard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from applications.heard import PASSWORD
from applications.servers import IS_ROOT, program
from lab.command.process import overheard
from required import fail_or_skip

if TYPE_CHECKING:
    from pathlib import Path

# As root in a mount namespace, because /run is shared by all networks.
SETUP = """
mount -t tmpfs none /run
running=
trap 'kill $running' EXIT
started() { running="$running $!"; }
"""
SSH = """
mkdir /run/sshd
for name in key host; do ssh-keygen -q -t ed25519 -N '' -f $name; done
sed 's/^/127.0.0.1 /' host.pub >known
{sshd} -D -e -f /dev/null -p 1022 -h "$PWD/host" -o AuthorizedKeysFile="$PWD/key.pub" -o StrictModes=no &>log & started
until : >/dev/tcp/127.0.0.1/1022; do sleep 0.05; done 2>>errors
{say}
"""
THROUGH_SSH = 'ssh -F none -i key -o UserKnownHostsFile=known -p 1022 127.0.0.1 cat <<<"$LOGIN" >got'
BESIDE_SSH = 'echo "$LOGIN" >/dev/tcp/127.0.0.1/1022'
# The datagrams of both ends cross `lo`, where they were started; what is behind the far end is in another network.
WIREGUARD = """
for end in near far; do
    wg genkey >$end.key
    wg pubkey <$end.key >$end.pub
    wireguard-go -f $end &>>log & started
    until [ -S /run/wireguard/$end.sock ]; do sleep 0.05; done
done
wg set near listen-port 1001 private-key near.key peer $(<far.pub) allowed-ips 10.8.0.2/32 endpoint 127.0.0.1:1002
wg set far listen-port 1002 private-key far.key peer $(<near.pub) allowed-ips 10.8.0.1/32 endpoint 127.0.0.1:1001
unshare --net sleep infinity & far=$!; started
until [ $(readlink /proc/$far/ns/net) != $(readlink /proc/self/ns/net) ]; do sleep 0.02; done
ip link set far netns $far
ip address add 10.8.0.1/24 dev near
ip link set near up
behind() {{ nsenter --net=/proc/$far/ns/net "$@"; }}
behind ip address add 10.8.0.2/24 dev far
behind ip link set far up
behind {python} -m http.server --bind 10.8.0.2 8000 &>>log & started
{say}
"""
THROUGH_WIREGUARD = """
until curl -s --noproxy '*' --connect-timeout 1 -u "acorn:$LOGIN" http://10.8.0.2:8000/near.pub >got; do sleep 0.1; done
"""
BESIDE_WIREGUARD = 'printf "$LOGIN" >/dev/udp/127.0.0.1/1001'


@pytest.mark.usefixtures("local_engine")
@pytest.mark.parametrize(
    ("script", "through", "beside", "programs"),
    [
        (SSH, THROUGH_SSH, BESIDE_SSH, ["ssh", "ssh-keygen", "sshd"]),
        (WIREGUARD, THROUGH_WIREGUARD, BESIDE_WIREGUARD, ["wg", "wireguard-go", "ip", "curl"]),
    ],
    ids=["ssh", "wireguard"],
)
def test_a_tunnel(tmp_path: Path, script: str, through: str, beside: str, programs: list[str]) -> None:
    if not IS_ROOT:
        fail_or_skip("local", "only root can start an SSH server, and create the interfaces of WireGuard")
    found = {name: program(name) for name in [*programs, "python3"]}
    for say, code, says in ((beside, 1, "OVERHEARD"), (through, 0, "PROTECTED     LOGIN  sealed, by shape")):
        folder = tmp_path / says[:9]
        folder.mkdir()
        command = SETUP + script.format(say=say, sshd=found.get("sshd"), python=found["python3"])
        entering = "unshare", "--mount", "timeout", "60", "bash", "-euc", command
        secret = "watch", "--secret-env", "LOGIN", "--vouch", "sent"
        done = overheard(
            *secret, *(["--require", "sealed"] if not code else []), "--", *entering, cwd=folder, LOGIN=PASSWORD
        )
        assert (done.returncode, says in done.stdout) == (code, True), done.stdout + done.stderr
    assert (folder / "got").read_text()
