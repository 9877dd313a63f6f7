/* Raw deflate (RFC 1951), as far as it shows soon that bytes are none. */

typedef struct {
    const uint8_t *data;
    uint64_t end, at; /* in bits */
} Bits;

/* The next bits, 32 at most, the first one of which is the lowest; what is beyond the end is zero. */
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

/* Whether a dynamic block may go on like this (RFC 1951, 3.2.7): the lengths of the codes that write the lengths of all others
 * must be a complete code. */
static int has_code_lengths(Bits *in) {
    static const uint8_t share[8] = {0, 64, 32, 16, 8, 4, 2, 1};
    uint32_t literals = take(in, 5), distances = take(in, 5), count = take(in, 4) + 4, sum = 0;
    if (literals > 29 || distances > 29) return 0;
    while (count--) sum += share[take(in, 3)];
    return sum == 128 || sum == 0;
}

/* The kinds of blocks (3.2.3). */
enum { STORED, FIXED, DYNAMIC };

/* Whether a block that is not of fixed codes may begin so. */
static int may_begin_other(const uint8_t *data, uint64_t length) {
    Bits in = {data, 8 * length, 1};
    uint32_t kind = take(&in, 2);
    if (kind == STORED) return length >= 5 && (data[1] ^ data[3]) == 0xFF && (data[2] ^ data[4]) == 0xFF;
    return kind == DYNAMIC && has_code_lengths(&in);
}

/* What a code of a block of fixed codes is (3.2.6): a literal, or a copy of what is so far back. */
enum { MALFORMED, CUT, BLOCK_END, ONE_BYTE, COPY };
typedef struct {
    uint64_t copied, back;
    uint8_t literal;
} Symbol;

static int next_fixed(Bits *in, Symbol *found) {
    static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                             2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static const uint16_t least_length[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                              31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint16_t least_distance[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,
                                                33,  49,  65,  97,  129, 193,  257,  385,  513,  769,
                                                1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    uint32_t code = take_code(in, 7);
    if (in->at > in->end) return CUT;
    if (!code) return BLOCK_END;
    if (code >= 24) code = code << 1 | take(in, 1);
    if (code >= 200) {
        found->literal = (uint8_t)((code << 1 | take(in, 1)) - 400 + 144);
        return in->at > in->end ? CUT : ONE_BYTE;
    }
    if (code >= 48 && code < 192) {
        found->literal = (uint8_t)(code - 48);
        return in->at > in->end ? CUT : ONE_BYTE;
    }
    code -= code >= 192 ? 192 - 23 : 1;
    if (in->at > in->end) return CUT;
    if (code > 28) return MALFORMED;
    found->copied = least_length[code] + take(in, length_extra[code]);
    uint32_t distance = take_code(in, 5);
    if (in->at > in->end) return CUT;
    if (distance > 29) return MALFORMED;
    found->back = least_distance[distance] + take(in, distance < 2 ? 0 : distance / 2 - 1);
    return in->at > in->end ? CUT : COPY;
}

/* Whether a byte is in no text, or none begins with it. */
static int is_no_letter(uint8_t byte, int begins) { return byte < 0x80 ? !printable(byte) : byte < (begins ? 0xC2 : 0x80) || byte == 0xC0 || byte == 0xC1 || byte > 0xF4; }

/* How much of a stream that is text Python looks at, the fewest bytes of one, and how much of the text (see scan/piece_bytes.py). */
enum { LONGEST_DEFLATED = 1 << 10, SHORTEST_DEFLATED = 12, MOST_INFLATED = 1 << 14 };

/* Whether these may be all of a stream that decompresses to text. */
static int may_be_deflated_text(const uint8_t *data, uint64_t length) {
    Bits in = {data, 8 * length, 1};
    if (take(&in, 2) != FIXED) return may_begin_other(data, length);
    /* Text may be cut within its last character. */
    uint64_t size = 0, text = UINT64_MAX - 3;
    while (size < MOST_INFLATED) {
        Symbol symbol = {0};
        int what = next_fixed(&in, &symbol);
        if (what == MALFORMED || what == CUT || symbol.back > size) return 0;
        if (what == BLOCK_END) return 1;
        if (what == ONE_BYTE && text > size && is_no_letter(symbol.literal, !size)) text = size;
        size += what == ONE_BYTE ? 1 : symbol.copied;
        if (size > text + 3) return 0;
    }
    return 1;
}

/* The first row from `at` on, of `width` bytes each, from which on bytes may be compressed text: as raw deflate, or behind a header,
 * the first two bytes of which are a bit of `headers`; -1 if there is none. */
int64_t first_deflated(const uint8_t *data, uint64_t length, uint64_t at, uint64_t width, const uint8_t *headers) {
    for (; at + SHORTEST_DEFLATED < length; at += width) {
        uint16_t pair = be16(data + at);
        uint64_t size = length - at < LONGEST_DEFLATED ? length - at : LONGEST_DEFLATED;
        if (headers[pair >> 3] >> (pair & 7) & 1 || may_be_deflated_text(data + at, size)) return (int64_t)at;
    }
    return -1;
}
