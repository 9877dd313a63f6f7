"""Fields of TCP."""

from __future__ import annotations

from overheard.words.chapter import rfc
from overheard.words.fields.explanation import Explanation

_HEADER = rfc(9293, "3.1", "the header of TCP, field by field")
_OPTIONS = rfc(9293, "3.2", "the options of TCP")
_SEQUENCE = rfc(9293, "3.4", "how each byte gets a number")
_OPENING = rfc(9293, "3.5", "how a connection is opened, in three steps")
_RESET = rfc(9293, "3.5.2", "when a connection is reset")
_CLOSING = rfc(9293, "3.6", "how each side closes its direction")
_SEGMENT_SIZE = rfc(9293, "3.7.1", "the maximum segment size")
_AGAIN = rfc(9293, "3.8.1", "when bytes are sent again")
_WINDOW = rfc(9293, "3.8.6", "how a receiver says how much it can take")
_SCALE = rfc(7323, "2.2", "the option that makes windows larger than 65,535 bytes possible")
_TIMESTAMPS = rfc(7323, "3.2", "the option with the time")
_ROUND_TRIP = rfc(6298, "2", "how the time for the way there and back is measured and used")
_CONGESTION = rfc(3168, "6.1", "the two flags about congestion")
_SACK_PERMITTED = rfc(2018, "2", "the option that allows the next one")
_SACK = rfc(2018, "3", "how a receiver says which later bytes it has")
_DUPLICATE = rfc(2883, "4", "how a receiver says that it got bytes twice")

