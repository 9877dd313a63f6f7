/* Whether bytes may be compressed without a signature (see decoders/unsigned.py). If there is no reason, Python would find nothing
 * either. */

/* The most bytes that `may_be_brotli` is for. */
enum { LITTLE = 64 };

/* Whether a header of tar may begin so: the digits of its checksum are octal. */
static int may_be_tar(const uint8_t *data, uint64_t length) {
    enum { CHECKSUM = 148, AFTER = 156 };
    if (length <= AFTER || !data[0]) return 0;
    for (int at = CHECKSUM; at < AFTER; at++)
        if (data[at] && data[at] != ' ' && (data[at] < '0' || data[at] > '7')) return 0;
    return 1;
}

/* The next bits of lz-string, 16 at most: from the highest of a byte on, but the first one is the lowest. */
static uint32_t take_reversed(Bits *from, uint32_t count) {
    uint32_t value = 0;
    for (uint32_t each = 0; each < count; each++, from->at++)
        value |= (uint32_t)(from->data[from->at >> 3] >> (7 - (from->at & 7)) & 1) << each;
    return value;
}

/* Whether this may be lz-string that begins with a character of eight bits: each code was made before. A short one has ASCII. */
static int may_be_lz_string(const uint8_t *data, uint64_t length) {
    enum { BYTE, UNIT, END };
    if (length < SHORTEST_BROTLI || data[0] >> 6) return 0;
    Bits in = {data, 8 * length, 0};
    uint32_t entries = 3, begun = 0;
    for (;;) {
        uint32_t width = 2, unit;
        while ((entries - !begun) >> width) width++;
        if (in.at + width > in.end) return 1;
        uint32_t code = take_reversed(&in, width);
        if (code == END) {
            for (uint64_t at = (in.at + 7) / 8; at < length; at++)
                if (data[at]) return 0;
            return 1;
        }
        if (code < END) {
            width = code == BYTE ? 8 : 16;
            if (in.at + width > in.end) return 1;
            unit = take_reversed(&in, width), entries++;
            if (length <= LITTLE && unit > 127) return 0;
        } else if (code > entries || (code == entries && !begun)) {
            return 0;
        }
        entries += begun, begun = 1;
    }
}

/* Whether this may be brotli (RFC 7932, 9.2). A first meta-block that is stored, or has metadata, is padded with zeros. */
static int may_be_any_brotli(const uint8_t *data, uint64_t length) {
    Bits in = {data, 8 * length, 0};
    if (take(&in, 1) && !take(&in, 3)) take(&in, 3);
    if (take(&in, 1)) return begins_brotli(data, length);
    uint32_t nibbles = take(&in, 2) + 4;
    if (nibbles == 7) {
        if (take(&in, 1)) return 0;
        take(&in, 8 * take(&in, 2));
        return !take(&in, -in.at & 7);
    }
    take(&in, 4 * nibbles);
    return take(&in, 1) ? !take(&in, -in.at & 7) : begins_brotli(data, length);
}

static int may_be_long_unsigned(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    return !data[13] || (!data[3] && data[4] >> 4) || may_be_snappy(data, length, beginnings) ||
           may_be_deflate(data, length, beginnings) || may_be_any_brotli(data, length);
}

/* Why these bytes, 12 at least, may be compressed without a signature, or a known format after a length of four bytes. */
int may_be_compressed(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    int may_be = length > LITTLE ? may_be_long_unsigned(data, length, beginnings) : may_be_unsigned(data, length, beginnings);
    int known = may_begin_format(data + 4, beginnings) || may_be_tar(data + 4, length - 4);
    return (known ? KNOWN_AFTER_LENGTH : 0) | (may_be || may_be_lz_string(data, length) ? UNSIGNED : 0);
}
