/* The compiled part of the reader: the work per packet and per byte. Python implements all of it as well.
 *
 * It handles one case: a complete frame with the next in-order bytes of one direction of a TCP connection, in a common
 * encapsulation. It appends these bytes to the block of that direction. Every other frame is left to Python, which
 * processes it before the next frame is read. So this code makes no decisions of its own.
 *
 * It allocates no memory: Python provides all of it.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

/* RFC 9293, 3.1 */
enum { PSH = 0x08, ACK = 0x10, ECE = 0x40, CWR = 0x80 };
/* https://www.tcpdump.org/linktypes.html */
enum { LINKTYPE_ETHERNET = 1, LINKTYPE_RAW = 101, LINKTYPE_LINUX_SLL = 113, LINKTYPE_LINUX_SLL2 = 276 };
enum { ETHERTYPE_IP = 0x0800, ETHERTYPE_8021Q = 0x8100, ETHERTYPE_IPV6 = 0x86DD, ETHERTYPE_8021AD = 0x88A8 };
enum { IPPROTO_TCP = 6 };
/* draft-ietf-opsawg-pcapng, 4.3 */
enum { ENHANCED_PACKET_BLOCK = 6 };
/* RFC 8446, 5.1 */
enum { APPLICATION_DATA = 23 };

enum { MORE = 0, RECORD = 1, FULL = 2, REST = 3 };

/* `length` bytes at `start` of a block, which are at `offset` of a frame. */
typedef struct {
    uint32_t start, frame, offset, length;
} Extent;

typedef struct {
    uint8_t key[36];
    int32_t other;       /* the opposite direction; -1 if this slot is free */
    uint32_t armed;      /* whether this code may append to it */
    uint32_t next;       /* the next sequence number expected */
    uint32_t reached;    /* one past the highest sequence number sent or acknowledged */
    uint32_t acknowledged; /* one past the highest one acknowledged */
    uint32_t fill, capacity;
    uint32_t extents_fill, extents_capacity;
    uint32_t segments;
    uint64_t ticks;      /* the timestamp of its last frame, in ticks of */
    uint32_t interface;  /* this interface */
    uint8_t *block;
    Extent *extents;
} Direction;

typedef struct {
    uint32_t link_type, usable;
} Interface;

typedef struct {
    /* the file format */
    uint32_t pcapng, swapped, interface_count, frame; /* `frame` is the number of the last frame */
    Interface interfaces[64];
    /* the directions, and a hash table of their indexes by key: a power of two of slots, -1 if empty */
    Direction *directions;
    int32_t *slots;
    uint32_t slot_mask;
    uint32_t seed;
    /* the bytes of frames outside their payloads */
    uint8_t *rest;
    uint32_t rest_fill, rest_capacity;
    Extent *rest_extents;
    uint32_t rest_extents_fill, rest_extents_capacity;
    /* totals since the last return to Python */
    uint64_t bytes, payload;
    uint64_t ticks;
    uint32_t interface;
    uint32_t full; /* the index of the direction whose block is full */
} Walker;

static uint16_t be16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t be32(const uint8_t *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

static uint32_t u32(const uint8_t *at, int swapped) {
    uint32_t value;
    memcpy(&value, at, 4);
    return swapped ? __builtin_bswap32(value) : value;
}

/* The hash is seeded, so that an attacker cannot choose connections that all collide. */
static uint32_t hash(const uint8_t *key, uint32_t seed) {
    uint64_t mixed = seed * 0x9E3779B97F4A7C15ull + 1;
    for (int at = 0; at < 36; at += 4) {
        uint32_t word;
        memcpy(&word, key + at, 4);
        mixed = (mixed ^ word) * 0xFF51AFD7ED558CCDull;
        mixed ^= mixed >> 32;
    }
    return (uint32_t)mixed;
}

uint32_t slot_of(const Walker *walker, const uint8_t *key) { return hash(key, walker->seed) & walker->slot_mask; }

static int32_t direction_of(const Walker *walker, const uint8_t *key) {
    uint32_t slot = hash(key, walker->seed) & walker->slot_mask;
    for (uint32_t looked = 0; looked <= walker->slot_mask; looked++) {
        int32_t index = walker->slots[slot];
        if (index == -1) return -1;
        if (index >= 0 && memcmp(walker->directions[index].key, key, 36) == 0) return index;
        slot = (slot + 1) & walker->slot_mask;
    }
    return -1;
}

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

/* Process a frame: 1 if that was done, 0 if Python must do it, -1 if the direction's block must be emptied first, and -2 if
 * the block of bytes outside payloads must. */
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
    /* What follows the packet may be content, unless it is padding or a checksum. */
    if (length - end > 4) {
        for (uint32_t at = end; at < length; at++)
            if (data[at]) return 0;
    }
    const uint8_t *segment = data + tcp;
    memcpy(key + 32, segment, 4);
    uint32_t offset = tcp + (segment[12] >> 4) * 4;
    uint8_t flags = segment[13];
    if (offset < tcp + 20 || offset > end || (flags & ~(PSH | ACK | ECE | CWR)) || !(flags & ACK)) return 0;
    if (!usual(segment + 20, data + offset)) return 0;
    int32_t index = direction_of(walker, key);
    if (index < 0) return 0;
    Direction *direction = walker->directions + index;
    if (!direction->armed || be32(segment + 4) != direction->next) return 0;
    Direction *other = walker->directions + direction->other;
    uint32_t payload = end - offset, outside = length - payload;
    if (payload > direction->capacity || outside > walker->rest_capacity) return 0;
    if (direction->fill + payload > direction->capacity || direction->extents_fill == direction->extents_capacity) {
        walker->full = (uint32_t)index;
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
    if ((int32_t)(direction->next - direction->reached) > 0) direction->reached = direction->next;
    uint32_t acknowledged = be32(segment + 8);
    if ((int32_t)(acknowledged - other->reached) > 0) other->reached = acknowledged;
    if ((int32_t)(acknowledged - other->acknowledged) > 0) other->acknowledged = acknowledged;
    return 1;
}

/* Read the records in `data` from `*offset` on. Returns why it stopped there: MORE bytes are needed, or Python must handle
 * a RECORD, a FULL block, or the REST, which are the bytes outside payloads. */
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
        if (done != 1) {
            why = done == 0 ? RECORD : done == -1 ? FULL : REST;
            break;
        }
        walker->frame++;
        walker->bytes += captured;
        walker->ticks = ticks;
        walker->interface = interface;
        at += size;
    }
    *offset = at;
    return why;
}

static int printable(uint8_t byte) { return (byte >= 32 && byte < 127) || byte == 9 || byte == 10 || byte == 13; }

/* Whether the content of an encrypted TLS record, from `start` to `end`, is in fact plaintext: 1 if it has a run of 32
 * printable characters, or a block (of at most 128 bytes, one in 1024, behind the nonce) with few different bytes; 2 if one
 * of the pairs of bytes in `beginnings`, a set of bits, is where a format may begin, or it begins with eight printable
 * characters, maybe behind the nonce; 0 otherwise. */
int plaintext(const uint8_t *data, uint64_t start, uint64_t end, const uint8_t *beginnings) {
    data += start;
    uint64_t length = end - start;
    for (uint64_t at = 0; at + 32 <= length;) {
        uint64_t from = at + 32;
        while (from > at && printable(data[from - 1])) from--;
        if (from == at) return 1;
        at = from;
    }
    for (uint64_t at = 8; at + 24 <= length; at += 1024) {
        uint64_t size = length - at < 128 ? length - at : 128, different = 0;
        uint8_t seen[256] = {0};
        for (uint64_t each = 0; each < size; each++) seen[data[at + each]] = 1;
        for (int each = 0; each < 256; each++) different += seen[each];
        if (different > 1 && different <= size / 2) return 1;
    }
    for (uint64_t at = 0; at <= 16 && at + 2 <= length; at += 8)
        if (beginnings[be16(data + at) >> 3] >> (data[at + 1] & 7) & 1) return 2;
    for (uint64_t at = 0; at <= 8 && at + 8 <= length; at += 8) {
        int run = 0;
        while (run < 8 && printable(data[at + run])) run++;
        if (run == 8) return 2;
    }
    return 0;
}

/* Whether all bytes are printable ASCII, tab, CR or LF. */
int is_plain(const uint8_t *data, uint64_t length) {
    uint64_t at = 0;
    for (; at + 32 <= length; at += 32) {
        uint8_t odd = 0;
        for (int each = 0; each < 32; each++) {
            uint8_t byte = data[at + each];
            odd |= (uint8_t)((byte < 32) & (byte != 9) & (byte != 10) & (byte != 13)) | (byte > 126);
        }
        if (odd) return 0;
    }
    for (; at < length; at++)
        if ((data[at] < 32 && data[at] != 9 && data[at] != 10 && data[at] != 13) || data[at] > 126) return 0;
    return 1;
}

/* Skip complete TLS application data records of the same version, from `start` on. Returns the offset of the first byte that
 * is not part of one; adds their number to `count`, and sets `last` to the payload length of the last one. With
 * `beginnings`, it stops before a record that may be plaintext, or is shorter than `least`. */
uint64_t skip_records(const uint8_t *data, uint64_t start, uint64_t end, uint64_t *count, uint64_t *last,
                      const uint8_t *beginnings, uint64_t least) {
    uint64_t at = start;
    while (end - at >= 5) {
        const uint8_t *head = data + at;
        uint32_t length = be16(head + 3);
        if (head[0] != APPLICATION_DATA || head[1] != 3 || head[2] > 4 || head[2] != data[start + 2]) break;
        if (!length || length > (1 << 14) + 2048 || end - at < 5 + length) break;
        if (beginnings && length < least) break;
        if (beginnings && plaintext(data, at + 5, at + 5 + length, beginnings)) break;
        *last = length;
        (*count)++;
        at += 5 + length;
    }
    return at;
}

/* How many of the last bytes of a run are looked at first. */
enum { LOOKED_AT = 8 };

/* Whether so many bytes are members. */
static int has_run(const uint8_t *at, const uint8_t *members) {
    return members[at[0]] & members[at[1]] & members[at[2]] & members[at[3]] & members[at[4]] & members[at[5]] &
           members[at[6]] & members[at[7]] & 1;
}

/* Find runs of at least `least` member bytes: up to `most` of them, as pairs of start and end.
 *
 * In `members`, bit 0 marks a member, and further bits mark classes of members. A run whose bytes share a class is skipped,
 * unless it reaches the end of the data: the byte that follows may be of another class. */
uint64_t runs(const uint8_t *data, uint64_t length, const uint8_t *members, uint64_t least, uint64_t *found, uint64_t most,
              uint64_t *from) {
    uint64_t count = 0, at = *from;
    while (at + least <= length && count < most) {
        /* Scan backwards from the last byte of the shortest run that can begin here: no run contains a non-member. */
        uint64_t last = at + least, start;
        uint8_t kinds = 0xFF;
        /* The last bytes are looked at without a branch for each, as most text has no run. */
        if (least >= LOOKED_AT && !has_run(data + last - LOOKED_AT, members)) {
            at = last - LOOKED_AT + 1;
            continue;
        }
        for (start = last; start > at && members[data[start - 1]]; start--) kinds &= members[data[start - 1]];
        if (start > at) {
            at = start;
            continue;
        }
        uint64_t end = last;
        for (; end < length && members[data[end]]; end++) kinds &= members[data[end]];
        if (kinds == 1 || end == length) {
            found[2 * count] = at, found[2 * count + 1] = end;
            count++;
        }
        at = end;
    }
    *from = at;
    return count;
}

