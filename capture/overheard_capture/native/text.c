/* Text: whether it is plain, and where something in it may begin (see content/byte_scan.py). */

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

/* So many bytes before a soft line break are printable, or so many no control codes. */
enum { PRINTABLE_BEFORE = 4, TEXT_BEFORE = 32 };

/* Whether the bytes of the line before a soft line break at `at` are like that: if not, it is chance. */
static int ends_as_text(const uint8_t *data, const uint8_t *at) {
    int only_printable = 1;
    for (int count = 0; count < TEXT_BEFORE && at > data && at[-1] != '\n'; count++) {
        if (count == PRINTABLE_BEFORE && only_printable) return 1;
        only_printable &= printable(*--at);
        if (!printable(*at) && *at < 128) return 0;
    }
    return 1;
}

/* The offset from `start` on of what only a line of quoted-printable has, a soft line break or the escapes that Python's
 * expression matches (see content/byte_scan.py); -1 if there is nothing. */
int64_t quoted_printable(const uint8_t *data, uint64_t length, uint64_t start) {
    const uint8_t *at = data + start, *end = data + length;
    for (; at < end && (at = memchr(at, '=', end - at)); at++) {
        uint64_t left = (uint64_t)(end - at);
        int is_break = left > 1 && (at[1] == '\n' || (left > 2 && at[1] == '\r' && at[2] == '\n'));
        if (is_break && ends_as_text(data, at)) return at - data;
        if (left < 3) continue;
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

