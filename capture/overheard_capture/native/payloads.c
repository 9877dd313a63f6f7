/* Whether anything in what base64 or another coding decodes to may be identified (see decoders/base64/payload.py and
 * decoders/behind_prefix.py, which do the same). If not, Python would find nothing either. */

/* How many characters identify content, how far into a run it may start, after how many signs, and what is looked at at most. */
enum { HEAD_CHARS = 64, MOST_OFFSET = 128, MOST_PREFIXES = 8, MOST_CHARS = 256, MOST_BEHIND = 127, LATEST_BEHIND = 64 };
/* The fewest characters of a run, and the bytes of text that are no coincidence. */
enum { FEWEST_CHARS = 24, LEAST_READABLE = 20 };

/* Whether these may begin what zlib compressed (RFC 1950, 2.2): behind its header is deflate, which is not malformed as far as it
 * goes. What is malformed in the last bytes, or in the head of a block that is cut, need not show. */
static int may_be_zlib(const uint8_t *data, uint64_t length) {
    enum { LAST_BITS = 64 };
    Bits in = {data + 2, 8 * (length - 2), 1};
    uint64_t size = 0;
    uint32_t kind = take(&in, 2);
    if (kind != FIXED) return kind == DYNAMIC || may_begin_other(data + 2, length - 2);
    while (in.at + LAST_BITS < in.end) {
        Symbol symbol = {0};
        int what = next_fixed(&in, &symbol);
        if (what == MALFORMED || symbol.back > size) return in.at + LAST_BITS > in.end;
        if (what == BLOCK_END) return 1;
        size += what == ONE_BYTE ? 1 : symbol.copied;
    }
    return 1;
}

/* Whether a known format may begin with these bytes, eight at least. */
static int may_be_known(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    int is_zlib = (data[0] & 15) == 8 && !(data[0] & 128) && !(data[1] & 32) && be16(data) % 31 == 0;
    return is_zlib ? may_be_zlib(data, length) : may_begin_format(data, beginnings);
}

/* Whether decoded bytes, eight at least, may begin text, in whichever encoding, or a known format. */
int may_be_readable(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    /* yEnc */
    if (length < 8 || (data[0] == '=' && data[1] == 'y')) return 1;
    return may_be_text(data, length) || may_be_wide(data, length) || may_be_known(data, length, beginnings);
}

/* The bytes of characters of base64, in standard letters, and those of an incomplete last group. */
static uint64_t base64_bytes(const uint8_t *chars, uint64_t length, uint8_t *out) {
    uint64_t size = 0;
    uint32_t pending = 0, bits = 0;
    for (uint64_t at = 0; at < length; at++) {
        pending = pending << 6 | (character_of(BASE64_CODE, chars[at]) - 1);
        bits += 6;
        if (bits >= 8) bits -= 8, out[size++] = (uint8_t)(pending >> bits);
    }
    return size;
}

/* Whether a digit is there, or two capitals behind a small letter, as few words have. */
static int is_no_word(const uint8_t *chars, uint64_t length) {
    for (uint64_t at = 0; at < length; at++) {
        if (chars[at] >= '0' && chars[at] <= '9') return 1;
        if (at + 2 < length && chars[at] >= 'a' && chars[at] <= 'z' && chars[at + 1] >= 'A' && chars[at + 1] <= 'Z' &&
            chars[at + 2] >= 'A' && chars[at + 2] <= 'Z')
            return 1;
    }
    return 0;
}

/* Whether content may begin behind a sign, or compressed data without a signature there or at once. */
static int may_begin_payload(const uint8_t *chars, uint64_t length, int is_behind_sign, const uint8_t *beginnings) {
    uint8_t out[MOST_CHARS];
    if (length < FEWEST_CHARS) return 0;
    uint64_t size = base64_bytes(chars, length, out), head = length < HEAD_CHARS ? length / 4 * 3 : HEAD_CHARS / 4 * 3;
    if (is_behind_sign && may_be_readable(out, head, beginnings)) return 1;
    return is_no_word(chars, length) && may_be_compressed(out, size, beginnings);
}

/* Whether there may be content in a run of base64. `magics` has the first two bytes of what is known at any offset. */
int may_have_payload(const uint8_t *chars, uint64_t length, const uint8_t *beginnings, const uint8_t *magics) {
    uint8_t out[MOST_CHARS];
    if (length > MOST_CHARS || length < FEWEST_CHARS) return 1;
    for (uint64_t at = 0; at < length; at++)
        if (!character_of(BASE64_CODE, chars[at]) || chars[at] == '-' || chars[at] == '_') return 1;
    for (uint64_t skipped = 0; skipped < 4; skipped++) {
        uint64_t left = length - skipped, size = base64_bytes(chars + skipped, (left < HEAD_CHARS ? left : HEAD_CHARS) & ~3ull, out);
        /* a pickle */
        if (may_be_readable(out, size, beginnings) || (!skipped && out[0] == 0x80)) return 1;
        if (size > 2 * LEAST_READABLE && may_be_text(out + size - LEAST_READABLE, LEAST_READABLE)) return 1;
    }
    if (may_begin_payload(chars, length, 0, beginnings)) return 1;
    uint64_t furthest = length < MOST_OFFSET ? length : MOST_OFFSET;
    for (uint64_t at = 0, prefixes = 0; at < furthest && prefixes < MOST_PREFIXES; at++)
        if (chars[at] == '/' || chars[at] == '+') {
            prefixes++;
            if (may_begin_payload(chars + at + 1, length - at - 1, 1, beginnings)) return 1;
        }
    for (uint64_t at = 4; at + 4 <= furthest; at++) {
        base64_bytes(chars + at, 4, out);
        uint16_t pair = be16(out);
        if (magics[pair >> 3] >> (pair & 7) & 1) return 1;
    }
    return 0;
}

/* Whether compressed data or text may be behind its length, which is all the rest but for some zeros, with which a coding fills its
 * last group. A length of several bytes has zeros here, and longer data has others. */
int may_be_after_length(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    if (length > MOST_BEHIND) return 1;
    for (uint64_t at = 1; at <= LATEST_BEHIND && at + SHORTEST_BEHIND <= length; at++) {
        uint64_t last = at - 1, rest = length - at;
        while (last && at - last < 8 && !data[last]) last--;
        for (uint64_t each = 0; each <= MOST_PADDING && rest - each >= SHORTEST_BEHIND; each++)
            if (data[last] == rest - each && (may_begin_format(data + at, beginnings) || may_be_text(data + at, rest - each) ||
                                              may_be_compressed(data + at, rest - each, beginnings)))
                return 1;
    }
    return 0;
}
