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

/* Of lz-string, the beginning of the text, in units of UTF-16, and where in it each entry is. */
enum { UNITS_KNOWN = 16, MOST_UNITS = 64, MOST_ENTRIES = 64 };
typedef struct {
    uint16_t text[MOST_UNITS];
    uint8_t starts[MOST_ENTRIES], lengths[MOST_ENTRIES];
    uint32_t units, entries;
} Beginning;

/* Whether content may begin with these units, in UTF-8. Half a surrogate pair may be anything. */
static int units_begin_content(const Beginning *of, const uint8_t *beginnings) {
    uint8_t out[3 * MOST_UNITS];
    uint64_t size = 0;
    for (uint32_t each = 0; each < of->units; each++) {
        uint16_t unit = of->text[each];
        if (unit >> 11 == 0x1B) return 1;
        if (unit >= 0x800) out[size++] = (uint8_t)(0xE0 | unit >> 12), out[size++] = (uint8_t)(0x80 | (unit >> 6 & 0x3F));
        else if (unit >= 0x80) out[size++] = (uint8_t)(0xC0 | unit >> 6);
        out[size++] = (uint8_t)(unit < 0x80 ? unit : 0x80 | (unit & 0x3F));
    }
    return size < 4 || may_begin_content(out, size, beginnings);
}

/* Whether this may be lz-string that begins with a character of eight bits: each code was made before, and content begins so.
 * A short one has ASCII. */
static int may_be_lz_string(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    enum { BYTE, UNIT, END };
    if (length < SHORTEST_BROTLI || data[0] >> 6) return 0;
    Bits in = {data, 8 * length, 0};
    Beginning known = {.entries = 3};
    uint32_t entries = 3, begun = 0, before = 0, before_length = 0, is_known = 0;
    for (;;) {
        uint32_t width = 2, unit;
        while ((entries - !begun) >> width) width++;
        if (in.at + width > in.end) break;
        uint32_t code = take_reversed(&in, width), begins = known.units;
        if (code == END) {
            for (uint64_t at = (in.at + 7) / 8; at < length; at++)
                if (data[at]) return 0;
            break;
        }
        if (code < END) {
            width = code == BYTE ? 8 : 16;
            if (in.at + width > in.end) break;
            unit = take_reversed(&in, width), entries++;
            if (length <= LITTLE && unit > 127) return 0;
            if (!is_known) {
                known.text[known.units++] = (uint16_t)unit;
                known.starts[known.entries] = (uint8_t)begins, known.lengths[known.entries++] = 1;
            }
        } else if (code > entries || (code == entries && !begun)) {
            return 0;
        } else if (!is_known) {
            uint32_t is_new = code == entries, start = is_new ? before : known.starts[code];
            for (uint32_t left = is_new ? before_length : known.lengths[code]; left; left--, start++)
                known.text[known.units++] = known.text[start];
            if (is_new) known.text[known.units++] = known.text[before];
        }
        if (!is_known && begun) {
            known.starts[known.entries] = (uint8_t)before, known.lengths[known.entries++] = (uint8_t)(before_length + 1);
        }
        before = begins, before_length = known.units - begins;
        entries += begun, begun = 1;
        if (!is_known && known.units >= UNITS_KNOWN) {
            is_known = 1;
            if (!units_begin_content(&known, beginnings)) return 0;
        }
    }
    return is_known || units_begin_content(&known, beginnings);
}

/* Whether this may be brotli whose first meta-block is stored, in `size` bytes from here on. Padding before them is zero. */
static int may_be_stored_brotli(Bits *in, uint64_t size, const uint8_t *beginnings) {
    if (take(in, -in->at & 7)) return 0;
    uint64_t begin = in->at / 8, length = in->end / 8;
    /* Something else may follow what is stored, or nothing. */
    if (begin + 4 > length || size < length - begin) return 1;
    return may_begin_content(in->data + begin, length - begin, beginnings) || may_be_deflate(in->data + begin, length - begin, beginnings);
}

/* Whether this may be brotli (RFC 7932, 9.2). A first meta-block that is stored, or has metadata, is padded with zeros. */
static int may_be_any_brotli(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    Bits in = {data, 8 * length, 0};
    if (take(&in, 1) && !take(&in, 3)) take(&in, 3);
    if (take(&in, 1)) return begins_brotli(data, length);
    uint32_t nibbles = take(&in, 2) + 4;
    if (nibbles == 7) {
        if (take(&in, 1)) return 0;
        take(&in, 8 * take(&in, 2));
        return !take(&in, -in.at & 7);
    }
    uint64_t size = take(&in, 4 * nibbles) + 1;
    return take(&in, 1) ? may_be_stored_brotli(&in, size, beginnings) : begins_brotli(data, length);
}

