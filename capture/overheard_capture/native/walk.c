/* Frames with the next bytes of a connection (see scan/walker.py).
 *
 * One case is handled: a complete frame with the next in-order bytes of one direction of a TCP connection, or with its end,
 * in a common encapsulation. It appends these bytes to the block of that direction. Every other frame is left to Python,
 * which processes it before the next frame is read. So this code makes no decisions of its own.
 */

/* RFC 9293, 3.1 */
enum { FIN = 0x01, PSH = 0x08, ACK = 0x10, ECE = 0x40, CWR = 0x80 };
/* https://www.tcpdump.org/linktypes.html */
enum { LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101, LINKTYPE_LINUX_SLL = 113, LINKTYPE_LINUX_SLL2 = 276 };
enum { ETHERTYPE_IP = 0x0800, ETHERTYPE_8021Q = 0x8100, ETHERTYPE_IPV6 = 0x86DD, ETHERTYPE_8021AD = 0x88A8 };
enum { IPPROTO_TCP = 6 };
/* draft-ietf-opsawg-pcapng, 4.3 */
enum { ENHANCED_PACKET_BLOCK = 6 };

enum { MORE = 0, RECORD = 1, FULL = 2, REST = 3, FRAME = 4, ENDED = 5 };

/* The offset of the IP header, or -1. */
static int link(uint32_t type, const uint8_t *data, uint32_t length, int *version) {
    uint32_t offset, protocol;
    switch (type) {
    case LINKTYPE_ETHERNET:
        if (length < 14) return -1;
        protocol = be16(data + 12), offset = 14;
        break;
    case LINKTYPE_LINUX_SLL:
        if (length < 16) return -1;
        protocol = be16(data + 14), offset = 16;
        break;
    case LINKTYPE_LINUX_SLL2:
        if (length < 20) return -1;
        protocol = be16(data), offset = 20;
        break;
    case LINKTYPE_RAW:
        if (length < 1) return -1;
        *version = data[0] >> 4;
        return 0;
    default:
        return -1;
    }
    for (int tags = 0; tags < 2 && (protocol == ETHERTYPE_8021Q || protocol == ETHERTYPE_8021AD); tags++) {
        if (length < offset + 4) return -1;
        protocol = be16(data + offset + 2), offset += 4;
    }
    *version = protocol == ETHERTYPE_IP ? 4 : protocol == ETHERTYPE_IPV6 ? 6 : 0;
    return (int)offset;
}

/* Whether options of TCP are those of known meaning that most segments have: any others may have content. */
static int usual(const uint8_t *option, const uint8_t *end) {
    while (option < end) {
        uint8_t kind = option[0], length = end - option > 1 ? option[1] : 0;
        if (kind == 0) {
            while (option < end)
                if (*option++) return 0;
            return 1;
        }
        if (kind == 1) {
            option++;
            continue;
        }
        if (!(kind == 8 && length == 10) && !(kind == 5 && length >= 10 && length <= 34 && length % 8 == 2)) return 0;
        if (length > end - option) return 0;
        option += length;
    }
    return 1;
}

/* The checksum at the end of a frame (IEEE 802.3, 3.2.9), the remainder of which is always the same. */
static int is_checked(const uint8_t *data, uint32_t length) {
    static uint32_t table[256];
    if (!table[255])
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t value = byte;
            for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0xEDB88320 : value >> 1;
            table[byte] = value;
        }
    uint32_t sum = 0xFFFFFFFF;
    for (uint32_t at = 0; at < length; at++) sum = table[(sum ^ data[at]) & 255] ^ sum >> 8;
    return sum == 0xDEBB20E3;
}

/* Whether what follows the packet is zeros, a frame check sequence, or both. Anything else may be content. */
static int is_padded(const uint8_t *data, uint32_t end, uint32_t length) {
    uint32_t zeros = end;
    while (zeros < length && !data[zeros]) zeros++;
    return zeros == length || (length - end >= 4 && zeros + 4 >= length && is_checked(data, length));
}

/* Process a frame: 1 if that was done, 2 if that was the end of its connection, 0 if Python must do it, -1 if the
 * direction's block must be emptied first, and -2 if the block of bytes outside payloads must. */
