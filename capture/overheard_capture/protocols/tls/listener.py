"""The listener of one direction of TLS, DTLS or QUIC: collects its state and reports each fault once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.message_pieces import add_number, add_piece, add_row
from overheard_capture.packets import Numbers
from overheard_capture.protocols.repeats import Repeats
from overheard_capture.protocols.tls.clear_messages import read_message
from overheard_capture.protocols.tls.compressed_streams import CompressedStreams
from overheard_capture.protocols.tls.conclusion import conclude, is_null_cipher
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.direction_state import TlsDirection
from overheard_capture.protocols.tls.evenness import Evenness
from overheard_capture.protocols.tls.messages import HandshakeMessages
from overheard_capture.protocols.tls.records import HEADER_LENGTH, skip_records
from overheard_capture.protocols.tls.sizes import explicit_nonce, overhead

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("TLS handshake")
# Fewer printable bytes at the beginning of a record are chance. So many bytes of it are a row.
_SHORTEST_TEXT, _HEAD = 3, 16
_NONCES = Numbers("TLS nonces")


class TlsListener:
    """Keeps the state of a direction and reports to Findings. `name` gives the protocol's name, such as `TLS 1.3`."""

    def __init__(self, findings: Findings, layers: Layers, name: Callable[[TlsConversation], str]) -> None:
        self.findings = findings
        self.layers = layers
        self.direction = findings.encryption = TlsDirection(messages=HandshakeMessages(self._read_message))
        self.conversation = findings.conversation.of(TlsConversation)
        self.conversation.add_reader()
        self.conversation.directions.append(self.direction)
        self._name = name
        self._closed = False
        self._is_suite_known = False
        self._nonce = 0
        # Most nonces count up.
        self._last_nonce = 0
        self._streams = CompressedStreams(findings, layers, self._report_plaintext)
        self._evenness = Evenness()
        self._repeats = Repeats()

    def problem(self, words: str, why: Reason = Reason.DAMAGED, where: str = "") -> None:
        """Report a fault once. `where` distinguishes occurrences for people, and is not part of the report."""
        if (text := words + where) not in self.direction.problems:
            self.direction.problems.append(text)
            self.findings.report_unread(why, words, self.layers)

    def feed_handshake(self, data: bytes | memoryview, origin: Origin) -> None:
        """Read bytes of the handshake stream."""
        messages = self.direction.messages
        before = sum(messages.counts.values())
        if not messages.add(data, origin):
            self.problem("a TLS handshake message that exceeds the maximum length")
        if sum(messages.counts.values()) > before:
            self.conversation.update_hellos(self.direction)
            if self.direction.is_server and self.conversation.version:
                self.findings.identify_as(self._name(self.conversation), encrypts=True)

    def check_ciphertext(self, body: bytes, origin: Origin) -> None:
        """Check a record that should be encrypted."""
        self._learn_sizes()
        self.direction.check_ciphertext(body, self._nonce)
        self._add_pieces(body, origin)
        if not self.direction.has_plaintext:
            self.direction.has_plaintext = self._evenness.add(body, self._streams.nonce)
        self._streams.add(body, origin)

    def check_datagram(self, body: bytes, origin: Origin) -> None:
        """Check a record or packet of a datagram, unless it was captured twice or sent again."""
        if not self._repeats(body):
            self.check_ciphertext(body, origin)

    def check_body(self, body: bytes, skipped: int) -> None:
        """Check a record of those that are also passed to `check_records`, which follows some that were skipped."""
        self._learn_sizes()
        self.direction.skip_printable(skipped)
        self.direction.check_ciphertext(body, self._nonce)

    def check_first(self, lengths: list[int], data: Bytes, start: int, end: int, origin: Origin) -> None:
        """Check complete TLS records of these lengths between two offsets, each of them in all ways."""
        self._learn_sizes()
        direction, at = self.direction, start + HEADER_LENGTH
        direction.shortest = min(direction.shortest, *lengths)
        if not direction.has_plaintext:
            skip_records(data, start, end, direction.check_plaintext)
        for length in lengths if not direction.has_plaintext else ():
            body = bytes(data[at : at + length])
            direction.check_printable(body, self._nonce)
            self._add_pieces(body, origin.after(at))
            at += length + HEADER_LENGTH
        self._check_evenness(data, start, end)
        self._streams.add_first(data, start, end, len(lengths), origin)

    def check_records(self, data: Bytes, start: int, end: int, count: int, origin: Origin) -> None:
        """Check `count` complete TLS records between two offsets for what they may be together."""
        self._learn_sizes()
        self._check_evenness(data, start, end)
        self._streams.add_records(data, start, end, count, origin)

    def _check_evenness(self, data: Bytes, start: int, end: int) -> None:
        if not self.direction.has_plaintext:
            self.direction.has_plaintext = self._evenness.add_records(data, start, end, self._streams.nonce)

    def _learn_sizes(self) -> None:
        """What of each record is no ciphertext. Before the ServerHello there is early data, in which all is."""
        hello = self.conversation.server_hello
        if hello and not self._is_suite_known:
            self._is_suite_known = True
            self._nonce = self._streams.nonce = explicit_nonce(hello)
            self._streams.tag = max(overhead(hello) - self._nonce, 0)

    def _add_pieces(self, body: bytes, origin: Origin) -> None:
        """Put aside a nonce that is text, and what begins as text: random bytes hardly ever do."""
        nonce = body[: self._nonce]
        if nonce and is_plain(nonce.rstrip(b"\0")):
            add_piece(self.findings, self.layers, nonce.rstrip(b"\0"), origin, "nonces")
        number = int.from_bytes(nonce)
        if not 0 <= number - self._last_nonce <= 1:
            add_number(self.findings, self.layers, _NONCES, nonce, origin)
        self._last_nonce = number
        head = body[self._nonce :][:_HEAD]
        if len(head) == _HEAD and is_plain(head[:_SHORTEST_TEXT]):
            add_row(self.findings, head, origin.after(self._nonce), "TLS records")

    def _report_plaintext(self) -> None:
        self.direction.has_plaintext = True

    def _read_message(self, kind: int, body: bytes, origin: Origin) -> None:
        read_message(self.findings, (*self.layers, LAYER), kind, body, origin)

    def close(self) -> None:
        """The direction has ended; the other one may continue."""
        if not self._closed:
            self._closed = True
            self._streams.close()
            self.direction.has_plaintext = self._evenness.close() or self.direction.has_plaintext
            if self.direction.messages.incomplete:
                self.problem("a truncated TLS handshake message")
            self.conversation.remove_reader(self._conclude)

    def _conclude(self) -> None:
        for words in conclude(self.direction, self.conversation):
            # A NULL cipher suite is no fault here: its contents were read.
            if words != self.conversation.weakness or not is_null_cipher(self.conversation):
                self.findings.report_unread(Reason.OPAQUE, words, self.layers)
        self.findings.identify_as(self._name(self.conversation), encrypts=True)
