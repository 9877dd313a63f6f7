"""SSH in one direction: identification and key exchange in clear, then ciphertext. Every byte is accounted for."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.findings import Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from overheard_capture.packets import Numbers
from overheard_capture.protocols.encrypted import EncryptedDirection
from overheard_capture.protocols.ssh import clear_messages
from overheard_capture.protocols.ssh.clear_messages import ClearMessages
from overheard_capture.protocols.ssh.clear_packets import ClearPackets
from overheard_capture.protocols.ssh.conversation import SshConversation, SshSide
from overheard_capture.protocols.ssh.encrypted_packets import EncryptedPackets
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.protocols.ssh.algorithms import Agreement
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("SSH")
# RFC 4253, 4.2 and 6.1.
_LINE = lazy_pattern(rb"SSH-(?:2\.0|1\.99)-[ -~]*\r?\n")
_VERSION_AT = len(b"SSH-")
_MAX_LINE, _MAX_PACKET, _MIN_PADDING, _BLOCK = 255, 35000, 4, 8
# A group exchange takes two messages of each side, and one more if the first was a wrong guess.
_MAX_EXCHANGED = 3
# The length of a packet and of its padding, before the packet.
_HEADER_LENGTH = 5
_PADDING = Numbers("SSH padding")


class _State(Enum):
    LINE = auto()
    PACKETS = auto()
    # After NEWKEYS, until it is known what both sides support.
    WAITING = auto()
    READING = auto()


class SshReader:
    """Reads one direction."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._outer = layers
        self._direction = EncryptedDirection(findings, self._layers, "SSH")
        self._messages = ClearMessages(findings, self._layers, self._direction)
        self._conversation = findings.conversation.of(SshConversation)
        self._side = SshSide()
        self._conversation.sides.append(self._side)
        # Every connection counts its readers there, and calls back when both directions have ended.
        self._ends = findings.conversation.of(TlsConversation)
        self._ends.add_reader()
        self._state = _State.LINE
        self._pending = ByteQueue()
        # What reads the bytes after NEWKEYS, or after a fault.
        self._rest: Reader | None = None
        self._closed = False
        # How many messages of the key exchange there were.
        self._exchanged = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._rest:
            self._rest.feed(data, origin)
            return
        self._pending.add(data, origin)
        if self._state is _State.WAITING:
            if len(self._pending) > self._findings.limits.size:
                self._fail("SSH data before the other side's key exchange", Reason.LIMIT)
            return
        try:
            while self._state in (_State.LINE, _State.PACKETS) and self._step():
                pass
        except TruncatedError:
            self._fail("a malformed SSH message")

    def _step(self) -> bool:
        """Read a line or a packet. Returns whether there was one; raises TruncatedError if it is malformed."""
        length = self._line_length() if self._state is _State.LINE else self._packet_length()
        if not length or length > len(self._pending):
            return False
        data, origin = self._pending.take(length)
        if self._state is _State.LINE:
            self._read_line(data, origin)
        else:
            self._read_packet(data, origin)
        return True

    def _line_length(self) -> int:
        end = self._pending.data.find(b"\n", 0, _MAX_LINE) + 1
        if not end and len(self._pending) >= _MAX_LINE:
            raise TruncatedError
        return end

    def _packet_length(self) -> int:
        if len(self._pending) < _HEADER_LENGTH:
            return 0
        length, padding = int.from_bytes(self._pending.data[:4], "big"), self._pending.data[4]
        if not _MIN_PADDING <= padding < length - 1 <= _MAX_PACKET or (length + 4) % _BLOCK:
            raise TruncatedError
        return length + 4

    def _read_line(self, line: bytes, origin: Origin) -> None:
        if not _LINE.fullmatch(line):
            raise TruncatedError
        text = line.rstrip(b"\r\n")
        read_values(self._findings, self._layers, text, origin)
        # The version of the program, and a comment.
        version = text.index(b"-", _VERSION_AT) + 1
        self._messages.identification(text[version:])
        comment = text.find(b" ") + 1 or len(text)
        add_piece(self._findings, self._layers, text[version:comment].rstrip(), origin.after(version), "version")
        add_piece(self._findings, self._layers, text[comment:], origin.after(comment), "comment")
        self._findings.identify_as("SSH", encrypts=True)
        self._state = _State.PACKETS

    def _read_packet(self, packet: bytes, origin: Origin) -> None:
        """A packet in clear (RFC 4253, 6)."""
        end = len(packet) - packet[4]
        kind, body, after = packet[_HEADER_LENGTH], packet[_HEADER_LENGTH + 1 : end], origin.after(_HEADER_LENGTH + 1)
        self._messages.padding(packet[end:], origin.after(end))
        add_piece(self._findings, self._layers, packet[end:], origin.after(end), "padding")
        add_number(self._findings, self._layers, _PADDING, packet[end:], origin.after(end))
        if kind == clear_messages.KEXINIT and not self._side.lists:
            self._side.lists = self._messages.key_exchange_init(body, after)
            self._conversation.update()
        elif kind == clear_messages.NEWKEYS and not body and self._side.lists:
            self._await_agreement()
        elif clear_messages.KEX_FIRST <= kind <= clear_messages.KEX_LAST:
            self._side.take_role(kind)
            self._exchanged += 1
            if self._exchanged > _MAX_EXCHANGED:
                self._direction.problem("surplus SSH key exchange messages", Reason.DAMAGED)
            self._messages.key_exchange(kind, body, after)
        else:
            self._messages.other(kind, body, after)

    # ---- after NEWKEYS

    def _await_agreement(self) -> None:
        self._state = _State.WAITING
        self._conversation.waiting.append(self._on_agreement)
        self._conversation.update()

    def _on_agreement(self) -> None:
        if self._state is _State.WAITING:
            agreement = self._conversation.agreement(self._side)
            self._read_rest(self._reader_of(agreement))
            if self._closed and self._rest:
                self._rest.close()

    def _reader_of(self, agreement: Agreement) -> Reader:
        if agreement.is_clear:
            # Not reported as unread, because it is read.
            self._direction.problems.append("SSH without encryption")
            self._findings.kinds.pop("SSH", None)
            self._findings.identify_as("SSH without encryption")
            return ClearPackets(self._findings, self._layers, agreement)
        if not agreement.encrypts:
            self._direction.problem("an SSH cipher that is unknown or weak")
        return EncryptedPackets(self._findings, self._layers, self._direction, agreement)

    def _fail(self, words: str, why: Reason = Reason.DAMAGED) -> None:
        self._direction.problem(words, why)
        self._read_rest(Fallback(self._findings, self._outer))

    def _read_rest(self, reader: Reader) -> None:
        self._state, self._rest = _State.READING, reader
        if self._pending:
            reader.feed(*self._pending.take(len(self._pending)))

    # ---- missing bytes and the end

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._rest is None:
            self._fail("an SSH handshake", Reason.GAP)
        if self._rest:
            self._rest.gap(length)

    def close(self) -> None:
        """The direction has ended; the other one may continue."""
        if self._state is not _State.WAITING and self._pending:
            self._fail("a truncated SSH message")
        self._closed = True
        if self._rest:
            self._rest.close()
        self._ends.remove_reader(self._conclude)

    def _conclude(self) -> None:
        """Both directions have ended."""
        sides = self._conversation.sides
        # A client that does not trust the host key ends without NEWKEYS, when the server has sent encrypted data.
        self._direction.agreed = len(sides) == 2 and all(side.took_part for side in sides)
        if self._pending or (self._rest and not self._direction.agreed):
            self._direction.problem("SSH data after NEWKEYS without a key exchange by both sides")
        self._messages.close()
        if self._pending:
            reader = untyped(self._findings, self._layers)
            reader.feed(*self._pending.take(len(self._pending)))
            reader.close()
        self._direction.close()


def ssh(findings: Findings, layers: Layers) -> SshReader:
    """Create a reader of one direction."""
    return SshReader(findings, layers)