/* Whether this may be the header of an `.lzma` file (see `is_lzma`). */
static int may_be_lzma(const uint8_t *data, uint64_t length) {
    enum { HEADER = 13, MAX_PROPERTIES = 224 };
    if (length <= HEADER || data[0] > MAX_PROPERTIES || data[HEADER]) return 0;
    uint64_t dictionary = le32(data + 1), size = le32(data + 5) | (uint64_t)le32(data + 9) << 32, lowest = dictionary & -dictionary;
    if (!dictionary || (dictionary != lowest && dictionary != 3 * lowest && dictionary != 0xFFFFFFFF)) return 0;
    return size < 1ull << 38 || size == UINT64_MAX;
}

/* Python decompresses no more. */
enum { MOST_MADE = 4096 };

/* Whether this may be LZ4 after its length, of at most 16 MiB, that begins with literals: no copy reaches back too far. */
static int may_be_lz4(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    if (data[3] || !(data[4] >> 4)) return 0;
    uint64_t at = 4, made = 0, size = le32(data);
    Element element = {0};
    for (; lz4_element(data, length, at, &element); at = element.end) {
        made += element.literals;
        if (made >= MOST_MADE) return 1;
        if (made >= size) return made == size && may_follow(data + element.literals_at + element.literals, data + length, made);
        if (!element.distance || element.distance > made) return 0;
        made += element.copied, element.literals = 0;
        if (made >= MOST_MADE || element.end == length) return 1;
        if (made >= size) return made == size && may_follow(data + element.end, data + length, made);
    }
    if (made + element.literals >= size) return 1;
    uint64_t first = data[4] >> 4;
    return first < SHORTEST_TEXT || first == 15 || first > length - 5 || may_begin_content(data + 5, first, beginnings);
}

/* Whether the elements of a block of Snappy may be well-formed: no copy reaches back too far. */
static int may_be_well_formed_snappy(const uint8_t *data, uint64_t length) {
    uint64_t at = 0, made, size = data[0] & 0x7f;
    for (; at < 4 && data[at] & 0x80; at++) size |= (uint64_t)(data[at + 1] & 0x7f) << 7 * (at + 1);
    if (data[at] & 0x80) return 1;
    at = end_of_snappy(data, length, at + 1, size < MOST_MADE ? size : MOST_MADE, &made);
    return at && (made < size || made >= MOST_MADE || (made == size && may_follow(data + at, data + length, made)));
}

/* Why these bytes may be compressed without a signature: a bit for each format. */
enum { AS_LZMA = 32, AS_BROTLI = 64, AS_DEFLATE = 128, AS_LZ4 = 256, AS_SNAPPY = 512, AS_LZ_STRING = 1024 };

static int may_be_format(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    int is_brotli = length > LITTLE ? may_be_any_brotli(data, length, beginnings) : length >= SHORTEST_BROTLI && may_be_brotli(data, length, beginnings);
    int is_snappy = may_be_snappy(data, length, beginnings) && may_be_well_formed_snappy(data, length);
    return (may_be_lzma(data, length) ? AS_LZMA : 0) | (is_brotli ? AS_BROTLI : 0) |
           (may_be_deflate(data, length, beginnings) ? AS_DEFLATE : 0) | (may_be_lz4(data, length, beginnings) ? AS_LZ4 : 0) |
           (is_snappy ? AS_SNAPPY : 0) | (may_be_lz_string(data, length, beginnings) ? AS_LZ_STRING : 0);
}

/* Why these bytes, 12 at least, may be compressed without a signature, or a known format after a length of four bytes. */
int may_be_compressed(const uint8_t *data, uint64_t length, const uint8_t *beginnings) {
    int known = may_begin_format(data + 4, beginnings) || may_be_tar(data + 4, length - 4);
    return (known ? KNOWN_AFTER_LENGTH : 0) | may_be_format(data, length, beginnings);
}

/* At which of the first offsets, each a bit, content may begin: of a known format, without a signature, or wide text at once. */
int contents_at(const uint8_t *data, uint64_t length, uint64_t offsets, const uint8_t *beginnings) {
    enum { HEAD = 256, SHORT = 12 };
    int found = 0;
    for (uint64_t at = 0; at < offsets && at < length; at++) {
        uint64_t size = length - at < HEAD ? length - at : HEAD;
        const uint8_t *head = data + at;
        if (size < SHORT || may_begin_format(head, beginnings) || may_be_tar(head, size) || (!at && may_be_wide(head, size)) ||
            may_be_compressed(head, size, beginnings))
            found |= 1 << at;
    }
    return found;
}
