/* Markup (see decoders/markup.py, which does the same) */

enum { LONGEST_TAG = 1024, LONGEST_PREFIX = 8 };

/* The end of letters and digits at `at`. */
static const uint8_t *after_word(const uint8_t *at, const uint8_t *end) {
    while (at < end && (is_letter(*at) || is_digit(*at))) at++;
    return at;
}

/* What a reader sees in the place of the tag whose name is at `at`; 0 for nothing. */
static uint8_t in_place_of(const uint8_t *at, const uint8_t *end) {
    static const char hyphen[] = "noBreakHyphen";
    const uint8_t *stop = after_word(at, end);
    if (stop < end && *stop == ':' && stop > at && stop - at <= LONGEST_PREFIX) at = stop + 1, stop = after_word(at, end);
    if (stop < end && (*stop == ':' || *stop == '_' || *stop == '.' || *stop == '-')) return 0;
    uint8_t first = at < end ? *at | 0x20 : 0, second = stop - at > 1 ? at[1] | 0x20 : 0;
    if (stop - at == 1) return first == 'p' ? '\n' : 0;
    if (stop - at == 2) {
        int is_block = (first == 'b' && second == 'r') || (first == 't' && (second == 'd' || second == 'h' || second == 'r')) ||
                       (first == 'l' && second == 'i') || (first == 'd' && (second == 'd' || second == 't')) ||
                       (first == 'h' && (second == 'r' || (at[1] >= '1' && at[1] <= '6')));
        return is_block ? '\n' : 0;
    }
    if (stop - at == sizeof hyphen - 1) return strncasecmp((const char *)at, hyphen, sizeof hyphen - 1) == 0 ? '-' : 0;
    if (stop - at != 3) return 0;
    uint8_t third = at[2] | 0x20;
    return (first == 'd' && second == 'i' && third == 'v') || (first == 't' && second == 'a' && third == 'b') ? '\n' : 0;
}

/* Copy text to `out` without tags, with a line end or hyphen for some. Returns its length. */
uint64_t without_tags(const uint8_t *data, uint64_t length, uint8_t *out) {
    static const char section[] = "<![CDATA[";
    const uint8_t *at = data, *end = data + length, *copied = data;
    uint8_t *to = out;
    while (at < end && (at = memchr(at, '<', end - at))) {
        const uint8_t *next = at + 1, *from = at;
        uint8_t seen = 0;
        if ((uint64_t)(end - at) >= sizeof section - 1 && *next == '!' &&
            strncasecmp((const char *)at, section, sizeof section - 1) == 0) {
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
            seen = in_place_of(name, next++);
        }
        memcpy(to, copied, from - copied);
        to += from - copied;
        if (seen) *to++ = seen;
        at = copied = next;
    }
    memcpy(to, copied, end - copied);
    return (uint64_t)(to - out) + (uint64_t)(end - copied);
}
