/* What a content may begin with, such as what hexadecimal digits stand for: most of these are digests, which are searched, and no
 * more. */

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

/* Whether a known format may begin so (`beginnings` has the first two bytes of each), or text with a byte order mark. */
static int may_begin_pair(const uint8_t *data, const uint8_t *beginnings) {
    uint16_t pair = be16(data);
    return beginnings[pair >> 3] >> (pair & 7) & 1 || pair == 0xFFFE || pair == 0xFEFF || pair == 0xEFBB;
}

/* The same for eight bytes. Of OpenPGP the first byte alone is a magic; behind the length, of one, two or five bytes, is a
 * version, which is 4, or an algorithm. */
static int may_begin_format(const uint8_t *data, const uint8_t *beginnings) {
    if (!may_begin_pair(data, beginnings)) return 0;
    /* PNG */
    if (data[0] == 0x89 && data[1] == 'P') return 1;
    switch (data[0]) {
    case 0x88: case 0x89: case 0x98: case 0x99: case 0xC2: case 0xC6: case 0xC8:
        return (data[2] && data[2] <= 4) || (data[3] && data[3] <= 4) || (data[6] && data[6] <= 4);
    }
    return 1;
}

/* Whether these may be the first bytes of UTF-16 or UTF-32 without a mark: the high bytes of eight characters, or of as many as
 * there are, are less than those of CJK, or are 0. */
static int may_be_wide(const uint8_t *data, uint64_t length) {
    /* A byte is less than that if it has none of its high bits. */
    uint32_t high = 0, highest = 0;
    for (uint64_t at = 0; at < length && at < 32; at += 4) {
        uint32_t four = 0;
        memcpy(&four, data + at, length - at < 4 ? length - at : 4);
        highest |= four;
        if (at < 16) high |= four;
    }
    uint8_t each[4], all[4];
    memcpy(each, &high, 4), memcpy(all, &highest, 4);
    /* the mark of UTF-32 */
    if (length >= 4 && !be16(data) && be16(data + 2) == 0xFEFF) return 1;
    return (each[0] | each[2]) < SCRIPTS || (each[1] | each[3]) < SCRIPTS || !all[0] || !all[3];
}

/* Whether this may be the name that an archive begins with: zeros follow it. */
static int may_be_name(const uint8_t *data, uint64_t length) {
    uint64_t at = length;
    while (at && !data[at - 1]) at--;
    return at && at < length && !memchr(data, 0, at);
}

/* Whether these may be the first bytes, four at least, of text or of a known format, which may be behind its length. */
static int may_begin_content(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    return may_be_text(data, length) || may_be_name(data, length) || !(data[0] | data[2]) || !(data[1] | data[3]) || may_be_wide(data, length) ||
           (length < 8 ? may_begin_pair(data, beginnings) : may_begin_format(data, beginnings)) ||
           (length >= 12 ? may_begin_format(data + 4, beginnings) : length >= 6 && may_begin_pair(data + 4, beginnings));
}

enum { SHORTEST_TEXT = 12, SHORTEST_CODED = 24, LONGEST_WORD = 128 };
enum { SHORTEST_BROTLI = 16, SHORTEST_WITHIN = 24, SHORTEST_BEHIND = 12, MOST_PADDING = 3 };

/* Whether a block of so many bytes may end where these follow it: at the end, before what a coding filled its last group with,
 * or before the quote after a string, a tag or a line end. */
static int may_follow(const uint8_t *data, const uint8_t *end, uint64_t made) {
    if (data == end || (made >= SHORTEST_BEHIND && memchr("\"'<\r\n", *data, 5))) return 1;
    if (end - data > 3) return 0;
    for (; data < end; data++)
        if (*data) return 0;
    return 1;
}

/* Whether these may be blocks of raw deflate (RFC 1951, 3.2.3): the first one is not malformed from the beginning. */
static int may_be_deflate(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    Bits in = {data, 8 * length, 1};
    uint32_t kind = take(&in, 2);
    if (kind != FIXED) return may_begin_other(data, length);
    /* The beginning of the output, and its size. */
    uint8_t out[SHORTEST_TEXT] = {0};
    uint64_t size = 0;
    while (in.at < in.end) {
        Symbol symbol = {0};
        int what = next_fixed(&in, &symbol);
        if (what == MALFORMED) return 0;
        if (what == CUT) break;
        if (what == BLOCK_END) {
            /* Another one may follow, or nothing but a quote or padding. */
            uint64_t behind = (in.at + 7) / 8;
            if (!(data[0] & 1) || may_follow(data + behind, data + length, SHORTEST_BEHIND)) return 1;
            break;
        }
        if (symbol.back > size) return 0;
        for (uint64_t each = size; each < SHORTEST_TEXT && each < size + symbol.copied; each++) out[each] = out[each - symbol.back];
        if (what == ONE_BYTE && size < SHORTEST_TEXT) out[size] = symbol.literal;
        size += what == ONE_BYTE ? 1 : symbol.copied;
        /* Python decompresses no more. */
        if (size >= 4096) return 1;
    }
    if (size < SHORTEST_TEXT) return size > 1 && (may_begin_format(out, beginnings) || may_begin_format(out + 4, beginnings));
    return may_begin_content(out, SHORTEST_TEXT, beginnings);
}

