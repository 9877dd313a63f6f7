/* Signs that HTML, XML or JSON escape, also several times (see decoders/armour/escaped_signs.py) */

/* Signs that are escaped as entities. */
static const struct {
    uint8_t length, text[6], sign;
} entities[] = {{4, "amp;", '&'},  {3, "lt;", '<'},   {3, "gt;", '>'},   {5, "quot;", '"'}, {5, "apos;", '\''},
                {4, "#38;", '&'},  {4, "#60;", '<'},  {4, "#62;", '>'},  {4, "#34;", '"'},  {4, "#39;", '\''},
                {5, "#x26;", '&'}, {5, "#x3c;", '<'}, {5, "#x3e;", '>'}, {5, "#x22;", '"'}, {5, "#x27;", '\''}};

/* The length of the rest of an entity behind its ampersand, and its sign; 0 if it is none. */
static uint64_t entity(const uint8_t *at, const uint8_t *end, uint8_t *sign) {
    if (at == end || !(*at == 'a' || *at == 'l' || *at == 'g' || *at == 'q' || *at == '#')) return 0;
    for (int each = 0; each < 15; each++) {
        uint64_t size = entities[each].length, same = 0;
        if ((uint64_t)(end - at) < size) continue;
        while (same < size) {
            uint8_t byte = at[same], other = entities[each].text[same];
            if (byte != other && !(size == 5 && other == 'x' && byte == 'X') &&
                !(size == 5 && entities[each].text[0] == '#' && same == 3 && (byte | 0x20) == other)) break;
            same++;
        }
        if (same == size) {
            *sign = entities[each].sign;
            return size;
        }
    }
    return 0;
}

/* The length of a sign that is escaped at `at`, for HTML, XML or JSON: as an entity, or with backslashes, or with an ampersand
 * that is escaped itself. `way` is another number for each way to do that. 0 if there is none. */
static uint64_t escaped(const uint8_t *at, const uint8_t *end, uint8_t *sign, int *way) {
    const uint8_t *next = at + 1;
    uint64_t length = 0, matched;
    *way = 0;
    if (*at == '\\') {
        while (next < end && next - at < 8 && *next == '\\') next++;
        if (end - next < 5 || memcmp(next, "u00", 3) || !digit[next[3]] || !digit[next[4]]) return 0;
        *sign = (uint8_t)((digit[next[3]] - 1) << 4 | (digit[next[4]] - 1));
        *way = 6 * (int)(next - at);
        next += 5, length = (uint64_t)(next - at);
        if (!*sign || !strchr("&<>\"'", *sign)) return 0;
        if (*sign != '&') return length;
    } else if (*at != '&') {
        return 0;
    }
    for (int nested = 1; nested <= 5 && (matched = entity(next, end, sign)); nested++) {
        next += matched, length = (uint64_t)(next - at), ++*way;
        if (*sign != '&') break;
    }
    return length;
}