FIELDS = {
    "tcp": Explanation(
        "TCP makes of packets, which may be lost or overtake each other, a stream of bytes in order between two "
        "programs.",
        rfc(9293, "2.2", "what TCP is for"),
    ),
    "tcp.srcport": Explanation("The number of the program that sent this, on its machine.", _HEADER),
    "tcp.dstport": Explanation(
        "The number of the program that is to get this, on its machine: 443 is HTTPS by convention, and the lab has "
        "ports of its own.",
        _HEADER,
    ),
    "tcp.stream": Explanation("Wireshark's own number for the connection.", _HEADER),
    "tcp.completeness": Explanation("Which steps of the connection Wireshark has seen so far.", _OPENING),
    "tcp.len": Explanation("How many bytes of the stream this packet carries.", _HEADER),
    "tcp.seq": Explanation(
        "The number of the first byte in this packet, counted by Wireshark from the beginning of the stream.", _SEQUENCE
    ),
    "tcp.seq_raw": Explanation(
        "The same number as it is sent: the first one of a connection is random, so that nobody can guess it.",
        _SEQUENCE,
    ),
    "tcp.nxtseq": Explanation("The number of the byte that follows this packet.", _SEQUENCE),
    "tcp.ack": Explanation("Up to which byte the sender has received the other side's stream.", _SEQUENCE),
    "tcp.ack_raw": Explanation("The same number as it is sent.", _SEQUENCE),
    "tcp.hdr_len": Explanation(
        "How long this header is, in units of 4 bytes; options make it longer than 20.", _HEADER
    ),
    "tcp.flags": Explanation("What kind of packet this is in the life of the connection.", _HEADER),
    "tcp.flags.res": Explanation("Bits that have no meaning yet.", _HEADER),
    "tcp.flags.ae": Explanation("A bit for more exact reports about congestion; it is hardly used.", _HEADER),
    "tcp.flags.cwr": Explanation("The sender has slowed down, because it was told of congestion.", _CONGESTION),
    "tcp.flags.ece": Explanation("The receiver was told of congestion on the way.", _CONGESTION),
    "tcp.flags.urg": Explanation("Whether the urgent pointer has a meaning; it is hardly used.", _HEADER),
    "tcp.flags.ack": Explanation(
        "Whether the acknowledgment number has a meaning: always, but in the first packet.", _HEADER
    ),
    "tcp.flags.push": Explanation("The receiver should hand these bytes to its program at once.", _HEADER),
    "tcp.flags.reset": Explanation("The connection is broken off, without a goodbye.", _RESET),
    "tcp.flags.syn": Explanation(
        "Opens a connection: each side sends it once, with its first sequence number.", _OPENING
    ),
    "tcp.flags.fin": Explanation("The sender has nothing more to say; the other side may go on.", _CLOSING),
    "tcp.flags.str": Explanation("The flags as letters.", _HEADER),
    "tcp.window_size_value": Explanation(
        "How many more bytes the sender can take, in units of the window scale.", _WINDOW
    ),
    "tcp.window_size": Explanation("How many more bytes the sender can take.", _WINDOW),
    "tcp.window_size_scalefactor": Explanation(
        "By how much the window is multiplied, as agreed at the beginning.", _SCALE
    ),
    "tcp.checksum": Explanation(
        "Shows damage to header and data. It protects against errors, not against a spy, who can compute it anew. In a "
        "recording made on the machine that sends, it may be incomplete.",
        _HEADER,
    ),
    "tcp.checksum.status": Explanation("Whether Wireshark checked the checksum.", _HEADER),
    "tcp.urgent_pointer": Explanation("Where urgent bytes end, if the flag URG is set.", _HEADER),
    "tcp.options": Explanation("What the two sides agree on beyond the plain header, or tell each other.", _OPTIONS),
    "tcp.option_kind": Explanation("Which option this is.", _OPTIONS),
    "tcp.option_len": Explanation("How long the option is, with these two bytes.", _OPTIONS),
    "tcp.options.nop": Explanation(
        "A byte without meaning, so that the next option begins at a multiple of 4.", _OPTIONS
    ),
    "tcp.options.eol": Explanation("The end of the options.", _OPTIONS),
    "tcp.options.mss": Explanation("How many bytes the sender is willing to receive in one packet.", _SEGMENT_SIZE),
    "tcp.options.wscale": Explanation("By how much the sender's windows are to be multiplied from now on.", _SCALE),
    "tcp.options.sack_perm": Explanation("The sender understands selective acknowledgments.", _SACK_PERMITTED),
    "tcp.options.sack": Explanation(
        "Which bytes behind a gap have arrived, so that only the gap is sent again.", _SACK
    ),
    "tcp.options.sack.count": Explanation("How many such ranges of bytes follow.", _SACK),
    "tcp.options.sack.dsack": Explanation("A range of bytes that arrived twice.", _DUPLICATE),
    "tcp.options.sack.dsack_le": Explanation("Where a range of bytes begins that arrived twice.", _DUPLICATE),
    "tcp.options.sack.dsack_re": Explanation("Where a range of bytes ends that arrived twice.", _DUPLICATE),
    "tcp.options.timestamp": Explanation(
        "Two times, with which both sides measure how long packets take.", _TIMESTAMPS
    ),
    "tcp.options.timestamp.tsval": Explanation("The sender's clock; it may begin anywhere.", _TIMESTAMPS),
    "tcp.options.timestamp.tsecr": Explanation("The other side's last time, sent back to it.", _TIMESTAMPS),
    "Timestamps": Explanation("Wireshark's own measurements of time.", _TIMESTAMPS),
    "tcp.time_relative": Explanation("How long after the first packet of the connection this one came.", _TIMESTAMPS),
    "tcp.time_delta": Explanation("How long after the packet before it in the connection this one came.", _TIMESTAMPS),
    "tcp.analysis": Explanation("What Wireshark concludes from the packets before this one.", _AGAIN),
    "tcp.analysis.acks_frame": Explanation("Which packet this one acknowledges.", _SEQUENCE),
    "tcp.analysis.ack_rtt": Explanation("How long it took until that packet was acknowledged.", _ROUND_TRIP),
    "tcp.analysis.initial_rtt": Explanation(
        "How long the way there and back took when the connection was opened.", _ROUND_TRIP
    ),
    "tcp.analysis.bytes_in_flight": Explanation("How many bytes are on their way, sent and not acknowledged.", _WINDOW),
    "tcp.analysis.retransmission": Explanation(
        "These bytes were sent before: they, or their acknowledgment, were late or lost.", _AGAIN
    ),
    "tcp.analysis.rto": Explanation("How long the sender waited until it sent the bytes again.", _ROUND_TRIP),
    "tcp.connection.syn": Explanation("The first of three steps that open a connection.", _OPENING),
    "tcp.connection.synack": Explanation("The second of three steps that open a connection.", _OPENING),
    "tcp.connection.fin": Explanation("One side closes its direction of the connection.", _CLOSING),
    "tcp.connection.fin_active": Explanation("This side is the first to close its direction.", _CLOSING),
    "tcp.connection.fin_passive": Explanation("This side closes its direction after the other one.", _CLOSING),
    "tcp.connection.rst": Explanation("The connection is broken off, without a goodbye.", _RESET),
    "tcp.payload": Explanation("The bytes of the stream that this packet carries.", _HEADER),
    "tcp.segment_data": Explanation("Bytes of a message that takes several packets.", _SEQUENCE),
    "tcp.segments": Explanation("The packets of which a message was put together.", _SEQUENCE),
    "tcp.segment": Explanation("One of the packets of which a message was put together.", _SEQUENCE),
    "tcp.segment.count": Explanation("How many packets the message took.", _SEQUENCE),
    "tcp.reassembled.length": Explanation("How many bytes the message has.", _SEQUENCE),
    "tcp.reassembled.data": Explanation("The message, put together.", _SEQUENCE),
}
