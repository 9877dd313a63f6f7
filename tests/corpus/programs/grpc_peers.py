"""A gRPC server and client as programs: `serve ADDRESS`, and `call ADDRESS MESSAGE [gzip] [metadata VALUE]`.

Google's library has threads of its own, which would not be in the network namespace of a case's side.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import grpc  # type: ignore[import-untyped]

_METHOD = "/oak.Hollow/Tell"


class _Hollow(grpc.GenericRpcHandler):  # type: ignore[misc]  # the library publishes no types
    def service(self, handler_call_details: object) -> object:  # noqa: ARG002  (there is one method)
        return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"\x0a\x05acorn")


def serve(address: str) -> None:
    """Answer every call, until terminated. A line on standard output says that the server is ready."""
    server = grpc.server(ThreadPoolExecutor(1), handlers=[_Hollow()])
    server.add_insecure_port(address)
    server.start()
    print(flush=True)
    server.wait_for_termination()


def call(address: str, message: str, options: list[str]) -> None:
    """Send a Protocol Buffers message with one text field."""
    text = message.encode()
    length = len(text)
    size = bytes([length]) if length < 128 else bytes([length & 127 | 128, length >> 7])
    metadata = [("x-word", options[1])] if options[:1] == ["metadata"] else None
    compression = grpc.Compression.Gzip if "gzip" in options else None
    with grpc.insecure_channel(address) as channel:
        channel.unary_unary(_METHOD)(b"\x0a" + size + text, metadata=metadata, compression=compression, timeout=15)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        call(sys.argv[2], sys.argv[3], sys.argv[4:])
