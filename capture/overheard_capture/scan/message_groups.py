"""Short messages of all flows, such as requests and datagrams: each may have a few letters of something longer.

They are joined flow by flow and, as a client may use a connection for each, over all flows between the same hosts.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.findings import MessageKind, Reason
from overheard_capture.decoders.message_values import LONGEST, LONGEST_WHOLE, message_values, protobuf_values, shape
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.packets import Numbers
from overheard_capture.scan.hits import Hit
from overheard_capture.scan.message_pieces import MessagePieces
from overheard_capture.scan.piece_numbers import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from overheard.words.layer import Layers
    from overheard.words.secret import Secret
    from overheard_capture.content.findings import Findings, Occurrence, UnreadContent
    from overheard_capture.packets import Endpoint
    from overheard_capture.provenance.origin import Place
    from overheard_capture.reassembly.tally import Order

    Key = tuple[object, ...]

# How many messages, and how many bytes of them, are collected before they are joined; and in how many groups messages
# can continue after that.
_MOST, _MOST_BYTES, _MOST_GROUPS = 16 << 10, 4 << 20, 256
# How many messages of one kind between two hosts are joined: more of them take too long.
_MOST_OF_HOSTS = 16 << 10
# How many numbers of one field.
_MOST_NUMBERS = 256
# A flow with more messages in a direction is a conversation of its own, and not one of many that belong together.
_FEW = 4

_DIGITS = b"0123456789"


class Message(NamedTuple):
    """A message: where it was on the wire, what carried it between which hosts, and what it is."""

    where: Place
    flow: int | str
    hosts: str
    layers: Layers
    kind: MessageKind
    data: bytes


class DirectionMessages:
    """Takes the messages of one direction of a flow: a connection by its number, or datagrams by their endpoints.

    The port of the client is none of the `hosts`: it is another one in each flow.
    """

    __slots__ = ("_flow", "_groups", "_hosts")

    def __init__(self, groups: MessageGroups, flow: int | str, hosts: str) -> None:
        self._groups = groups
        self._flow = flow
        self._hosts = hosts

    def add(self, message: bytes, where: Place, layers: Layers, kind: MessageKind) -> None:
        """A message, and where it was on the wire."""
        if 0 < len(message) <= LONGEST:
            self._groups.add(Message(where, self._flow, self._hosts, layers, kind, message))

    def add_piece(self, piece: bytes, where: Place, layers: Layers, part: object) -> None:
        """What may continue what is in the same `part` of other messages between the same hosts."""
        self._groups.add(Piece(where, self._flow, self._hosts, layers, part, piece))

    def wants_pieces(self, layers: Layers) -> bool:
        """Whether pieces under these layers are still kept."""
        return self._groups.wants_pieces(self._hosts, layers)

    def wants_number(self, field: Numbers) -> bool:
        """Count a number of this field. Returns whether it is one of the first, which are to be added as pieces."""
        return self._groups.wants_number(self._hosts, field)


class _Group:
    """Messages that belong together, as far as they were joined, and what was found in them."""

    def __init__(self, make_findings: Callable[[], Findings]) -> None:
        self._make_findings = make_findings
        # The first message, until there is something to join it with: most flows of datagrams have one.
        self._first: Message | None = None
        self._findings: Findings | None = None
        self._joined: JoinedMessages | None = None

    def add(self, messages: Sequence[Message]) -> None:
        """More messages, in order."""
        if not self._joined:
            if self._first:
                messages = (self._first, *messages)
            if len(messages) == 1:
                self._first = messages[0]
                return
            self._joined = self._join(messages[0])
        for message in messages:
            self._joined.add(message.data, message.where)

    def _join(self, first: Message) -> JoinedMessages:
        self._findings = self._make_findings()
        values_of = protobuf_values if first.kind is MessageKind.FIELDS else message_values
        return JoinedMessages(self._findings, first.layers, values_of)

    def close(self) -> tuple[list[Occurrence], list[UnreadContent]]:
        """What was found in all of them, and the keys in clear."""
        if not self._joined or not self._findings:
            return [], []
        self._joined.close()
        return self._findings.sightings, [each for each in self._findings.unread if each.why is Reason.KEY]


class MessageGroups:
    """The messages of a capture. `collect` is called with each hit, `report` with what nobody can read in many."""

    def __init__(
        self,
        secrets: Iterable[Secret],
        make_findings: Callable[[], Findings],
        collect: Callable[[Hit], None],
        report: Callable[[str, UnreadContent], None],
    ) -> None:
        self._make_findings = make_findings
        self._collect, self._report = collect, report
        # Whether a secret has digits alone, so that messages that differ in nothing else may have it.
        self._digits = any(secret.value.isdigit() for secret in secrets)
        self._counts: Counter[Key] = Counter()
        self._numbers: Counter[tuple[str, Numbers]] = Counter()
        self._pieces = MessagePieces(make_findings, self._collect_once, report)
        self.waiting: list[Message | Piece] = []
        self._size = 0
        # The least recently used first.
        self._groups: OrderedDict[Key, _Group] = OrderedDict()
        self._found: set[tuple[object, ...]] = set()

    def of_flow(
        self, client: Endpoint, server: Endpoint, connection: int
    ) -> tuple[DirectionMessages, DirectionMessages]:
        """Where the readers of a connection, or of datagrams (-1), put the messages of the client and of the server."""
        flow = connection if connection >= 0 else f"{client} → {server}"
        return (
            DirectionMessages(self, flow, f"{client.address} → {server}"),
            DirectionMessages(self, flow, f"{server} → {client.address}"),
        )

    def of_hosts(self, hosts: str) -> DirectionMessages:
        """Where what is outside flows puts the pieces of its messages."""
        return DirectionMessages(self, hosts, hosts)

    def add(self, message: Message | Piece) -> None:
        """A message or a piece of one. Those of one flow come in order; those of several need not."""
        if not (isinstance(message, Piece) and isinstance(message.part, Numbers)):
            hosts = message.hosts, message.layers if isinstance(message, Piece) else message.kind
            self._counts[hosts] += 1
            if self._counts[hosts] > _MOST_OF_HOSTS:
                return
        self.waiting.append(message)
        self._size += len(message.data)
        if len(self.waiting) >= _MOST or self._size >= _MOST_BYTES:
            self._join(last=False)

    def wants_pieces(self, hosts: str, layers: Layers) -> bool:
        """Whether pieces under these layers between these hosts are still kept, which are no numbers."""
        return self._counts[hosts, layers] < _MOST_OF_HOSTS

    def wants_number(self, hosts: str, field: Numbers) -> bool:
        """Count a number of this field. Returns whether it is one of the first between these hosts."""
        count = self._numbers[hosts, field]
        if count < _MOST_NUMBERS:
            self._numbers[hosts, field] = count + 1
        return count < _MOST_NUMBERS

    def finish(self, others: Iterable[Message | Piece] = ()) -> None:
        """All messages were added, save those of another process."""
        self.waiting += others
        self._join(last=True)
        self._close_all()

    def report_in_clear(self, report: Callable[[str, int, str, Order], None]) -> None:
        """Report the fields with numbers that say a text together: each, its size, between which hosts, and where."""
        self._pieces.report_in_clear(report)

    def partial(self) -> list[Message | Piece]:
        """The messages that wait for those of another process. No more follow."""
        self._close_all()
        return self.waiting

    def _close_all(self) -> None:
        for key in list(self._groups):
            self._close(key)

    def _join(self, *, last: bool) -> None:
        messages, self.waiting, self._size = sorted(self.waiting, key=_where), [], 0
        by_hosts: dict[Key, list[Message]] = {}
        self._pieces.join(each for each in messages if isinstance(each, Piece))
        for message in messages:
            if isinstance(message, Message):
                by_hosts.setdefault((message.hosts, message.layers, message.kind), []).append(message)
        for hosts, found in by_hosts.items():
            by_flow: dict[Key, list[Message]] = {}
            for message in found:
                by_flow.setdefault((message.flow, *hosts), []).append(message)
            for flow, of_flow in by_flow.items():
                self._add(flow, of_flow, last=last)
            if len(by_flow) > 1 or not last or (None, *hosts) in self._groups:
                few = [each for each in found if len(by_flow[each.flow, *hosts]) <= _FEW]
                self._add((None, *hosts), few, last=last)

    def _add(self, key: Key, messages: Sequence[Message], *, last: bool) -> None:
        if last and key not in self._groups:
            messages = self._alike(messages)
        if not messages:
            return
        group = self._groups.pop(key, None) or _Group(self._make_findings)
        self._groups[key] = group
        group.add(messages)
        if last:
            self._close(key)
        while len(self._groups) > _MOST_GROUPS:
            self._close(next(iter(self._groups)))

    def _alike(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Those that may have the same shape as another one: most messages that repeat differ in numbers alone."""
        begin = Counter(map(_beginning, messages))
        alike = [each for each in messages if len(each.data) <= LONGEST_WHOLE or begin[_beginning(each)] > 1]
        shapes = (shape(each.data) for each in alike)
        first = next(shapes, b"")
        return alike if self._digits or any(each != first for each in shapes) else []

    def _close(self, key: Key) -> None:
        flow, hosts = key[:2]
        sightings, keys = self._groups.pop(key).close()
        for each in keys:
            self._report(str(hosts), each)
        for found in sightings:
            self._collect_once(Hit(found, flow if isinstance(flow, int) else -1, str(hosts)))

    def _collect_once(self, hit: Hit) -> None:
        found = hit.occurrence
        seen = (found.match.secret, found.match.spelling, found.place)
        if seen not in self._found:
            self._found.add(seen)
            self._collect(hit)


def _beginning(message: Message) -> int:
    """The first byte, or any digit for all of them, as shapes have no numbers."""
    first = message.data[0]
    return first if first not in _DIGITS else _DIGITS[0]


def _where(message: Message | Piece) -> Place:
    return message.where
