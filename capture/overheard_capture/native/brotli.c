/* Whether brotli without a signature may begin so (see protocols/tls/compressed.py): all its prefix codes are well-formed. */

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
