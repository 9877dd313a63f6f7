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

/* The offset from `start` on of what only a line of quoted-printable has, a soft line break or the escapes that Python's
 * expression matches (see content/byte_scan.py); -1 if there is nothing. */
int64_t quoted_printable(const uint8_t *data, uint64_t length, uint64_t start) {
    const uint8_t *at = data + start, *end = data + length;
    for (; at < end && (at = memchr(at, '=', end - at)); at++) {
        uint64_t left = (uint64_t)(end - at);
        if (left > 1 && at[1] == '\n') return at - data;
        if (left < 3) continue;
        if (at[1] == '\r' && at[2] == '\n') return at - data;
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

/* A set of texts to look for. `pairs` has a bit for each pair of bytes that one of them is known by. Each text has its length and
 * the offset of its pair before it. They are in the order of the first byte of that; `begins` is where those of each byte begin.
 * The pair of a text of one byte is that byte, and any other. `halves` has the same pairs, each with the byte behind it, in eight
 * groups: a bit for each that has one with that low or high half of the first, the second and the third byte. */
typedef struct {
    uint8_t pairs[1 << 13];
    uint16_t begins[257];
    uint8_t furthest; /* of the offsets */
    uint8_t halves[6][16];
    uint8_t texts[];
} Literals;

/* Whether a text is known by the pair of bytes at `at`. */
static inline int has_pair(const Literals *literals, const uint8_t *at) {
    uint32_t pair = at[0] | (uint32_t)at[1] << 8;
    return literals->pairs[pair >> 3] >> (pair & 7) & 1;
}

#if defined(__x86_64__) && defined(__GNUC__)
/* The groups in which these may be first, second or third bytes. */
__attribute__((target("avx2"))) static inline __m256i groups_of(__m256i bytes, const uint8_t (*halves)[16]) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[0]));
    __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[1]));
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* Skip pairs of bytes that are in no group, 32 at a time, as long as there are so many. */
__attribute__((target("avx2"))) static uint64_t skip_pairs(const uint8_t *data, uint64_t length, uint64_t at,
                                                          const Literals *literals) {
    for (; at + 34 <= length; at += 32) {
        __m256i first = groups_of(_mm256_loadu_si256((const __m256i *)(data + at)), literals->halves);
        __m256i second = groups_of(_mm256_loadu_si256((const __m256i *)(data + at + 1)), literals->halves + 2);
        __m256i third = groups_of(_mm256_loadu_si256((const __m256i *)(data + at + 2)), literals->halves + 4);
        __m256i all = _mm256_and_si256(_mm256_and_si256(first, second), third);
        __m256i none = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
        uint32_t some = ~(uint32_t)_mm256_movemask_epi8(none);
        if (some) return at + (uint64_t)__builtin_ctz(some);
    }
    return at;
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static uint64_t skip_pairs(const uint8_t *data, uint64_t length, uint64_t at, const Literals *literals) { return at; }

static int has_avx2(void) { return 0; }
#endif

/* The offset of the first occurrence of any of the texts from `start` on; -1 if there is none. */
int64_t first_of(const uint8_t *data, uint64_t length, uint64_t start, const Literals *literals) {
    uint64_t first = length, stop = length;
    int in_vectors = has_avx2();
    for (uint64_t at = start; at < stop; at++) {
        if (in_vectors) at = skip_pairs(data, length, at, literals);
        while ((!in_vectors || at + 34 > length) && at + 4 < stop &&
               !(has_pair(literals, data + at) | has_pair(literals, data + at + 1) | has_pair(literals, data + at + 2) |
                 has_pair(literals, data + at + 3)))
            at += 4;
        if (at >= stop) break;
        const uint8_t pair[2] = {data[at], at + 1 < length ? data[at + 1] : 0};
        if (!has_pair(literals, pair)) continue;
        const uint8_t *text = literals->texts + literals->begins[*pair], *none = literals->texts + literals->begins[*pair + 1];
        for (; text < none; text += 2 + text[0]) {
            if (at < start + text[1]) continue;
            uint64_t begin = at - text[1], size = text[0];
            /* The first and the last byte are compared before the call, which takes longer. */
            if (begin >= first || begin + size > length || data[begin] != text[2]) continue;
            if (data[begin + size - 1] == text[1 + size] && memcmp(data + begin, text + 2, size) == 0) first = begin;
        }
        /* An earlier occurrence than the first one that was found may be known by a later pair. */
        if (first < length && first + literals->furthest + 1 < stop) stop = first + literals->furthest + 1;
    }
    return first < length ? (int64_t)first : -1;
}
