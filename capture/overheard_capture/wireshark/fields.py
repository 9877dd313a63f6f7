"""The fields that tshark searches for a secret: those that it decodes and that can contain text."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard_capture.packets.host_filter import HostTerm
from overheard_capture.wireshark.tshark import own_configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The most decoded fields first: a match is reported under the first field that contains it. Some versions of tshark
# lack some fields. The name of a protocol stands for all bytes that its dissector was given.
_NAMES = """
http.file_data http.request.full_uri http.cookie http.set_cookie http.authbasic http.authorization
http.proxy_authorization http.authcitrix.user http.authcitrix.password http.request.line http.response.line
http.chunked_trailer_part
http2.header.value http2.header.name http2.request.full_uri http2.data.data http2.body.reassembled.data
http2.goaway.addata http3.headers.header.value
grpc.message_data protobuf.field.value.string protobuf protobuf.field.value
websocket.payload.text websocket.payload.unknown websocket.payload.continue websocket.payload.close.reason
websocket.payload.ping websocket.payload.pong
json.value.string json.key json.path_with_value json xml.cdata xml.attribute xml
urlencoded-form.value urlencoded-form.key urlencoded-form mime_multipart.part mime_multipart
data-text-lines media image-jfif png image-gif zip msgpack.string msgpack cbor ocsp rfc7468
dns.qry.name dns.resp.name dns.txt dns.cname dns.ptr.domain_name dns.mx.mail_exchange dns.srv.name dns.naptr.regex
smtp.auth.username smtp.auth.password smtp.auth.username_password smtp.req.parameter smtp.rsp.parameter smtp.message
imf.subject imf.from imf.to imf
imap.request.username imap.request.password imap.request imap.response imap.line
pop.request.parameter pop.response.description pop.response.data
ftp.request.arg ftp.response.arg ftp-data telnet.data irc.request irc.response
x509sat.printableString x509sat.uTF8String x509sat.teletexString x509sat.bmpString x509ce.dNSName x509ce.rfc822Name
x509ce.uniformResourceIdentifier
tls.handshake.extensions_server_name tls.handshake.extensions_alpn_str dtls.handshake.extensions_server_name
tls.handshake.session_id tls.segment.data tls.reassembled.data quic.stream_data
mqtt.msg mqtt.topic mqtt.username mqtt.passwd amqp.payload kafka.message_value kafka.message_key
resp.string resp.bulk_string.value memcache.value thrift.string mongo.element.value.string
mysql.query mysql.user pgsql.query pgsql.val.data pgsql.parameter_value tds.query
ldap.simple ldap snmp.community radius.User_Name radius.User_Password ntlmssp.auth.username
sip sdp rtsp xmpp syslog.msg coap.payload coap.opt.uri_path coap.opt.uri_query
nfs.data smb2.write_data tftp.data tftp.reassembled.data rpc.fragment_data bittorrent.piece.data rtp.payload
data.data data ip.reassembled.data ipv6.reassembled.data tcp.reassembled.data tcp.segment_data tcp.payload udp.payload
frame
"""
# Fields that every version has; without them, tshark's output is unusable.
_REQUIRED = {"frame", "tcp.payload", "http"}
# What may have a meaning in a string, in a regular expression or in a macro.
_ODD = re.compile(rb"[^A-Za-z0-9]")
# The time limit for listing all fields, in seconds.
_TIMEOUT = 60


@cache
def fields() -> dict[str, bool]:
    """The fields in the table that tshark has, and whether it prints each in hexadecimal. Raises UnreadableError."""
    try:
        with own_configuration() as environment:
            completed = subprocess.run(
                ["tshark", "-G", "fields"], env=environment, capture_output=True, timeout=_TIMEOUT, check=True
            )
    except FileNotFoundError:
        raise UnreadableError(
            "tshark was not found", hint="install it: on Debian and Ubuntu, apt-get install tshark"
        ) from None
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise UnreadableError("tshark did not list its fields") from None
    known: dict[str, bool] = {}
    for line in completed.stdout.decode(errors="replace").splitlines():
        kind, _, name, *rest = [*line.split("\t", 4), "", ""]
        # Numbers and times cannot be searched. Some names have several definitions of different types.
        if kind == "P" or rest[0].startswith(("FT_STRING", "FT_BYTES")):
            known[name] = known.get(name, False) or rest[0] == "FT_BYTES"
    if not known.keys() >= _REQUIRED:
        raise UnreadableError("tshark did not list its fields")
    return {name: known[name] for name in _NAMES.split() if name in known}


def contains_any(patterns: Iterable[bytes], names: Iterable[str]) -> str:
    """A display filter for frames in which one of the fields `names` contains one of `patterns`."""
    quoted = [f'"{_escaped(pattern)}"' for pattern in patterns]
    # `contains` applies to every value of a field in a frame.
    return "(" + " or ".join(f"{name} contains {text}" for name in names for text in quoted) + ")"


def matches_any_case(text: bytes, names: Iterable[str]) -> str:
    """The same for a text with letters in either case."""
    pattern = f'r"(?i){_escaped(text)}"'
    return "(" + " or ".join(f"{name} matches {pattern}" for name in names) + ")"


def _escaped(text: bytes) -> str:
    """A text as part of a string or regular expression. It is kept short, as tshark is slow to read long filters."""
    return _ODD.sub(lambda odd: b"\\x%02x" % odd[0][0], text).decode()


def host_display_filter(only: Sequence[str], without: Sequence[str]) -> str:
    """A display filter for traffic of the `only` hosts, without that of the `without` hosts.

    Each is a HostTerm. The filter is empty if both lists are. Raises SettingsError.
    """
    parts = []
    if only:
        parts.append("(" + " or ".join(map(_host, only)) + ")")
    if without:
        parts.append("not (" + " or ".join(map(_host, without)) + ")")
    return " and ".join(parts)


def _host(text: str) -> str:
    host, _, port, is_mac = HostTerm.of(text)
    if is_mac:
        return f"(eth.addr == {host} and not ip and not ipv6)"
    ip = "ipv6" if ":" in host else "ip"
    ends = []
    for own in ("src", "dst"):
        wanted = [f"{ip}.{own} == {host}"] if host else []
        if port:
            wanted.append("(" + " or ".join(f"{kind}.{own}port == {port}" for kind in ("tcp", "udp", "sctp")) + ")")
        ends.append("(" + " and ".join(wanted) + ")")
    return "(" + " or ".join(ends) + ")"
