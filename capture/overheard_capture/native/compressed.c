/* Compressed streams without a signature, where ciphertext should be (see protocols/tls/compressed.py). Each function says
 * whether such a stream may begin so; one that is cut may. Few random bytes pass, and Python looks at these. */

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
    uint32_t kind = take(&in, 2);
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
