"""Dissection for the reader's eye, with pyshark: what each frame shows to someone who has no key.

The one module that knows pyshark. It wants an event loop of its own, and its packets are not typed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from overheard.words.dissected import Dissected

from overheard_capture.search import Search
from overheard_capture.tshark import DECODE_AS, own_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard.words.secret import Secret

# What is worth a learner's look: the application's messages in clear, and every TLS record.
_SHOWN = "http or tls.record"
# pyshark's name of a field of a TLS hello, and what people call it.
_HELLO = {
    "handshake_extensions_server_name": "server name (SNI)",
    "handshake_extensions_alpn_str": "application protocols (ALPN)",
    "handshake_extensions_supported_version": "version",
    "handshake_ciphersuite": "cipher suite",
    "handshake_extensions_key_share_group": "key exchange group",
    "alert_message_desc": "alert",
}
_CLIENT_HELLO = "1"
# What tshark lists beside the layers: bytes that it put together, and lines of text.
_NO_LAYERS = {"data", "data-text-lines"}


def dissect(path: Path, secret: Secret) -> tuple[Dissected, ...]:
    """Every frame of the recording with an HTTP message or a TLS record; the secret itself is left out."""
    import pyshark  # noqa: PLC0415  (a tenth of a second that only this needs)

    search = Search(secret)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with own_configuration() as environment:
        capture = pyshark.FileCapture(
            str(path),
            display_filter=_SHOWN,
            decode_as=DECODE_AS,
            custom_parameters=["-n", "-o", f"tls.keylog_file:{environment['HOME']}/none"],
            eventloop=loop,
        )
        try:
            capture.load_packets()
            return tuple(_frame(packet, search) for packet in capture)
        finally:
            capture.close()
            asyncio.set_event_loop(None)
            loop.close()


def _frame(packet: Any, search: Search) -> Dissected:  # noqa: ANN401  (pyshark publishes no types)
    ip = packet.ip if "ip" in packet else packet.ipv6
    shows: list[str] = []
    details: dict[str, str] = {}
    names = [layer.layer_name.lower() for layer in packet.layers]
    for layer in packet.layers:
        if layer.layer_name == "http":
            shows.append(_first_line(layer))
            details |= dict(_headers(layer))
        elif layer.layer_name == "tls":
            shows += [text.split("Record Layer: ")[-1] for text in _all(layer, "record")]
            details |= dict(_hello(layer))
    return Dissected(
        frame=int(packet.number),
        direction=f"{ip.src}:{packet.tcp.srcport} → {ip.dst}:{packet.tcp.dstport}",
        layers=tuple(dict.fromkeys(name for name in names if name not in _NO_LAYERS)),
        shows=tuple(_without(search, text) for text in shows),
        details=tuple((name, _without(search, value)) for name, value in details.items()),
    )


def _all(layer: Any, field: str) -> list[str]:  # noqa: ANN401
    """Every value of a field as tshark shows it, where a layer has it more than once."""
    found = layer.get_field(field)
    return [str(each.showname_value or each.get_default_value()) for each in found.all_fields] if found else []


def _first_line(http: Any) -> str:  # noqa: ANN401
    if method := http.get_field("request_method"):
        return f"{method} {http.request_uri} {http.request_version}"
    if code := http.get_field("response_code"):
        return f"{http.response_version} {code} {http.get_field('response_phrase') or ''}".rstrip()
    return "a part of an HTTP message"


def _headers(http: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for field in ("request_line", "response_line"):
        found = http.get_field(field)
        for each in found.all_fields if found else ():
            name, _, value = str(each.showname or each.get_default_value()).replace("\\r\\n", "").partition(":")
            yield name.strip(), value.strip()


def _hello(tls: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    # What the client offers is long, and only what the server picks of it takes effect.
    offers = str(tls.get_field("handshake_type")) == _CLIENT_HELLO
    only = {"handshake_extensions_server_name", "handshake_extensions_alpn_str"} if offers else set(_HELLO)
    for field, name in _HELLO.items():
        if field in only and (values := _all(tls, field)):
            yield name, ", ".join(dict.fromkeys(values))


def _without(search: Search, text: str) -> str:
    return search.secret.redacted if any(search.matches(text.encode())) else text