static int begins_brotli(const uint8_t *data, uint64_t length);

/* Whether this may be brotli (RFC 7932, 9): as little as that has one type of blocks each, and at most 64 KiB of content. */
static int may_be_brotli(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    Bits in = {data, 8 * length, 0};
    /* the window */
    if (take(&in, 1) && !take(&in, 3) && take(&in, 3) == 1) return 0;
    uint32_t last = take(&in, 1);
    if ((last && take(&in, 1)) || take(&in, 2)) return 0;
    uint64_t stored = take(&in, 16) + 1;
    if (!last && take(&in, 1)) {
        uint64_t begin = (in.at + 7) / 8;
        /* All of it may be there, with the empty block that ends it. */
        if (stored < 4 || length < begin + 4 || (length == begin + stored + 1 && data[length - 1] == 3)) return 1;
        if (stored > length - begin) stored = length - begin;
        return may_begin_content(data + begin, stored, beginnings) ||
               (stored > 5 && may_be_deflate(data + begin, stored, beginnings));
    }
    return !take(&in, 3) && begins_brotli(data, length);
}

/* Whether text begins so, by its first three bytes, or a byte order mark. */
static int begins_text(const uint8_t *at) {
    if (!((at[0] | at[1] | at[2]) >> 7)) return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xEF) return at[1] >> 6 == 2 && (at[0] < 0xE0 || at[2] >> 6 == 2);
    return be16(at) == 0xFFFE || be16(at) == 0xFEFF || (!be16(at) && at[2] == 0xFE);
}

/* Where the elements of Snappy from `at` on end that make up `size` bytes, or those that are there; 0 if a copy reaches back too
 * far. `made` is how many bytes they make up. */
static uint64_t end_of_snappy(const uint8_t *data, uint64_t length, uint64_t at, uint64_t size, uint64_t *made) {
    Element element = {0};
    for (*made = 0; at < length && *made < size && snappy_element(data, length, at, &element); at = element.end) {
        if (element.copied && (!element.distance || element.distance > *made)) return 0;
        *made += element.literals + element.copied;
    }
    return at;
}

/* Whether this is a whole block of Snappy that begins with a literal: its elements are as long as it says. */
static int is_whole_snappy(const uint8_t *data, uint64_t length) {
    uint64_t at = 0, size = 0, made;
    for (; at < 3 && data[at] & 0x80; at++) size |= (uint64_t)(data[at] & 0x7F) << 7 * at;
    size |= (uint64_t)data[at] << 7 * at;
    at = end_of_snappy(data, length, at + 1, size, &made);
    return at && made >= size && may_follow(data + at, data + length, made);
}

/* Whether this may be a block of Snappy: the length of its content, and a literal that begins it. */
static int may_be_snappy(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    uint64_t at = 0;
    while (at < 3 && data[at] & 0x80) at++;
    uint32_t tag = data[++at];
    if (tag & 3) return 0;
    uint64_t begin = at + 1 + (tag >> 2 < 60 ? 0 : (tag >> 2) - 59), literal = tag >> 2 < 60 ? (tag >> 2) + 1 : 60;
    if (is_whole_snappy(data, length)) return 1;
    if (!begins_text(data + begin)) return 0;
    if (literal < 4 || begin + 4 > length) return 1;
    return may_begin_content(data + begin, literal < length - begin ? literal : length - begin, beginnings);
}

/* Why decoded bytes, 12 at least and as many as those of the longest word at most, may be more than a digest: text or a known format, the same after a length of four bytes, compressed data
 * without a signature; text among other bytes, or compressed data behind its length. If there is no reason, Python would find
 * nothing either. */
enum { KNOWN = 1, KNOWN_AFTER_LENGTH = 2, UNSIGNED = 4, TEXT_WITHIN = 8, BEHIND_LENGTH = 16 };

/* Whether these may be compressed data without a signature. */
static int may_be_unsigned(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    /* LZMA of any properties, and LZ4 after the length of its content */
    return (length > 13 && !data[13]) || (!data[3] && data[4] >> 4) || may_be_snappy(data, length, beginnings) ||
           may_be_deflate(data, length, beginnings) ||
           (length >= SHORTEST_BROTLI && may_be_brotli(data, length, beginnings));
}

/* Whether compressed data may be behind its length: all the rest of a message, or all but some zeros, with which a coding fills
 * its last group. A length of several bytes has zeros here. */
static int may_be_behind_length(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    uint64_t padding = 0;
    while (padding < MOST_PADDING && padding < length && !data[length - 1 - padding]) padding++;
    for (uint64_t at = 1; at + SHORTEST_BEHIND <= length; at++) {
        uint64_t last = at - 1, rest = length - at;
        while (last && at - last < 8 && !data[last]) last--;
        for (uint64_t each = 0; each <= padding && rest - each >= SHORTEST_BEHIND; each++)
            if (data[last] == rest - each &&
                (may_begin_format(data + at, beginnings) || may_begin_format(data + at + 4, beginnings) ||
                 may_be_unsigned(data + at, rest - each, beginnings)))
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