/* Whether an escape of quoted-printable is at `at`, of a byte that is no ASCII text. */
static int is_escaped_byte(const uint8_t *at, const uint8_t *end) {
    if (end - at < 3 || at[0] != '=') return 0;
    int high = at[1] == '0' || at[1] == '1' || at[1] == '8' || at[1] == '9' || (at[1] >= 'A' && at[1] <= 'F');
    return high && ((at[2] >= '0' && at[2] <= '9') || (at[2] >= 'A' && at[2] <= 'F'));
}

/* The offset from `start` on of what only a line of quoted-printable has, a soft line break or the escapes that Python's
 * expression matches (see content/byte_scan.py); -1 if there is nothing. */
int64_t quoted_printable(const uint8_t *data, uint64_t length, uint64_t start) {
    const uint8_t *at = data + start, *end = data + length;
    for (; at < end && (at = memchr(at, '=', end - at)); at++) {
        uint64_t left = (uint64_t)(end - at);
        if (left > 1 && at[1] == '\n') return at - data;
        if (left < 3) continue;
        if (at[1] == '\r' && at[2] == '\n') return at - data;
        if ((at[1] == '0' && at[2] == '0') || (at[1] == '3' && at[2] == 'D')) return at - data;
        if (left > 5 && memcmp(at + 1, "89PNG", 5) == 0) return at - data;
        if (is_escaped_byte(at, end) && is_escaped_byte(at + 3, end) && is_escaped_byte(at + 6, end)) return at - data;
        if (at[1] == '2' && at[2] == '0') {
            if (at > data && at[-1] == ':') return at - data;
            const uint8_t *word = at + 3;
            while (word < end && word - at < 24 &&
                   ((*word >= '0' && *word <= '9') || ((*word | 0x20) >= 'a' && (*word | 0x20) <= 'z') || *word == '.' ||
                    *word == ',' || *word == '/'))
                word++;
            if (word > at + 3 && word - at < 24 && end - word > 2 && memcmp(word, "=20", 3) == 0) return at - data;
        }
    }
    return -1;
}

/* A set of texts to look for. `pairs` has a bit for each pair of bytes that one of them is known by. Each text has its length and
 * the offset of its pair before it. They are in the order of the first byte of that; `begins` is where those of each byte begin.
 * The pair of a text of one byte is that byte, and any other. `halves` has the same pairs, each with the byte behind it, in eight
 * groups: a bit for each that has one with that low or high half of the first, the second and the third byte. */
typedef struct {
    uint8_t pairs[1 << 13];
    uint16_t begins[257];
    uint8_t furthest; /* of the offsets */
    uint8_t halves[6][16];
    uint8_t texts[];
} Literals;

/* Whether a text is known by the pair of bytes at `at`. */
static inline int has_pair(const Literals *literals, const uint8_t *at) {
    uint32_t pair = at[0] | (uint32_t)at[1] << 8;
    return literals->pairs[pair >> 3] >> (pair & 7) & 1;
}

#if defined(__x86_64__) && defined(__GNUC__)
/* The groups in which these may be first, second or third bytes. */
__attribute__((target("avx2"))) static inline __m256i groups_of(__m256i bytes, const uint8_t (*halves)[16]) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[0]));
    __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[1]));
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* Skip pairs of bytes that are in no group, 32 at a time, as long as there are so many. */
__attribute__((target("avx2"))) static uint64_t skip_pairs(const uint8_t *data, uint64_t length, uint64_t at,
                                                          const Literals *literals) {
    for (; at + 34 <= length; at += 32) {
        __m256i first = groups_of(_mm256_loadu_si256((const __m256i *)(data + at)), literals->halves);
        __m256i second = groups_of(_mm256_loadu_si256((const __m256i *)(data + at + 1)), literals->halves + 2);
        __m256i third = groups_of(_mm256_loadu_si256((const __m256i *)(data + at + 2)), literals->halves + 4);
        __m256i all = _mm256_and_si256(_mm256_and_si256(first, second), third);
        __m256i none = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
        uint32_t some = ~(uint32_t)_mm256_movemask_epi8(none);
        if (some) return at + (uint64_t)__builtin_ctz(some);
    }
    return at;
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static uint64_t skip_pairs(const uint8_t *data, uint64_t length, uint64_t at, const Literals *literals) { return at; }

static int has_avx2(void) { return 0; }
#endif

/* The offset of the first occurrence of any of the texts from `start` on; -1 if there is none. */
int64_t first_of(const uint8_t *data, uint64_t length, uint64_t start, const Literals *literals) {
    uint64_t first = length, stop = length;
    int in_vectors = has_avx2();
    for (uint64_t at = start; at < stop; at++) {
        if (in_vectors) at = skip_pairs(data, length, at, literals);
        while ((!in_vectors || at + 34 > length) && at + 4 < stop &&
               !(has_pair(literals, data + at) | has_pair(literals, data + at + 1) | has_pair(literals, data + at + 2) |
                 has_pair(literals, data + at + 3)))
            at += 4;
        if (at >= stop) break;
        const uint8_t pair[2] = {data[at], at + 1 < length ? data[at + 1] : 0};
        if (!has_pair(literals, pair)) continue;
        const uint8_t *text = literals->texts + literals->begins[*pair], *none = literals->texts + literals->begins[*pair + 1];
        for (; text < none; text += 2 + text[0]) {
            if (at < start + text[1]) continue;
            uint64_t begin = at - text[1], size = text[0];
            /* The first and the last byte are compared before the call, which takes longer. */
            if (begin >= first || begin + size > length || data[begin] != text[2]) continue;
            if (data[begin + size - 1] == text[1 + size] && memcmp(data + begin, text + 2, size) == 0) first = begin;
        }
        /* An earlier occurrence than the first one that was found may be known by a later pair. */
        if (first < length && first + literals->furthest + 1 < stop) stop = first + literals->furthest + 1;
    }
    return first < length ? (int64_t)first : -1;
}

/* The kinds of blocks that `expand` decompresses. */
enum { LZ4 = 1, SNAPPY = 2, LZF = 3 };
/* No copy reaches farther back. */
enum { WINDOW = 65536 };

/* An element of a block: literals, and then a copy of `copied` bytes from `distance` before. `end` is after both. */
typedef struct {
    uint64_t literals_at, literals, copied, distance, end;
} Element;

/* The length that the bytes at `*at` extend, if it is as great as a token can say; 0 if they are incomplete. */
static int extended(const uint8_t *data, uint64_t length, uint64_t *at, uint64_t *number) {
    if (*number < 15) return 1;
    for (; *at < length; ++*at) {
        *number += data[*at];
        if (data[*at] < 255) return ++*at, 1;
    }
    return 0;
}

/* Each of these reads the element at `at`, and returns 0 if it is incomplete. */
static int lz4_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t token = data[at++];
    element->literals = token >> 4, element->copied = token & 15;
    if (!extended(data, length, &at, &element->literals)) return 0;
    element->literals_at = at;
    if (element->literals > length - at || length - at - element->literals < 2) return 0;
    at += element->literals;
    element->distance = data[at] | data[at + 1] << 8, at += 2;
    if (!extended(data, length, &at, &element->copied)) return 0;
    element->copied += 4, element->end = at;
    return 1;
}

static int snappy_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t tag = data[at++], kind = tag & 3;
    uint64_t size = kind < 3 ? kind : 4, number = 0;
    if (kind == 0 && tag >> 2 >= 60) size = (tag >> 2) - 59;
    if (size > length - at) return 0;
    for (uint64_t i = 0; i < size; i++) number |= (uint64_t)data[at + i] << 8 * i;
    at += size, element->literals_at = at, element->literals = element->copied = element->distance = 0;
    if (kind == 0) {
        element->literals = (size ? number : (uint64_t)(tag >> 2)) + 1;
        if (element->literals > length - at) return 0;
    } else if (kind == 1) {
        element->copied = 4 + (tag >> 2 & 7), element->distance = (uint64_t)(tag >> 5) << 8 | number;
    } else {
        element->copied = (tag >> 2) + 1, element->distance = number;
    }
    element->end = at + element->literals;
    return 1;
}

static int lzf_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t control = data[at++];
    element->literals_at = at, element->literals = element->copied = element->distance = 0;
    if (control < 32) {
        element->literals = control + 1;
        if (element->literals > length - at) return 0;
    } else {
        element->copied = control >> 5;
        if (element->copied == 7) {
            if (at == length) return 0;
            element->copied += data[at++];
        }
        if (at == length) return 0;
        element->copied += 2, element->distance = ((uint64_t)(control & 31) << 8 | data[at++]) + 1;
    }
    element->end = at + element->literals;
    return 1;
}

/* Decompress as many whole elements as fit into `capacity` bytes of `out`, of which `fill` are filled. Returns the number
 * of bytes read of `data`; an element that is incomplete or malformed, and all after it, is left to Python. */
uint64_t expand(uint32_t kind, const uint8_t *data, uint64_t length, uint8_t *out, uint64_t *fill, uint64_t capacity) {
    uint64_t at = 0, filled = *fill;
    Element element;
    while (at < length) {
        int whole = kind == LZ4      ? lz4_element(data, length, at, &element)
                    : kind == SNAPPY ? snappy_element(data, length, at, &element)
                                     : lzf_element(data, length, at, &element);
        if (!whole || element.literals > capacity - filled || element.copied > capacity - filled - element.literals) break;
        if (element.copied && (!element.distance || element.distance > filled + element.literals)) break;
        if (element.distance > WINDOW) break;
        memcpy(out + filled, data + element.literals_at, element.literals);
        filled += element.literals;
        if (element.distance >= element.copied) {
            memcpy(out + filled, out + filled - element.distance, element.copied);
            filled += element.copied;
        } else {
            /* The copy overlaps itself, so that it repeats. */
            for (uint64_t i = 0; i < element.copied; i++, filled++) out[filled] = out[filled - element.distance];
        }
        at = element.end;
    }
    *fill = filled;
    return at;
}

/* ---- Hexadecimal digits in text. Most are digests: what they stand for is searched, and no more. */

/* The value of a digit, and 1 more; 0 if it is none. */
static const uint8_t digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* What the high byte of a character in most alphabets is less than. */
enum { SCRIPTS = 0x20 };

/* Whether this may be the beginning of UTF-8 text, cut within the last character. */
static int may_be_text(const uint8_t *data, uint64_t length) {
    for (uint64_t at = 0; at + 3 < length;) {
        uint8_t first = data[at++];
        if (printable(first)) continue;
        int more = first < 0xC2 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : 0;
        if (!more) return 0;
        for (; more && at < length; more--, at++)
            if (data[at] >> 6 != 2) return 0;
    }
    return 1;
}

typedef struct {
    const uint8_t *data; /* with eight bytes more than there are */
    uint64_t end, at;    /* in bits */
} Bits;