static int frame(Walker *walker, uint32_t interface, uint64_t ticks, const uint8_t *data, uint32_t length) {
    int version = 0;
    int ip = link(walker->interfaces[interface].link_type, data, length, &version);
    if (ip < 0) return 0;
    uint8_t key[36];
    uint32_t tcp, end;
    const uint8_t *header = data + ip;
    if (version == 4) {
        if (length < (uint32_t)ip + 20 || header[0] >> 4 != 4 || header[9] != IPPROTO_TCP) return 0;
        uint32_t size = (header[0] & 15) * 4, total = be16(header + 2);
        /* Options of IP may have content. */
        if (size != 20 || total < size + 20 || (be16(header + 6) & 0x3FFF)) return 0;
        tcp = ip + size, end = ip + total;
        memset(key, 0, 32);
        memcpy(key, header + 12, 4);
        memcpy(key + 16, header + 16, 4);
        key[4] = key[20] = 4;
    } else if (version == 6) {
        if (length < (uint32_t)ip + 40 || header[0] >> 4 != 6 || header[6] != IPPROTO_TCP) return 0;
        uint32_t total = be16(header + 4);
        if (total < 20) return 0;
        tcp = ip + 40, end = tcp + total;
        memcpy(key, header + 8, 32);
    } else {
        return 0;
    }
    if (end > length || tcp + 20 > end) return 0;
    if (end < length && !is_padded(data, end, length)) return 0;
    const uint8_t *segment = data + tcp;
    memcpy(key + 32, segment, 4);
    uint32_t offset = tcp + (segment[12] >> 4) * 4;
    uint8_t flags = segment[13];
    if (offset < tcp + 20 || offset > end || (flags & ~(FIN | PSH | ACK | ECE | CWR)) || !(flags & ACK)) return 0;
    if (!usual(segment + 20, data + offset)) return 0;
    int32_t index = direction_of(walker, key);
    if (index < 0) return 0;
    Direction *direction = walker->directions + index;
    /* Another hardware address is a number of free choice. */
    if (walker->interfaces[interface].link_type == LINKTYPE_ETHERNET && memcmp(direction->link, data, 12)) return 0;
    uint32_t payload = end - offset, outside = length - payload, closed = direction->closed;
    /* FIN takes a sequence number, and nothing but acknowledgements follows it. */
    if (be32(segment + 4) != direction->next + closed) return 0;
    if (closed && (payload || flags & FIN)) return 0;
    Direction *other = walker->directions + (index ^ 1);
    if (payload > direction->capacity || outside > walker->rest_capacity) return 0;
    if (direction->fill + payload > direction->capacity || direction->extents_fill == direction->extents_capacity) {
        walker->at = (uint32_t)index;
        return -1;
    }
    if (walker->rest_fill + outside > walker->rest_capacity ||
        walker->rest_extents_fill + 2 > walker->rest_extents_capacity)
        return -2;
    uint32_t number = walker->frame + 1;
    memcpy(walker->rest + walker->rest_fill, data, offset);
    walker->rest_extents[walker->rest_extents_fill++] = (Extent){walker->rest_fill, number, 0, offset};
    walker->rest_fill += offset;
    if (end < length) {
        memcpy(walker->rest + walker->rest_fill, data + end, length - end);
        walker->rest_extents[walker->rest_extents_fill++] = (Extent){walker->rest_fill, number, end, length - end};
        walker->rest_fill += length - end;
    }
    if (payload) {
        memcpy(direction->block + direction->fill, data + offset, payload);
        direction->extents[direction->extents_fill++] = (Extent){direction->fill, number, offset, payload};
        direction->fill += payload;
        direction->next += payload;
        walker->payload += payload;
    }
    direction->segments++;
    direction->ticks = other->ticks = ticks;
    direction->interface = other->interface = interface;
    if ((int32_t)(direction->next + closed - direction->reached) > 0) direction->reached = direction->next + closed;
    uint32_t acknowledged = be32(segment + 8);
    if ((int32_t)(acknowledged - other->reached) > 0) other->reached = acknowledged;
    if ((int32_t)(acknowledged - other->acknowledged) > 0) other->acknowledged = acknowledged;
    if (!(flags & FIN)) return 1;
    direction->closed = 1, walker->at = (uint32_t)index;
    return other->closed ? 2 : 1;
}

/* Read the records in `data` from `*offset` on. Returns why it stopped there: MORE bytes are needed, or Python must handle
 * a RECORD, the FRAME of a record, a FULL block, the REST, which are the bytes outside payloads, or a connection that
 * ENDED. */
int walk(Walker *walker, const uint8_t *data, uint64_t end, uint64_t *offset) {
    uint64_t at = *offset;
    int swapped = (int)walker->swapped, why = MORE;
    while (at < end) {
        uint32_t interface = 0, captured, original, start, size;
        uint64_t ticks;
        const uint8_t *record = data + at;
        if (walker->pcapng) {
            if (end - at < 12) break;
            size = u32(record + 4, swapped);
            if (u32(record, swapped) != ENHANCED_PACKET_BLOCK || size < 32 || size % 4) {
                why = RECORD;
                break;
            }
            if (end - at < size) break;
            interface = u32(record + 8, swapped);
            ticks = (uint64_t)u32(record + 12, swapped) << 32 | u32(record + 16, swapped);
            captured = u32(record + 20, swapped), original = u32(record + 24, swapped), start = 28;
            /* An enhanced packet block without options. Python reads blocks with options. */
            if (interface >= walker->interface_count || captured > 0x1000000 || size != 32 + ((captured + 3) & ~3u) ||
                u32(record + size - 4, swapped) != size) {
                why = RECORD;
                break;
            }
        } else {
            if (end - at < 16) break;
            captured = u32(record + 8, swapped), original = u32(record + 12, swapped), start = 16;
            if (captured > 0x1000000) {
                why = RECORD;
                break;
            }
            size = 16 + captured;
            if (end - at < size) break;
            /* seconds and their fraction; Python recombines them */
            ticks = (uint64_t)u32(record, swapped) << 32 | u32(record + 4, swapped);
        }
        if (captured != original || !walker->interfaces[interface].usable) {
            why = RECORD;
            break;
        }
        int done = frame(walker, interface, ticks, record + start, captured);
        if (done < 1) {
            /* In an empty record of pcap another capture may begin. */
            why = done == 0 ? (captured ? FRAME : RECORD) : done == -1 ? FULL : REST;
            walker->frame_at = at + start, walker->frame_length = captured, walker->frame_ticks = ticks;
            walker->frame_after = at + size, walker->frame_interface = interface;
            break;
        }
        walker->frame++;
        walker->bytes += captured;
        walker->ticks = ticks;
        walker->interface = interface;
        at += size;
        if (done == 2) {
            why = ENDED;
            break;
        }
    }
    *offset = at;
    return why;
}