/* The next bits, 16 at most; the first one is the lowest. */
static uint32_t bits(Bits *from, uint32_t count) {
    uint32_t value;
    memcpy(&value, from->data + (from->at >> 3), 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    value = value >> (from->at & 7) & ((1u << count) - 1);
    from->at += count;
    return value;
}

/* A code of the fixed tables, of 8 bits at most; the first bit is the highest. */
static uint32_t code(Bits *from, uint32_t count) {
    uint64_t value = bits(from, count);
    return (uint32_t)((value * 0x0202020202ull & 0x010884422010ull) % 1023) >> (8 - count);
}

/* Whether a known format may begin so (`beginnings` has the first two bytes of each), or text with a byte order mark. */
static int may_begin_pair(const uint8_t *data, const uint8_t *beginnings) {
    uint16_t pair = be16(data);
    return beginnings[pair >> 3] >> (pair & 7) & 1 || pair == 0xFFFE || pair == 0xFEFF || pair == 0xEFBB;
}

/* The same for eight bytes. Of OpenPGP the first byte alone is a magic; behind the length, of one, two or five bytes, is a
 * version, which is 4, or an algorithm. */
static int may_begin_format(const uint8_t *data, const uint8_t *beginnings) {
    if (!may_begin_pair(data, beginnings)) return 0;
    switch (data[0]) {
    case 0x88: case 0x89: case 0x98: case 0x99: case 0xC2: case 0xC6: case 0xC8:
        return (data[2] && data[2] <= 4) || (data[3] && data[3] <= 4) || (data[6] && data[6] <= 4);
    }
    return 1;
}

/* Whether these may be the first bytes of UTF-16 or UTF-32 without a mark: the high bytes of eight characters, or of as many as
 * there are, are less than those of CJK, or are 0. */
static int may_be_wide(const uint8_t *data, uint64_t length) {
    uint8_t high[2] = {0, 0}, highest[2] = {0, 0};
    for (uint64_t at = 0; at < length && at < 32; at++) {
        if (at < 16 && data[at] > high[at % 2]) high[at % 2] = data[at];
        if (at % 4 == 0 || at % 4 == 3) highest[at % 4 == 3] |= data[at];
    }
    return high[0] < SCRIPTS || high[1] < SCRIPTS || !highest[0] || !highest[1];
}

/* Whether these may be the first bytes, four at least, of text or of a known format, which may be behind its length. */
static int may_begin_content(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    return may_be_text(data, length) || !(data[0] | data[2]) || !(data[1] | data[3]) || may_be_wide(data, length) ||
           (length < 8 ? may_begin_pair(data, beginnings) : may_begin_format(data, beginnings)) ||
           (length >= 12 && may_begin_format(data + 4, beginnings));
}

enum { SHORTEST_TEXT = 12, SHORTEST_CODED = 24, LONGEST_WORD = 128 };

/* Whether a dynamic block may go on like this (RFC 1951, 3.2.7): the lengths of the codes that write the lengths of all others
 * must be a complete code. */
static int has_code_lengths(Bits *in) {
    static const uint8_t share[8] = {0, 64, 32, 16, 8, 4, 2, 1};
    uint32_t literals = bits(in, 5), distances = bits(in, 5), count = bits(in, 4) + 4, sum = 0;
    if (literals > 29 || distances > 29) return 0;
    while (count--) sum += share[bits(in, 3)];
    return sum == 128 || sum == 0;
}

/* Whether these may be blocks of raw deflate (RFC 1951, 3.2.3): the first one is not malformed from the beginning. */
static int may_be_deflate(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    uint8_t padded[LONGEST_WORD / 2 + 8] = {0};
    memcpy(padded, data, length);
    Bits in = {padded, 8 * length, 1};
    uint32_t kind = bits(&in, 2);
    if (kind == 3) return 0;
    if (kind == 0) return length >= 5 && (data[1] ^ data[3]) == 0xFF && (data[2] ^ data[4]) == 0xFF;
    if (kind == 2) return has_code_lengths(&in);
    static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                             2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static const uint16_t least_length[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                              31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint16_t least_distance[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                                33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                                1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    /* The beginning of the output, and its size. */
    uint8_t out[SHORTEST_TEXT] = {0};
    uint64_t size = 0;
    while (in.at < in.end) {
        uint32_t symbol = code(&in, 7);
        uint64_t copied = 0, back = 0;
        uint8_t literal = 0;
        if (!symbol && in.at <= in.end) {
            /* The end of a block: another one may follow, or nothing. */
            if (!(data[0] & 1) || (in.at + 7) / 8 == length) return 1;
            break;
        }
        if (symbol >= 24) symbol = symbol << 1 | bits(&in, 1);
        if (symbol >= 200) {
            literal = (uint8_t)((symbol << 1 | bits(&in, 1)) - 400 + 144);
        } else if (symbol >= 48 && symbol < 192) {
            literal = (uint8_t)(symbol - 48);
        } else {
            symbol -= symbol >= 192 ? 192 - 23 : 1;
            if (in.at <= in.end && symbol > 28) return 0;
            if (in.at > in.end) break;
            copied = least_length[symbol] + bits(&in, length_extra[symbol]);
            uint32_t distance = code(&in, 5);
            if (in.at > in.end) break;
            if (distance > 29) return 0;
            back = least_distance[distance] + bits(&in, distance < 2 ? 0 : distance / 2 - 1);
        }
        if (in.at > in.end) break;
        if (back > size) return 0;
        for (uint64_t each = size; each < SHORTEST_TEXT && each < size + copied; each++) out[each] = out[each - back];
        if (!copied && size < SHORTEST_TEXT) out[size] = literal;
        size += copied ? copied : 1;
        /* Python decompresses no more. */
        if (size >= 4096) return 1;
    }
    if (size < SHORTEST_TEXT) return size > 1 && may_begin_format(out, beginnings);
    return may_begin_content(out, SHORTEST_TEXT, beginnings);
}

/* Whether this may be brotli (RFC 7932, 9): as little as that has one type of blocks each, and at most 64 KiB of content. */
static int may_be_brotli(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    uint8_t padded[LONGEST_WORD / 2 + 8] = {0};
    memcpy(padded, data, length);
    Bits in = {padded, 8 * length, 0};
    /* the window */
    if (bits(&in, 1) && !bits(&in, 3) && bits(&in, 3) == 1) return 0;
    uint32_t last = bits(&in, 1);
    if ((last && bits(&in, 1)) || bits(&in, 2)) return 0;
    bits(&in, 16);
    if (!last && bits(&in, 1)) {
        uint64_t begin = (in.at + 7) / 8;
        return length < begin + 4 || may_begin_content(data + begin, length - begin, beginnings);
    }
    return !bits(&in, 3);
}

/* Whether this may be a block of Snappy: the length of its content, and a literal that begins it. */
static int may_be_snappy(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    uint64_t at = 0;
    while (at < 3 && data[at] & 0x80) at++;
    uint32_t tag = data[++at];
    if (tag & 3) return 0;
    uint64_t begin = at + 1 + (tag >> 2 < 60 ? 0 : (tag >> 2) - 59), literal = tag >> 2 < 60 ? (tag >> 2) + 1 : 60;
    if (data[at + 1] >> 7 || data[at + 2] >> 7 || data[at + 3] >> 7) return 0;
    if (literal < 4 || begin + 4 > length) return 1;
    return may_begin_content(data + begin, literal < length - begin ? literal : length - begin, beginnings);
}

/* Why decoded bytes, 12 at least and as many as those of the longest word at most, may be more than a digest: text or a known format, the same after a length of four bytes, compressed data
 * without a signature; text among other bytes, or compressed data behind its length. If there is no reason, Python would find
 * nothing either. */
enum { KNOWN = 1, KNOWN_AFTER_LENGTH = 2, UNSIGNED = 4, TEXT_WITHIN = 8, BEHIND_LENGTH = 16 };
enum { SHORTEST_BROTLI = 16, SHORTEST_WITHIN = 24, SHORTEST_BEHIND = 12 };

/* Whether these may be compressed data without a signature. */
static int may_be_unsigned(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    /* LZMA of any properties, and LZ4 after the length of its content */
    return (length > 13 && !data[13]) || (!data[3] && data[4] >> 4) || may_be_snappy(data, length, beginnings) ||
           may_be_deflate(data, length, beginnings) ||
           (length >= SHORTEST_BROTLI && may_be_brotli(data, length, beginnings));
}

/* Whether compressed data may be behind its length: all the rest of a message. A length of several bytes has zeros here. */
static int may_be_behind_length(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    for (uint64_t at = 1; at + SHORTEST_BEHIND <= length; at++) {
        uint64_t last = at - 1, rest = length - at;
        while (last && at - last < 8 && !data[last]) last--;
        if (data[last] == rest && (may_begin_format(data + at, beginnings) || may_begin_format(data + at + 4, beginnings) ||
                                   may_be_unsigned(data + at, rest, beginnings)))
            return 1;
    }
    return 0;
}

int may_be_content(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    int why = may_begin_content(data, length, beginnings) ? KNOWN : 0;
    if (may_begin_format(data + 4, beginnings)) why |= KNOWN_AFTER_LENGTH;
    if (may_be_unsigned(data, length, beginnings)) why |= UNSIGNED;
    if (may_be_behind_length(data, length, beginnings)) why |= BEHIND_LENGTH;
    uint64_t run = 0;
    for (uint64_t at = 0; at < length; at++) {
        run = printable(data[at]) ? run + 1 : 0;
        if (run == SHORTEST_WITHIN || (at && data[at] == '~' && data[at - 1] == '<')) return why | TEXT_WITHIN;
    }
    return why;
}

/* ---- Compressed streams without a signature, where ciphertext should be (see protocols/tls/compressed.py). Each function says
 * whether such a stream may begin so; one that is cut may. Few random bytes pass, and Python looks at these. */

/* The next bits, 32 at most; what is beyond the end is zero. */
static uint32_t take(Bits *from, uint32_t count) {
    uint64_t word = 0, byte = from->at >> 3, length = from->end >> 3;
    if (byte + 8 <= length) memcpy(&word, from->data + byte, 8);
    else if (byte < length) memcpy(&word, from->data + byte, length - byte);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    word = word >> (from->at & 7) & ((1ull << count) - 1);
    from->at += count;
    return (uint32_t)word;
}

/* A code of 8 bits at most; the first bit is the highest. */
static uint32_t take_code(Bits *from, uint32_t count) {
    uint64_t value = take(from, count);
    return (uint32_t)((value * 0x0202020202ull & 0x010884422010ull) % 1023) >> (8 - count);
}

enum { LONGEST_CODE = 15, MOST_SYMBOLS = 704, NO_SYMBOL = 0xFFFF };

/* A prefix code: how many codes have each length, and the symbols in the order of their codes. */
typedef struct {
    uint16_t counts[LONGEST_CODE + 1], symbols[MOST_SYMBOLS];
} PrefixCode;

/* Make a code from the length of each symbol. Returns whether all codes are used, or one symbol has all of them. */
static int prefix_code(PrefixCode *code, const uint8_t *lengths, uint32_t symbols) {
    uint16_t next[LONGEST_CODE + 1];
    uint32_t total = 0, used = 0;
    memset(code->counts, 0, sizeof code->counts);
    for (uint32_t each = 0; each < symbols; each++) code->counts[lengths[each]]++;
    code->counts[0] = 0;
    for (int length = 1; length <= LONGEST_CODE; length++) {
        next[length] = (uint16_t)total, total += code->counts[length];
        used += (uint32_t)code->counts[length] << (LONGEST_CODE - length);
    }
    for (uint32_t each = 0; each < symbols; each++)
        if (lengths[each]) code->symbols[next[lengths[each]]++] = (uint16_t)each;
    /* A code without bits. */
    if (total == 1) memset(code->counts, 0, sizeof code->counts), code->counts[0] = 1;
    return used == 1u << LONGEST_CODE || total == 1;
}

static uint32_t next_symbol(const PrefixCode *code, Bits *from) {
    if (code->counts[0]) return code->symbols[0];
    uint32_t value = 0, first = 0, index = 0;
    for (int length = 1; length <= LONGEST_CODE; length++) {
        value = value << 1 | take(from, 1);
        if (value < first + code->counts[length]) return code->symbols[index + value - first];
        index += code->counts[length], first = (first + code->counts[length]) << 1;
    }
    return NO_SYMBOL;
}

/* How many types of blocks, or trees, there are (RFC 7932, 9.2). */
static uint32_t brotli_count(Bits *from) {
    if (!take(from, 1)) return 1;
    uint32_t width = take(from, 3);
    return (1u << width) + take(from, width) + 1;
}

/* Read up to four symbols (RFC 7932, 3.4), and their lengths if there is where to put them. */
static int simple_code(Bits *from, uint32_t symbols, uint8_t *lengths) {
    static const uint8_t usual[5][4] = {{0}, {1}, {1, 1}, {1, 2, 2}, {2, 2, 2, 2}}, deep[4] = {1, 2, 3, 3};
    uint32_t count = take(from, 2) + 1, width = 0, seen[4];
    while (1u << width < symbols) width++;
    for (uint32_t each = 0; each < count; each++) {
        seen[each] = take(from, width);
        if (seen[each] >= symbols) return 0;
        for (uint32_t before = 0; before < each; before++)
            if (seen[before] == seen[each]) return 0;
    }
    const uint8_t *as = count == 4 && take(from, 1) ? deep : usual[count];
    if (lengths) memset(lengths, 0, symbols);
    for (uint32_t each = 0; lengths && each < count; each++) lengths[seen[each]] = as[each];
    return 1;
}

/* Read a prefix code (RFC 7932, 3.5), and make it if there is where to. Returns 0 if it is malformed. */
static int brotli_code(Bits *from, uint32_t symbols, PrefixCode *code) {
    static const uint8_t order[18] = {1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static const uint8_t value[16] = {0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5};
    static const uint8_t size[16] = {2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4};
    uint8_t lengths[MOST_SYMBOLS], inner[18] = {0};
    uint32_t skipped = take(from, 2), at = 0, previous = 8, repeated = 0, last = 0;
    if (skipped == 1) return simple_code(from, symbols, code ? lengths : 0) && (!code || prefix_code(code, lengths, symbols));
    int32_t room = 32;
    for (uint32_t each = skipped; each < 18 && room > 0; each++) {
        uint32_t four = take(from, 4);
        from->at -= 4 - size[four], inner[order[each]] = value[four];
        if (value[four]) room -= 32 >> value[four], at++;
    }
    if (room && at != 1) return 0;
    PrefixCode of_lengths;
    prefix_code(&of_lengths, inner, 18);
    if (code) memset(lengths, 0, symbols);
    at = 0;
    for (room = 1 << LONGEST_CODE; at < symbols && room > 0;) {
        uint32_t symbol = next_symbol(&of_lengths, from);
        if (symbol == NO_SYMBOL || from->at > from->end) return 0;
        if (symbol < 16) {
            lengths[at++] = (uint8_t)symbol, repeated = 0;
            if (symbol) previous = symbol, room -= 1 << (LONGEST_CODE - symbol);
            continue;
        }
        uint32_t length = symbol == 16 ? previous : 0, before = length == last ? repeated : 0, extra = symbol - 14;
        last = length, repeated = (before ? (before - 2) << extra : 0) + take(from, extra) + 3;
        if (repeated - before > symbols - at) return 0;
        memset(lengths + at, (int)length, repeated - before);
        at += repeated - before;
        if (length) room -= (int32_t)(repeated - before) << (LONGEST_CODE - length);
    }
    return !room && (!code || prefix_code(code, lengths, symbols));
}

/* Read a map from contexts to trees (RFC 7932, 7.3). Returns how many trees there are; 0 if it is malformed. */
static uint32_t context_map(Bits *from, uint32_t contexts) {
    PrefixCode code;
    uint32_t trees = brotli_count(from), zeros;
    if (trees == 1 || trees > 256) return trees == 1;
    zeros = take(from, 1) ? take(from, 4) + 1 : 0;
    if (!brotli_code(from, trees + zeros, &code)) return 0;
    for (uint32_t at = 0; at < contexts; at++) {
        uint32_t symbol = next_symbol(&code, from);
        if (symbol == NO_SYMBOL || from->at > from->end) return 0;
        if (symbol && symbol <= zeros) at += (1u << symbol) + take(from, symbol) - 1;
        if (at >= contexts) return 0;
    }
    take(from, 1);
    return trees;
}

/* Brotli: all prefix codes of the first meta-block are well-formed (RFC 7932, 9.2). */
static int begins_brotli(const uint8_t *data, uint64_t length) {
    static const uint8_t extra[26] = {2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24};
    Bits in = {data, 8 * length, 0};
    PrefixCode code;
    if (take(&in, 1) && !take(&in, 3) && take(&in, 3) == 1) return 0;
    uint32_t last = take(&in, 1), types[3];
    if (last && take(&in, 1)) return 0;
    uint32_t nibbles = take(&in, 2) + 4;
    if (nibbles == 7) return 0;
    uint32_t size = take(&in, 4 * nibbles);
    if (nibbles > 4 && !(size >> 4 * (nibbles - 1))) return 0;
    if (!last && take(&in, 1)) return 0;
    for (int each = 0; each < 3; each++) {
        if ((types[each] = brotli_count(&in)) > 256) return in.at > in.end;
        if (types[each] == 1) continue;
        if (!brotli_code(&in, types[each] + 2, 0) || !brotli_code(&in, 26, &code)) return in.at > in.end;
        uint32_t symbol = next_symbol(&code, &in);
        if (symbol == NO_SYMBOL) return in.at > in.end;
        take(&in, extra[symbol]);
    }
    uint32_t postfix = take(&in, 2), direct = take(&in, 4) << postfix;
    in.at += 2 * types[0];
    uint32_t literals = context_map(&in, 64 * types[0]), distances = literals ? context_map(&in, 4 * types[2]) : 0;
    if (!distances) return in.at > in.end;
    for (uint32_t each = 0; each < literals; each++)
        if (in.at > in.end || !brotli_code(&in, 256, 0)) return in.at > in.end;
    for (uint32_t each = 0; each < types[1]; each++)
        if (in.at > in.end || !brotli_code(&in, MOST_SYMBOLS, 0)) return in.at > in.end;
    for (uint32_t each = 0; each < distances; each++)
        if (in.at > in.end || !brotli_code(&in, 16 + direct + (48u << postfix), 0)) return in.at > in.end;
    return 1;
}

/* Codes of the fixed tables (RFC 1951, 3.2.6): many symbols without a fault; or an end behind text, or behind some. */
enum { MANY_SYMBOLS = 200, SOME_SYMBOLS = 24, SHORTEST_STREAM = 8, OUT = 16 };

static int begins_fixed(Bits *in) {
    uint8_t out[OUT] = {0};
    uint64_t size = 0;
    int symbols = 0;
    for (; symbols < MANY_SYMBOLS && in->at + 7 <= in->end; symbols++) {
        uint32_t value = take_code(in, 7);
        if (!value) break;
        uint32_t symbol = 256 + value, extra = 0;
        if (value >= 24) {
            value = value << 1 | take(in, 1);
            if (value >= 200) value = value << 1 | take(in, 1);
            if (value < 192 || value >= 400) {
                if (size < OUT) out[size] = (uint8_t)(value < 192 ? value - 48 : value - 400 + 144);
                size++;
                continue;
            }
            symbol = value - 192 + 280;
        }
        if (symbol > 285) return 0;
        if (symbol >= 265 && symbol < 285) extra = (symbol - 261) / 4;
        uint64_t copied = symbol < 265 ? symbol - 254 : symbol == 285 ? 258 : 3 + ((4 + (symbol - 265) % 4) << extra);
        copied += take(in, extra);
        value = take_code(in, 5);
        if (value > 29) return 0;
        uint32_t more = value < 4 ? 0 : value / 2 - 1;
        uint64_t distance = (value < 4 ? value : (2 + value % 2) << more) + take(in, more) + 1;
        if (in->at > in->end) break;
        if (distance > size) return 0;
        for (uint64_t each = size; each < OUT && each < size + copied; each++) out[each] = out[each - distance];
        size += copied;
    }
    if (symbols >= SOME_SYMBOLS) return 1;
    return size >= SHORTEST_STREAM && (may_be_text(out, size < OUT ? size : OUT) || may_be_wide(out, size < OUT ? size : OUT));
}

/* Raw deflate: codes of the fixed tables, or complete codes for the lengths of others and for what these write. */
static int begins_deflate(const uint8_t *data, uint64_t length) {
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    Bits in = {data, 8 * length, 1};
    uint32_t kind = take(&in, 2);
    if (kind == 0) return length > 5 && (data[1] ^ data[3]) == 0xFF && (data[2] ^ data[4]) == 0xFF;
    if (kind == 1) return begins_fixed(&in);
    if (kind == 3) return 0;
    uint32_t literals = take(&in, 5) + 257, distances = take(&in, 5) + 1, count = take(&in, 4) + 4, at = 0, previous = 0;
    if (literals > 286 || distances > 30) return 0;
    uint8_t inner[19] = {0}, lengths[288 + 32];
    uint32_t used = 0;
    for (uint32_t each = 0; each < count; each++) {
        uint32_t size = take(&in, 3);
        inner[order[each]] = (uint8_t)size, used += size ? 128 >> size : 0;
    }
    PrefixCode code;
    if (in.at > in.end || (used != 128 && used != 64) || !prefix_code(&code, inner, 19)) return in.at > in.end;
    while (at < literals + distances) {
        uint32_t symbol = next_symbol(&code, &in), repeated = 1;
        if (symbol == NO_SYMBOL || in.at > in.end) return in.at > in.end;
        if (symbol < 16) previous = symbol;
        else if (symbol == 16) repeated = 3 + take(&in, 2);
        else repeated = symbol == 17 ? 3 + take(&in, 3) : 11 + take(&in, 7), previous = 0;
        if (repeated > literals + distances - at) return 0;
        memset(lengths + at, (int)previous, repeated);
        at += repeated;
    }
    return lengths[256] && prefix_code(&code, lengths, literals);
}

/* LZ4, Snappy or LZF: copies reach back to what was there, so often that it is no coincidence. */
enum { CERTAIN_BITS = 24 };

static inline int begins_lz77(uint32_t kind, const uint8_t *data, uint64_t length, int cut) {
    /* as many bits as a distance has, and those that it would need */
    uint64_t at = 0, size = 0, certain = 0, width = kind == LZ4 ? 16 : kind == SNAPPY ? 11 : 13;
    if (kind == SNAPPY) {
        while (at < 4 && at < length && data[at] & 0x80) at++;
        at++;
    }
    /* Most random bytes do not begin with a literal, or have no copy of it. */
    if (kind == LZF && data[0] >= 32) return 0;
    if (kind == SNAPPY && at < length && data[at] & 3) return 0;
    if (kind == LZ4 && data[0] < 0xF0 && (uint64_t)(data[0] >> 4) + 3 <= length) {
        const uint8_t *back = data + 1 + (data[0] >> 4);
        uint32_t distance = back[0] | back[1] << 8;
        if (!distance || distance > (uint32_t)(data[0] >> 4)) return 0;
    }
    Element element;
    while (at < length && size < 4096) {
        int whole = kind == LZ4      ? lz4_element(data, length, at, &element)
                    : kind == SNAPPY ? snappy_element(data, length, at, &element)
                                     : lzf_element(data, length, at, &element);
        if (!whole) return cut;
        size += element.literals;
        if (element.copied) {
            if (!element.distance || element.distance > size) return 0;
            uint64_t needed = 0;
            while (size >> needed) needed++;
            certain += needed < width ? width - needed : 0;
            if (certain >= CERTAIN_BITS) return 1;
        }
        size += element.copied, at = element.end;
    }
    return cut && at >= length;
}

/* The first chunk of LZMA2: it resets everything, with properties, and the first byte of its range coder is zero. */
static int begins_lzma2(const uint8_t *data) { return data[0] >= 0xE0 && data[5] < 225 && !data[6]; }

/* LZMA without a header: the first byte of its range coder, and a literal. */
static int begins_lzma(const uint8_t *data, uint64_t length) { return length >= SHORTEST_TEXT && !data[0] && data[1] < 0x80; }

enum { SHORTEST_COMPRESSED = 8, LONGEST_HEAD = 1024 };

/* What may begin so: raw deflate, brotli, others, or LZMA without a header. */
enum { DEFLATE = 1, BROTLI = 2, OTHERS = 4, RAW_LZMA = 8, KINDS = 4 };

/* Which compressed streams without a signature may begin so. With `cut`, more of it follows. */
static uint64_t begins_compressed(const uint8_t *data, uint64_t length, int cut) {
    if (length < SHORTEST_COMPRESSED) return cut ? OTHERS : 0;
    int others = begins_lz77(LZ4, data, length, cut) || begins_lz77(SNAPPY, data, length, cut) ||
                 begins_lz77(LZF, data, length, cut) || begins_lzma2(data);
    return (begins_deflate(data, length) ? DEFLATE : 0) | (begins_brotli(data, length) ? BROTLI : 0) | (others ? OTHERS : 0) |
           (begins_lzma(data, length) ? RAW_LZMA : 0);
}

/* Of complete TLS records, find those with which such a stream may begin, and continue in the records after it: the offsets of up
 * to `most` of their headers, with what may begin there in the lowest bits. The first `nonce` bytes and the last `tag` bytes of each record are no part of it. What may continue behind `end` begins at `last` or
 * later. */
uint64_t compressed_records(const uint8_t *data, uint64_t start, uint64_t end, uint64_t nonce, uint64_t tag, uint64_t *found,
                            uint64_t most, uint64_t *last) {
    uint8_t joined[LONGEST_HEAD];
    uint64_t count = 0, following = 0;
    *last = start;
    for (uint64_t at = start, size; at + 5 <= end && count < most; at += 5 + size) {
        uint64_t filled = 0;
        size = be16(data + at + 3);
        if (size > end - at - 5) break;
        for (following += 5 + size; following >= 2 * LONGEST_HEAD;) {
            uint64_t length = 5 + be16(data + *last + 3);
            following -= length, *last += length;
        }
        if (size <= nonce + tag) continue;
        uint64_t part = size - nonce - tag < LONGEST_HEAD ? size - nonce - tag : LONGEST_HEAD;
        uint64_t kinds = begins_compressed(data + at + 5 + nonce, part, part < LONGEST_HEAD);
        if (!kinds) continue;
        if (part < LONGEST_HEAD) {
            for (uint64_t next = at, length; next + 5 <= end && filled < LONGEST_HEAD; next += 5 + length, filled += part) {
                length = be16(data + next + 3);
                if (length > end - next - 5) length = end - next - 5;
                part = length > nonce + tag ? length - nonce - tag : 0;
                if (part > LONGEST_HEAD - filled) part = LONGEST_HEAD - filled;
                memcpy(joined + filled, data + next + 5 + nonce, part);
            }
            if (!(kinds = begins_compressed(joined, filled, 0))) continue;
        }
        found[count++] = at << KINDS | kinds;
    }
    return count;
}

/* Whether a zlib stream cannot begin here, as the header of its first block is malformed (RFC 1951, 3.2). */
static int is_malformed_zlib(const uint8_t *data, uint64_t length) {
    enum { HEADER = 2, SHORTEST = HEADER + 16 };
    if (length < SHORTEST || data[0] != 0x78 || !(data[1] == 0x01 || data[1] == 0x5E || data[1] == 0x9C || data[1] == 0xDA))
        return 0;
    data += HEADER;
    Bits in = {data, 8 * (SHORTEST - HEADER), 1};
    uint32_t kind = bits(&in, 2);
    if (kind == 0) return (data[1] ^ data[3]) != 0xFF || (data[2] ^ data[4]) != 0xFF;
    return kind == 3 || (kind == 2 && !has_code_lengths(&in));
}

/* The offset of the first occurrence of any of these texts from `start` on that may be the beginning of a format; -1 if there is
 * none. Each that is looked at is subtracted from `left`; if that is less than 0, this one is returned in any case. */
int64_t first_magic(const uint8_t *data, uint64_t length, uint64_t start, const Literals *literals, int64_t *left) {
    int64_t at;
    while ((at = first_of(data, length, start, literals)) >= 0) {
        if (--*left < 0 || !is_malformed_zlib(data + at, length - (uint64_t)at)) return at;
        start = (uint64_t)at + 1;
    }
    return -1;
}

/* ---- base85 (see decoders/armour/base85.py, which does the same) */

/* Classes of bytes: of the alphabet; those after which something may begin; digits and letters; what base64 has besides; and
 * what begins an escape. */
enum { IN_ALPHABET = 1, DELIMITER = 2, WORD = 4, LOWER = 8, UPPER = 16, IN_BASE64 = 32, ESCAPE = 64 };
/* The characters of 20 bytes; how many characters show whether they are varied; where and how often something may begin; how
 * many of the first bytes are zero only if they are encoded. */
enum { SHORTEST_BASE85 = 25, SHORTEST_OUT = 20, VARIED = 64, LATEST = 64, MOST_DELIMITERS = 6, ZEROS = 5 };
/* How many of the first bytes may be others than text. */
enum { MOST_OTHERS = 7 };

/* An alphabet: the class and the digit of each byte. */
typedef struct {
    const uint8_t *classes, *digits;
} Base85;

/* The length of a sign that is escaped at `at`, for HTML, XML or JSON: as an entity, which may be escaped itself, or with
 * backslashes. 0 if there is none of this alphabet. */
static uint64_t escaped(const uint8_t *at, const uint8_t *end, const Base85 *base, uint8_t *sign) {
    static const struct {
        uint8_t length, text[6], sign;
    } entities[] = {{4, "amp;", '&'},  {3, "lt;", '<'},   {3, "gt;", '>'},   {5, "quot;", '"'}, {5, "apos;", '\''},
                    {4, "#38;", '&'},  {4, "#60;", '<'},  {4, "#62;", '>'},  {4, "#34;", '"'},  {4, "#39;", '\''},
                    {5, "#x26;", '&'}, {5, "#x3c;", '<'}, {5, "#x3e;", '>'}, {5, "#x22;", '"'}, {5, "#x27;", '\''}};
    const uint8_t *next = at + 1;
    uint64_t length = 0;
    if (*at == '\\') {
        while (next < end && next - at < 8 && *next == '\\') next++;
        if (end - next < 5 || memcmp(next, "u00", 3) || !digit[next[3]] || !digit[next[4]]) return 0;
        *sign = (uint8_t)((digit[next[3]] - 1) << 4 | (digit[next[4]] - 1));
        return strchr("&<>\"'", *sign) && *sign && base->digits[*sign] != 255 ? (uint64_t)(next + 5 - at) : 0;
    }
    if (*at != '&') return 0;
    for (int nested = 0; nested <= 4; nested++) {
        uint64_t matched = 0;
        if (next == end || !strchr("algq#", *next)) break;
        for (int each = 0; each < 15 && !matched; each++) {
            uint64_t size = entities[each].length, same = 0;
            if ((uint64_t)(end - next) < size || base->digits[entities[each].sign] == 255) continue;
            while (same < size) {
                uint8_t byte = next[same], other = entities[each].text[same];
                if (byte != other && !(size == 5 && other == 'x' && byte == 'X') &&
                    !(size == 5 && entities[each].text[0] == '#' && same == 3 && (byte | 0x20) == other)) break;
                same++;
            }
            if (same == size) matched = size, *sign = entities[each].sign;
        }
        if (!matched) break;
        next += matched, length = (uint64_t)(next - at);
        if (matched != 4 || next[-2] != 'p') break;
    }
    return length;
}

/* The next characters of a line, without escapes, and `most` of them. Returns how many there are. */
static uint64_t unescaped(const uint8_t *at, const uint8_t *end, uint64_t most, const Base85 *base, uint8_t *chars) {
    uint64_t count = 0;
    while (at < end && count < most) {
        uint64_t length = base->classes[*at] & ESCAPE ? escaped(at, end, base, chars + count) : 0;
        if (!length) chars[count] = *at;
        at += length ? length : 1, count++;
    }
    return count;
}

/* The same, where they are if there are no escapes; or else in `room`. */
static const uint8_t *characters(const uint8_t *at, const uint8_t *end, uint64_t most, const Base85 *base, uint8_t *room,
                                 uint64_t *count) {
    *count = (uint64_t)(end - at) < most ? (uint64_t)(end - at) : most;
    if (!memchr(at, '&', *count) && !memchr(at, '\\', *count)) return at;
    *count = unescaped(at, end, most, base, room);
    return room;
}

/* The bytes that characters encode, up to a group that encodes none. Returns how many there are. In Ascii85 a `z` is a group
 * of zeros. */
static int groups(const uint8_t *chars, uint64_t length, const Base85 *base, uint8_t *out) {
    const uint8_t *digits = base->digits;
    uint64_t at = 0;
    int size = 0;
    for (uint64_t taken = 0; at < length && taken + 5 <= length; taken += 5, size += 4) {
        uint64_t number = 0;
        if (digits[chars[at]] == 255) {
            at++;
        } else {
            if (at + 5 > length) break;
            uint8_t first = digits[chars[at]], second = digits[chars[at + 1]], third = digits[chars[at + 2]],
                    fourth = digits[chars[at + 3]], fifth = digits[chars[at + 4]];
            /* The digits are less than 85, and what is none is 255. */
            if ((first | second | third | fourth | fifth) & 128) break;
            number = (((first * 85ull + second) * 85 + third) * 85 + fourth) * 85 + fifth;
            if (number >> 32) break;
            at += 5;
        }
        out[size] = (uint8_t)(number >> 24), out[size + 1] = (uint8_t)(number >> 16);
        out[size + 2] = (uint8_t)(number >> 8), out[size + 3] = (uint8_t)number;
    }
    return size;
}

/* How many bytes are neither text nor what pads it. */
static int count_others(const uint8_t *out, int size) {
    int others = 0;
    for (int at = 0; at < size;) {
        uint8_t first = out[at++];
        if (printable(first) || !first) continue;
        int more = first < 0xC2 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : 0, whole = 0;
        while (whole < more && at + whole < size && out[at + whole] >> 6 == 2) whole++;
        if (more && whole == more) at += more;
        else others++;
    }
    return others;
}

/* Whether what begins here decodes to what makes sense: text, wide text, or a format; or many bytes are zero; or a block stored
 * by deflate begins; or, as far as it goes, mostly text, and what pads it, if there are letters of both cases. */
static int makes_sense(const uint8_t *at, const uint8_t *end, int mixed, const Base85 *base, const uint8_t *beginnings) {
    uint8_t room[VARIED], out[VARIED], even = 0, odd = 0;
    uint64_t count;
    const uint8_t *chars = characters(at, end, SHORTEST_BASE85, base, room, &count);
    if (groups(chars, count, base, out) < SHORTEST_OUT) return 0;
    if (may_begin_pair(out, beginnings) || may_be_text(out, SHORTEST_OUT)) return 1;
    if (out[0] <= 1 && (out[1] ^ out[3]) == 0xFF && (out[2] ^ out[4]) == 0xFF) return 1;
    int zeros = 0;
    for (int each = 0; each < SHORTEST_OUT; each += 2) {
        zeros += !out[each] + !out[each + 1];
        even |= out[each], odd |= out[each + 1];
    }
    if (zeros >= ZEROS || even < SCRIPTS || odd < SCRIPTS) return 1;
    if (!mixed || count_others(out, SHORTEST_OUT) > MOST_OTHERS) return 0;
    chars = characters(at, end, VARIED, base, room, &count);
    int size = groups(chars, count, base, out);
    return 4 * count_others(out, size) <= size - 8;
}

/* Whether what begins here, of which all are in the alphabet or escaped, may be encoded. */
static int begins_base85(const uint8_t *at, const uint8_t *end, int mixed, const Base85 *base, const uint8_t *beginnings) {
    if (makes_sense(at, end, mixed, base, beginnings)) return 1;
    if (!mixed) return 0;
    uint8_t room[VARIED];
    uint64_t window, different = 0, others = 0, seen[4] = {0};
    const uint8_t *chars = characters(at, end, VARIED, base, room, &window);
    for (uint64_t index = 0; index < window; index++) others += !(base->classes[chars[index]] & (WORD | IN_BASE64));
    if (32 * others < window) return 0;
    uint8_t kinds = 0;
    for (uint64_t index = 0; index < window; index++) {
        uint8_t byte = chars[index];
        different += !(seen[byte >> 6] >> (byte & 63) & 1);
        seen[byte >> 6] |= (uint64_t)1 << (byte & 63);
        kinds |= base->classes[byte];
    }
    return 300 * different >= window * (229 - window) && kinds & LOWER && kinds & UPPER;
}

/* Whether a part of a run, all of which is in the alphabet or escaped, may be encoded. */
static int may_be_base85(const uint8_t *run, uint64_t length, const Base85 *base, const uint8_t *beginnings) {
    int starts = 0;
    /* What is varied has letters of both cases, and so has text that is encoded. */
    uint8_t kinds = 0;
    for (uint64_t at = 0; at < length && at < LATEST + VARIED && (kinds & (LOWER | UPPER)) != (LOWER | UPPER); at++)
        kinds |= base->classes[run[at]];
    int mixed = kinds & LOWER && kinds & UPPER;
    /* After a sign before the line, or several of the same. */
    uint64_t signs = 0;
    while (signs < length && run[signs] == run[0] && !(base->classes[run[0]] & WORD)) signs++;
    for (uint64_t at = 0; at <= LATEST && at + SHORTEST_BASE85 <= length; at++) {
        int delimited = at && base->classes[run[at - 1]] & DELIMITER && starts < MOST_DELIMITERS;
        if (!(delimited || !at || at == signs || (at == 1 && signs))) continue;
        if (begins_base85(run + at, run + length, mixed, base, beginnings)) return 1;
        starts += delimited;
    }
    return 0;
}

/* Whether there is something in a run, from `at` to `end`, that may be base85. */
static int has_base85(const uint8_t *data, uint64_t at, uint64_t end, const Base85 *base, const uint8_t *beginnings) {
    uint64_t word = at;
    /* A run that begins within a word begins after it, unless that is long. */
    if (word && base->classes[data[word - 1]] & WORD)
        while (word < end && base->classes[data[word]] & WORD) word++;
    for (uint64_t from = word - at < SHORTEST_BASE85 - 1 ? word : at, to; from < end; from = to + 1) {
        for (to = from; to < end;) {
            uint8_t sign;
            while (to < end && (base->classes[data[to]] & (IN_ALPHABET | ESCAPE)) == IN_ALPHABET) to++;
            uint64_t length = to < end && base->classes[data[to]] & ESCAPE ? escaped(data + to, data + end, base, &sign) : 0;
            if (to == end || (!length && !(base->classes[data[to]] & IN_ALPHABET))) break;
            to += length ? length : 1;
        }
        if (to - from >= SHORTEST_BASE85 && may_be_base85(data + from, to - from, base, beginnings)) return 1;
    }
    return 0;
}

/* ---- Runs of codings of bytes as text: hexadecimal, base32 in capitals and in small letters, percent-encoded, base58, and
 * base85 in three alphabets. */

/* The members of each are bits of a table. */
enum { HEXADECIMAL, CAPITAL, SMALL, PERCENT, BASE58, BASE85, NUMBERS = BASE85 + 3, CODINGS };
/* The fewest separators of a list of numbers. In hexadecimal, at least one in so many digits is a letter. */
enum { FEWEST = 7, FEWEST_LETTERS = 20, FEWEST_BYTES = 12 };

typedef struct {
    uint64_t from; /* where to go on */
    uint64_t begun[CODINGS]; /* whether a run of a coding may have begun before the data */
    uint64_t ends[CODINGS]; /* where that one ends */
    uint64_t first[CODINGS]; /* no run of a coding begins before this */
    uint64_t last[CODINGS]; /* where the members at the end of the data begin */
    uint64_t run_count, word_count, filled;
    /* The coding, start and end of each run that Python must read; or CODINGS, and the number of a word that may be
     * content, and why. */
    uint64_t *runs;
    /* The start and end of each run that was decoded, the offset and length of the decoded bytes in `out`, and whether they
     * count as a value. */
    uint64_t *words;
    uint8_t *out;
    uint64_t most, room;
    Base85 bases[NUMBERS - BASE85];
} Coded;

/* Add a run of hexadecimal digits and what is between them. One with a single word of digits, whose number is even, is
 * decoded to `out`, with three bytes behind it that occur in nothing. One without enough digits is left out. */
static void hexadecimal(Coded *found, const uint8_t *data, uint64_t at, uint64_t end, const uint8_t *beginnings) {
    uint64_t begin = 0, stop = 0, several = 0, words = 0, separators = 0;
    /* Whether these are decimal numbers; and how many in a row may be bytes, as those of text without a letter are. */
    int is_number = 1, in_a_row = 0, may_be_bytes = 0;
    for (uint64_t place = at; place < end;) {
        uint64_t word = place;
        for (; place < end && digit[data[place]]; place++) is_number &= data[place] <= '9';
        if (place == word) {
            uint8_t byte = data[place++];
            is_number &= strchr("\\xX%&#+rnt", byte) == NULL;
            separators = byte == ' ' || byte == ':' || byte == '-' ? separators + 1 : 2;
            continue;
        }
        if (place - word >= SHORTEST_CODED) words++, begin = word, stop = place;
        else if (place - word >= 2) several++;
        int is_byte = place - word == 2 && data[word] >= '2' && data[word] <= '7';
        in_a_row = !is_byte ? 0 : in_a_row && separators == 1 ? in_a_row + 1 : 1;
        may_be_bytes |= in_a_row == FEWEST_BYTES;
        separators = 0;
    }
    is_number &= !may_be_bytes;
    if (!words && (several < 3 || is_number)) return;
    if (words == 1 && !several && stop - begin <= LONGEST_WORD && (stop - begin) % 2 == 0) {
        uint8_t *out = found->out + found->filled;
        uint64_t size = (stop - begin) / 2;
        for (uint64_t each = 0; each < size; each++)
            out[each] = (uint8_t)((digit[data[begin + 2 * each]] - 1) << 4 | (digit[data[begin + 2 * each + 1]] - 1));
        uint64_t *word = found->words + 5 * found->word_count++, letters = 0;
        for (uint64_t each = 0; each < 2 * size; each++) letters += data[begin + each] > '9';
        word[0] = at, word[1] = end, word[2] = found->filled, word[3] = size;
        /* Digits that are no decimal number; see decoders/opaque.py. */
        word[4] = FEWEST_LETTERS * letters >= 2 * size;
        memcpy(out + size, "\0\xff", 3);
        found->filled += size + 3;
        int why = may_be_content(out, size, beginnings);
        if (why) {
            uint64_t *run = found->runs + 3 * found->run_count++;
            run[0] = CODINGS, run[1] = found->word_count - 1, run[2] = (uint64_t)why;
        }
        return;
    }
    uint64_t *run = found->runs + 3 * found->run_count++;
    run[0] = HEXADECIMAL, run[1] = at, run[2] = end;
}

static void coded(Coded *found, int coding, const uint8_t *data, uint64_t at, uint64_t end, const uint8_t *beginnings) {
    if (at < found->first[coding]) return;
    if (coding == HEXADECIMAL) {
        hexadecimal(found, data, at, end, beginnings);
        return;
    }
    if (coding == PERCENT) {
        if (!memchr(data + at, '%', end - at)) return;
    } else if (coding == BASE58) {
        /* It must have letters of both cases, and none that is left out; between signs it is base64. */
        int kinds = 0;
        if (data[end] == '+' || (at && data[at - 1] == '+')) return;
        for (uint64_t place = at; place < end; place++) {
            uint8_t byte = data[place];
            if (byte == '0' || byte == 'O' || byte == 'I' || byte == 'l') return;
            kinds |= byte >= 'a' ? 1 : byte >= 'A' ? 2 : 0;
        }
        if (kinds != 3) return;
    } else if (coding == NUMBERS) {
        int separators = 0;
        for (uint64_t place = at; place < end; place++) separators += data[place] == ',';
        if (separators < FEWEST) return;
    } else if (coding >= BASE85) {
        if (!has_base85(data, at, end, found->bases + coding - BASE85, beginnings)) return;
    } else {
        /* A long word must have other characters than hexadecimal digits. */
        uint64_t word = at, others = 0, place = at;
        for (; place < end; place++) {
            if (data[place] == '\r' || data[place] == '\n') {
                if (others && place - word >= SHORTEST_CODED) break;
                word = place + 1, others = 0;
            } else {
                others |= !digit[data[place]];
            }
        }
        if (place == end && (!others || place - word < SHORTEST_CODED)) return;
    }
    uint64_t *run = found->runs + 3 * found->run_count++;
    run[0] = (uint64_t)coding, run[1] = at, run[2] = end;
}

/* Find the ends of runs that have begun, behind which others begin. */
static void end_begun_runs(Coded *found, const uint8_t *data, uint64_t length, const uint16_t *table) {
    uint16_t open = 0;
    for (int each = 0; each < CODINGS; each++) {
        open |= (uint16_t)(!!found->begun[each] << each);
        found->first[each] = found->ends[each] = 0;
    }
    for (uint64_t at = 0; open; at++) {
        uint16_t still = at < length ? open & table[data[at]] : 0;
        if (still == open) continue;
        for (int each = 0; each < CODINGS; each++)
            if ((open & ~still) >> each & 1) found->first[each] = found->ends[each] = at;
        open = still;
    }
}

/* Find the runs of all codings. A run at the end of the data is left out, as it may go on. Returns whether it reached the
 * end; if not, there was no more room. */
int coded_runs(Coded *found, const uint8_t *data, uint64_t length, const uint16_t *table, const uint8_t *beginnings) {
    const uint16_t all = (1 << CODINGS) - 1;
    uint64_t at = found->from;
    if (!at) end_begun_runs(found, data, length, table);
    found->run_count = found->word_count = found->filled = 0;
    /* Where the last run of each coding ended: no other one begins before that. The codings of which one may begin, and
     * where the next run of another one ends. */
    uint64_t done[CODINGS], next = length;
    uint16_t may_begin = all;
    for (int each = 0; each < CODINGS; each++) done[each] = at;
    while (at + SHORTEST_CODED <= length) {
        if (at >= next) {
            may_begin = all, next = length;
            for (int each = 0; each < CODINGS; each++) {
                if (done[each] <= at) continue;
                may_begin &= ~(1 << each);
                if (done[each] < next) next = done[each];
            }
        }
        /* Most text has no run: the last bytes of the shortest ones that can begin here are in no coding together. They
         * are looked at without a branch for each, and no run that contains all of them begins before the last of them. */
        uint64_t start = at + SHORTEST_CODED;
        const uint8_t *last = data + start - LOOKED_AT;
        uint16_t kinds = may_begin & table[last[0]] & table[last[1]] & table[last[2]] & table[last[3]] & table[last[4]] &
                         table[last[5]] & table[last[6]] & table[last[7]];
        if (!kinds) {
            at += SHORTEST_CODED - LOOKED_AT + 1;
            if (at > next) at = next;
            continue;
        }
        if (found->run_count + CODINGS > found->most || found->word_count + CODINGS > found->most ||
            found->room - found->filled < CODINGS * LONGEST_WORD)
            break;
        /* Scan backwards from there: no run contains a non-member. */
        for (start -= LOOKED_AT; start > at && (kinds & table[data[start - 1]]); start--) kinds &= table[data[start - 1]];
        if (start > at) {
            at = start < next ? start : next;
            continue;
        }
        uint64_t end = at + SHORTEST_CODED;
        for (uint16_t open = kinds; open; end++) {
            uint16_t still = end < length ? open & table[data[end]] : 0;
            if (still == open) continue;
            for (int each = 0; each < CODINGS; each++)
                if ((open & ~still) >> each & 1) done[each] = end;
            open = still;
        }
        for (int each = 0; each < CODINGS; each++)
            if (kinds >> each & 1 && done[each] < length) coded(found, each, data, at, done[each], beginnings);
        next = at;
    }
    if (at + SHORTEST_CODED <= length) {
        for (int each = 0; each < CODINGS; each++)
            if (found->first[each] < done[each]) found->first[each] = done[each];
        found->from = at;
        return 0;
    }
    uint16_t kinds = all;
    uint64_t place = length;
    for (; place && kinds; place--) {
        uint16_t now = table[data[place - 1]];
        if ((kinds & now) == kinds) continue;
        for (int each = 0; each < CODINGS; each++)
            if (kinds >> each & 1 && !(now >> each & 1)) found->last[each] = place;
        kinds &= now;
    }
    for (int each = 0; each < CODINGS; each++)
        if (kinds >> each & 1) found->last[each] = place;
    found->from = length;
    return 1;
}

/* ---- Lines that announce the length of what follows. */

static const uint8_t *after_blanks(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at;
}

static int is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int is_letter(uint8_t byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

enum { CHUNKED, LITERAL, BDAT, RESP, VERB, COMMAND, META_SET, META_VALUE, INTERLEAVED };

/* The end of the number of at most nine digits at `at`; `at` if there is none. */
static const uint8_t *after_number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *next = at;
    while (next < end && is_digit(*next)) next++;
    return next - at > 9 ? at : next;
}

static int is_line_end(const uint8_t *at, const uint8_t *end) {
    if (at < end && *at == '\r') at++;
    return at < end && *at == '\n';
}

/* Whether a line begins with a verb of letters, and ends with a number: at most 9 digits behind a blank. */
static int is_verb(const uint8_t *at, const uint8_t *end) {
    const uint8_t *word = at, *stop, *number;
    while (word < end && word - at <= 16 && is_letter(*word)) word++;
    if (word - at < 2 || word - at > 16 || word == end || *word != ' ') return 0;
    stop = memchr(word, '\n', end - word < 512 ? end - word : 512);
    if (!stop) return 0;
    if (stop[-1] == '\r') stop--;
    if (stop - word > 8 && memcmp(stop - 8, " noreply", 8) == 0) stop -= 8;
    for (number = stop; number > word && is_digit(number[-1]);) number--;
    if (number == stop || stop - number > 9 || number[-1] != ' ') return 0;
    for (; word < number; word++)
        if (*word == ':' || *word == '{' || *word == '}' || *word == '\r') return 0;
    return 1;
}

/* Whether a literal of IMAP is at `at`. */
static int is_literal(const uint8_t *at, const uint8_t *end) {
    const uint8_t *next = after_number(at + 1, end);
    if (next == at + 1) return 0;
    if (next < end && (*next == '+' || *next == '-')) next++;
    return next < end && *next == '}' && is_line_end(next + 1, end);
}

/* Whether the line at `at` may announce a length, in this framing. If not, Python's expression does not match either. */
static int may_announce(const uint8_t *at, const uint8_t *end, int framing) {
    if (end - at < 2) return 0;
    if (framing == CHUNKED) {
        const uint8_t *digits = after_blanks(at, end), *next = digits;
        while (next < end && digit[*next]) next++;
        if (next == digits || next - digits > 8) return 0;
        next = after_blanks(next, end);
        return next < end && (*next == ';' || *next == '\r' || *next == '\n');
    }
    if (framing == BDAT)
        return (at[0] | 0x20) == 'b' && (at[1] | 0x20) == 'd' && end - at > 5 && at[4] == ' ' && is_digit(at[5]);
    if (framing == RESP) {
        if (at[0] != '$' && at[0] != '=' && at[0] != ';') return 0;
        const uint8_t *next = after_number(at + 1, end);
        return next > at + 1 && is_line_end(next, end);
    }
    if (framing == COMMAND) return at[0] == '*' && is_digit(at[1]);
    if (framing == META_SET) return at[0] == 'm' && at[1] == 's' && end - at > 2 && at[2] == ' ';
    if (framing == META_VALUE) return at[0] == 'V' && at[1] == 'A' && end - at > 3 && at[2] == ' ' && is_digit(at[3]);
    if (framing == INTERLEAVED) return at[0] == '$' && at[1] < 32;
    return is_verb(at, end);
}

/* The offset from `start` on of the first line break, or bracket of a literal, behind which a length may be announced; -1
 * if there is none. */
int64_t announcement(const uint8_t *data, uint64_t length, uint64_t start, int framing) {
    const uint8_t *at = data + start, *end = data + length;
    for (; at < end && (at = memchr(at, framing == LITERAL ? '{' : '\n', end - at)); at++)
        if (framing == LITERAL ? is_literal(at, end) : may_announce(at + 1, end, framing)) return at - data;
    return -1;
}

/* The framings of which a length may be announced behind some line break, or bracket of a literal, each as a bit. */
uint32_t announced(const uint8_t *data, uint64_t length) {
    static const int by_line[] = {CHUNKED, BDAT, RESP, VERB, META_SET, META_VALUE, INTERLEAVED};
    const uint8_t *at = data, *end = data + length;
    uint32_t found = 0;
    for (; at < end && !(found >> LITERAL & 1) && (at = memchr(at, '{', end - at)); at++)
        if (is_literal(at, end)) found |= 1u << LITERAL;
    for (at = data; at < end && (at = memchr(at, '\n', end - at)); at++)
        for (uint64_t each = 0; each < sizeof by_line / sizeof *by_line; each++)
            if (!(found >> by_line[each] & 1) && may_announce(at + 1, end, by_line[each])) found |= 1u << by_line[each];
    return found;
}

/* ---- Blocks of lines (see decoders/line_blocks.py) */

enum { SHORTEST_ENCODED = 24, MOST_BLANKS = 8, MOST_INDENTED = 32, SHORTEST_OFFSET = 4, SHORTEST_WORD = 4 };

static int in_base64(uint8_t byte) {
    return is_letter(byte) || is_digit(byte) || byte == '+' || byte == '/' || byte == '_' || byte == '-';
}

/* Whether an encoded word may be in a line, or a hexadecimal offset at its beginning, after a prefix of a few bytes. */
static int may_be_encoded(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, '\n', end - at), *word = at, *digits;
    if (!stop) stop = end;
    if (stop > at && (stop[-1] == '=' || (stop[-1] == '\r' && stop - at > 1 && stop[-2] == '='))) return 1;
    while (word < stop && !is_letter(*word) && !is_digit(*word)) word++;
    if (stop - word > 5 && memcmp(word, "data:", 5) == 0)
        for (word += 5; word < stop && !is_letter(*word) && !is_digit(*word);) word++;
    if (stop - word > 6 &&
        (memcmp(word, "begin ", 6) == 0 || memcmp(word, "GIT bi", 6) == 0 || memcmp(word, "BEGIN:", 6) == 0))
        return 1;
    if (stop - word > 2 && word[0] == '0' && (word[1] | 0x20) == 'x') word += 2;
    for (digits = word; digits < stop && digit[*digits];) digits++;
    if (digits - word >= SHORTEST_OFFSET) return 1;
    uint64_t run = 0;
    for (; at < stop; at++)
        if ((run = *at == ' ' || *at == '\t' || *at == '\r' ? 0 : run + 1) == SHORTEST_ENCODED) return 1;
    return 0;
}

/* Whether two words of a dump are there, in hexadecimal. */
static int two_words(const uint8_t *at, const uint8_t *end) {
    const uint8_t *word = at, *blanks;
    while (at < end && digit[*at]) at++;
    if (at - word < SHORTEST_WORD) return 0;
    for (blanks = at; at < end && at - blanks < MOST_BLANKS && (*at == ' ' || *at == '\t');) at++;
    if (at == blanks) return 0;
    for (word = at; at < end && at - word < SHORTEST_WORD && digit[*at];) at++;
    return at - word == SHORTEST_WORD;
}

/* Whether the line after the line break at `at` may begin a block, or may be the second one of base64 in folded lines. */
static int may_begin_block(const uint8_t *data, const uint8_t *at, const uint8_t *end) {
    const uint8_t *line = at + 1;
    uint8_t first = *line;
    if (first == '>' || first == '+' || first == '|' || first == '#' || first == '*' || first == '/') return may_be_encoded(line, end);
    if (first == 'd') return end - line > 5 && memcmp(line, "data:", 5) == 0 && may_be_encoded(line, end);
    if (first != '0' && first != ' ' && first != '\t') return 0;
    const uint8_t *number = line;
    while (number < end && number - line < MOST_BLANKS && (*number == ' ' || *number == '\t')) number++;
    if (end - number > 1 && number[0] == '0' && (number[1] == '0' || (number[1] | 0x20) == 'x')) return 1;
    if (number > line && two_words(number, end)) return 1;
    const uint8_t *folded = line + 1;
    while (folded < end && folded - line < MOST_INDENTED && (*folded == ' ' || *folded == '\t')) folded++;
    if (first == '0' || folded == end || !(in_base64(*folded) || *folded == '=')) return 0;
    if (at > data && at[-1] == '\r') at--;
    if (at - data < SHORTEST_ENCODED) return 0;
    for (int each = 1; each <= SHORTEST_ENCODED; each++)
        if (!in_base64(at[-each])) return 0;
    return 1;
}

/* The offset from `start` on of the first line break behind which that may be; -1 if there is none. */
int64_t line_block(const uint8_t *data, uint64_t length, uint64_t start) {
    const uint8_t *at = data + start, *end = data + length;
    for (; end - at > 1 && (at = memchr(at, '\n', end - at - 1)); at++)
        if (may_begin_block(data, at, end)) return at - data;
    return -1;
}

/* ---- Markup (see decoders/markup.py, which does the same) */

enum { LONGEST_TAG = 1024, LONGEST_PREFIX = 8 };

/* The end of letters and digits at `at`. */
static const uint8_t *after_word(const uint8_t *at, const uint8_t *end) {
    while (at < end && (is_letter(*at) || is_digit(*at))) at++;
    return at;
}

/* Whether the tag whose name is at `at` is a block, a line break or a cell. */
static int is_block(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = after_word(at, end);
    if (stop < end && *stop == ':' && stop > at && stop - at <= LONGEST_PREFIX) at = stop + 1, stop = after_word(at, end);
    if (stop < end && (*stop == ':' || *stop == '_' || *stop == '.' || *stop == '-')) return 0;
    uint8_t first = at < end ? *at | 0x20 : 0, second = stop - at > 1 ? at[1] | 0x20 : 0;
    if (stop - at == 1) return first == 'p';
    if (stop - at == 2)
        return (first == 'b' && second == 'r') || (first == 't' && (second == 'd' || second == 'h' || second == 'r')) ||
               (first == 'l' && second == 'i') || (first == 'd' && (second == 'd' || second == 't')) ||
               (first == 'h' && (second == 'r' || (at[1] >= '1' && at[1] <= '6')));
    if (stop - at != 3) return 0;
    uint8_t third = at[2] | 0x20;
    return (first == 'd' && second == 'i' && third == 'v') || (first == 't' && second == 'a' && third == 'b');
}

/* Copy text to `out` without tags, with a line end for some. Returns its length. */
uint64_t without_tags(const uint8_t *data, uint64_t length, uint8_t *out) {
    static const char section[] = "<![CDATA[";
    const uint8_t *at = data, *end = data + length, *copied = data;
    uint8_t *to = out;
    while (at < end && (at = memchr(at, '<', end - at))) {
        const uint8_t *next = at + 1, *from = at;
        int block = 0;
        if ((uint64_t)(end - at) >= sizeof section - 1 && strncasecmp((const char *)at, section, sizeof section - 1) == 0) {
            if (at - copied >= 3 && memcmp(at - 3, "]]>", 3) == 0) from -= 3;
            next = at + sizeof section - 1;
        } else {
            const uint8_t *name = next < end && *next == '/' ? next + 1 : next;
            if (next == end || !(is_letter(*next) || *next == '/' || *next == '!' || *next == '?')) {
                at = next;
                continue;
            }
            const uint8_t *stop = end - at > LONGEST_TAG ? at + LONGEST_TAG : end;
            const uint8_t *closed = memchr(next, '>', stop - next), *other = memchr(next, '<', (closed ? closed : stop) - next);
            if (other || !closed) {
                at = other ? other : at + 1;
                continue;
            }
            next = closed;
            block = is_block(name, next++);
        }
        memcpy(to, copied, from - copied);
        to += from - copied;
        if (block) *to++ = '\n';
        at = copied = next;
    }
    memcpy(to, copied, end - copied);
    return (uint64_t)(to - out) + (uint64_t)(end - copied);
}

/* ---- Strings of JSON (see decoders/json_strings.py, which does the same) */

enum { STRING_SLOTS = 256, LONGEST_STRING = 1 << 15, FURTHEST_STRING = 4096, MOST_BLANKS_BEFORE_COLON = 64 };

/* The last value of each name: where it begins and ends, and where it ends without white space. All offsets are those
 * in the whole text, of which the data begins at `base`. */
typedef struct {
    uint64_t base, at; /* `at` is where to go on */
    uint32_t name;     /* the hash of the last name */
    uint32_t within;   /* whether that is in a string that is too long */
    uint32_t escaped;  /* whether there is an escaped quotation mark */
    uint32_t names[STRING_SLOTS];
    uint64_t begins[STRING_SLOTS], ends[STRING_SLOTS], tails[STRING_SLOTS];
} Strings;

/* Pairs of bytes that are next to each other in a secret, or around a blank, in either case; and for each form of a secret
 * its length and its bytes in lower case. */
typedef struct {
    uint8_t pairs[1 << 13];
    uint32_t count;
    uint8_t forms[];
} Forms;

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

/* Whether `forms` may go on in `next` after `tail`, of which each may be all of a value or its end or beginning. */
static int goes_on(const Forms *forms, const uint8_t *begin, const uint8_t *tail, const uint8_t *next, const uint8_t *end) {
    const uint8_t *at = forms->forms, last = lower(tail[-1]), first = lower(*next);
    for (uint32_t number = 0; number < forms->count; number++) {
        uint32_t length;
        memcpy(&length, at, sizeof length);
        const uint8_t *form = at + sizeof length;
        at = form + length;
        for (uint32_t cut = 1; cut < length; cut++) {
            if (form[cut - 1] != last) continue;
            uint32_t from = form[cut] == ' ' && first != ' ' ? cut + 1 : cut, back = 1, ahead = 0;
            while (back <= cut && tail - back >= begin && lower(tail[-(int64_t)back]) == form[cut - back]) back++;
            if (back <= cut && tail - back >= begin) continue;
            while (from + ahead < length && next + ahead < end && lower(next[ahead]) == form[from + ahead]) ahead++;
            if (ahead && (from + ahead == length || next + ahead == end)) return 1;
        }
    }
    return 0;
}

/* The end of a value without the white space at its end, of which some is escaped. */
static const uint8_t *without_space(const uint8_t *begin, const uint8_t *end) {
    while (end > begin) {
        uint8_t last = end[-1];
        if (last == ' ') end--;
        else if ((last == 'n' || last == 'r' || last == 't') && end - begin > 1 && end[-2] == '\\') {
            for (end--; end > begin && end[-1] == '\\';) end--;
        } else break;
    }
    return end;
}

/* Where a value begins behind such white space. */
static const uint8_t *behind_space(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        const uint8_t *next = at;
        while (next < end && *next == '\\') next++;
        if (*at == ' ') at++;
        else if (next > at && next < end && (*next == 'n' || *next == 'r' || *next == 't')) at = next + 1;
        else break;
    }
    return at;
}

/* The hash of a name, without digits at its end: of its first and last four bytes, and its length. */
static uint32_t hash_of_name(const uint8_t *at, const uint8_t *end) {
    while (end > at && is_digit(end[-1])) end--;
    uint64_t length = (uint64_t)(end - at), first = 0, last = 0;
    if (length > 3) first = be32(at), last = be32(end - 4);
    else
        for (; at < end; at++) first = first << 8 | *at;
    return (uint32_t)((((first << 32 | last) ^ length) * 0x9E3779B97F4A7C15ull) >> 32);
}

/* The quotation mark from `at` on that has this level, or `end`. At level 1 it is escaped once, as in a string that has
 * JSON; before it are other backslashes, which are escaped. */
static const uint8_t *quote_at(int level, const uint8_t *begin, const uint8_t *at, const uint8_t *end, Strings *state) {
    for (; at < end && (at = memchr(at, '"', end - at)); at++) {
        const uint8_t *escape = at;
        while (escape > begin && escape[-1] == '\\') escape--;
        if (at > escape) state->escaped = 1;
        /* Of two, or of four: the level is 0 or 1. */
        if (((at - escape) & (2 * level + 1)) == level) return at;
    }
    return end;
}

/* Read strings. In `out`, five numbers for each value that goes on in the next one of the same name: the hash of the
 * name, and where both begin and end. Returns how many there are, at most `room`. */
uint64_t continued_strings(
    const uint8_t *data, uint64_t length, int level, int is_last, Strings *state, const Forms *forms, uint64_t *out, uint64_t room
) {
    const uint8_t *origin = data - state->base, *end = data + length, *at = origin + state->at;
    uint64_t found = 0;
    while (at < end && found < room) {
        if (state->within) {
            at = quote_at(level, data, at, end, state);
            if (at == end) break;
            state->within = 0, at++;
            continue;
        }
        const uint8_t *quote = quote_at(level, data, at, end, state);
        at = quote;
        if (quote == end) break;
        const uint8_t *begin = quote + 1, *close = quote_at(level, begin, begin, end, state);
        if (close - begin > LONGEST_STRING) {
            state->names[state->name % STRING_SLOTS] = state->name + 1;
            state->within = 1, at = begin + LONGEST_STRING;
            continue;
        }
        if (close == end) break;
        const uint8_t *behind = close + 1;
        while (behind < end && behind - close <= MOST_BLANKS_BEFORE_COLON && (*behind == ' ' || (*behind >= '\t' && *behind <= '\r'))) behind++;
        if (behind == end && !is_last) break;
        at = close + 1, close -= level;
        if (behind < end && *behind == ':') {
            state->name = hash_of_name(begin, close);
            continue;
        }
        const uint8_t *tail = without_space(begin, close), *head = behind_space(begin, tail);
        if (tail == head) continue;
        uint32_t slot = state->name % STRING_SLOTS;
        if (state->names[slot] == state->name && state->ends[slot] && begin - origin - state->ends[slot] <= FURTHEST_STRING) {
            const uint8_t *before = origin + state->tails[slot];
            uint32_t pair = before[-1] << 8 | *head;
            if (forms->pairs[pair >> 3] >> (pair & 7) & 1 && goes_on(forms, origin + state->begins[slot], before, head, tail)) {
                uint64_t each[] = {state->name, state->begins[slot], state->ends[slot], begin - origin, close - origin};
                memcpy(out + 5 * found++, each, sizeof each);
            }
        }
        state->names[slot] = state->name;
        state->begins[slot] = begin - origin, state->ends[slot] = close - origin, state->tails[slot] = tail - origin;
    }
    state->at = at - origin;
    return found;
}
