/* Texts that are looked for at once (see content/byte_scan.py). */

/* The groups of a bank, one a bit; and how many banks there may be. */
enum { GROUPS = 8, BANKS = 2 };

/* A set of texts to look for. Each is known by three bytes in it, which are rare; by fewer if it has no more. `pairs` has a bit
 * for the first two of these. Each text has its length and the offset of those bytes before it. They are in the order of the
 * first byte of that; `begins` is where those of each byte begin. The pair of a text of one byte is that byte, and any other.
 * `halves` has all three bytes in groups: a bit for each that has one with that low or high half of the first, the second and
 * the third byte. */
typedef struct {
    uint8_t pairs[1 << 13];
    uint16_t begins[257];
    uint8_t furthest; /* of the offsets */
    uint8_t banks; /* that are not empty */
    uint8_t halves[BANKS][6][16];
    uint8_t texts[];
} Literals;

/* How frequent the bytes are that have one of these low and one of these high halves. */
static uint64_t frequency_of(const uint16_t *frequencies, uint16_t low, uint16_t high) {
    uint64_t sum = 0;
    for (; high; high &= high - 1)
        for (uint16_t left = low; left; left &= left - 1) sum += frequencies[__builtin_ctz(high) << 4 | __builtin_ctz(left)];
    return sum;
}

/* How frequent three such bytes in a row are. */
static double frequency_of_three(const uint16_t *frequencies, const uint16_t *halves) {
    double product = 1;
    for (int each = 0; each < 6; each += 2) product *= (double)frequency_of(frequencies, halves[each], halves[each + 1]);
    return product;
}

/* Assign beginnings, the most frequent one first, to groups: each to the one that is passed by the fewest bytes more with it. A
 * beginning is its length and three bytes. Beyond its end any byte may be. */
void group_beginnings(const uint8_t *beginnings, uint64_t count, const uint16_t *frequencies, uint8_t *halves) {
    uint16_t groups[BANKS * GROUPS][6] = {{0}};
    for (; count--; beginnings += 4) {
        uint16_t own[6], with[6];
        int best = 0;
        double least = 0;
        for (int each = 0; each < 3; each++) {
            uint8_t byte = beginnings[each + 1];
            own[2 * each] = each < *beginnings ? (uint16_t)(1 << (byte & 15)) : 0xFFFF;
            own[2 * each + 1] = each < *beginnings ? (uint16_t)(1 << (byte >> 4)) : 0xFFFF;
        }
        for (int group = 0; group < BANKS * GROUPS; group++) {
            for (int each = 0; each < 6; each++) with[each] = groups[group][each] | own[each];
            double more = frequency_of_three(frequencies, with) - frequency_of_three(frequencies, groups[group]);
            if (!group || more < least) best = group, least = more;
        }
        for (int each = 0; each < 6; each++) {
            groups[best][each] |= own[each];
            for (int half = 0; half < 16; half++)
                halves[16 * (6 * (best / GROUPS) + each) + half] |=
                    (uint8_t)((own[each] >> half & 1) << best % GROUPS);
        }
    }
}

/* Whether a text is known by the pair of bytes at `at`. */
static inline int has_pair(const Literals *literals, const uint8_t *at) {
    uint32_t pair = at[0] | (uint32_t)at[1] << 8;
    return literals->pairs[pair >> 3] >> (pair & 7) & 1;
}

/* How many bytes are looked at together, with those behind the last one. */
enum { TOGETHER = 32, WITH_THOSE_BEHIND = TOGETHER + 2 };

#if defined(__x86_64__) && defined(__GNUC__)
/* The groups in which these may be first, second or third bytes. */
__attribute__((target("avx2"))) static inline __m256i groups_of(__m256i bytes, const uint8_t (*halves)[16]) {
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[0]));
    __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)halves[1]));
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* Skip bytes with which no group begins, 32 at a time, as long as there are so many. Returns where it ends, and in `some` a bit
 * for each of the next 32 with which one may begin. */
__attribute__((target("avx2"))) static uint64_t skip_others(const uint8_t *data, uint64_t length, uint64_t at,
                                                           const Literals *literals, uint32_t *some) {
    const __m256i zero = _mm256_setzero_si256();
    *some = 0;
    for (; at + WITH_THOSE_BEHIND <= length; at += TOGETHER) {
        __m256i first = _mm256_loadu_si256((const __m256i *)(data + at));
        __m256i second = _mm256_loadu_si256((const __m256i *)(data + at + 1));
        __m256i third = _mm256_loadu_si256((const __m256i *)(data + at + 2));
        __m256i all = zero;
        for (int bank = 0; bank < literals->banks; bank++) {
            const uint8_t(*halves)[16] = literals->halves[bank];
            all = _mm256_or_si256(all, _mm256_and_si256(groups_of(first, halves), _mm256_and_si256(groups_of(second, halves + 2),
                                                                                                  groups_of(third, halves + 4))));
        }
        *some = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, zero));
        if (*some) break;
    }
    return at;
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static uint64_t skip_others(const uint8_t *data, uint64_t length, uint64_t at, const Literals *literals, uint32_t *some) {
    return at;
}

static int has_avx2(void) { return 0; }
#endif

/* The beginning of the first text, before `first`, that is known by the bytes at `at`; `first` if there is none. */
static uint64_t text_at(const uint8_t *data, uint64_t length, uint64_t start, uint64_t at, uint64_t first,
                        const Literals *literals) {
    const uint8_t pair[2] = {data[at], at + 1 < length ? data[at + 1] : 0};
    if (!has_pair(literals, pair)) return first;
    const uint8_t *text = literals->texts + literals->begins[*pair], *none = literals->texts + literals->begins[*pair + 1];
    for (; text < none; text += 2 + text[0]) {
        if (at < start + text[1]) continue;
        uint64_t begin = at - text[1], size = text[0];
        /* The first and the last byte are compared before the call, which takes longer. */
        if (begin >= first || begin + size > length || data[begin] != text[2]) continue;
        if (data[begin + size - 1] == text[1 + size] && memcmp(data + begin, text + 2, size) == 0) first = begin;
    }
    return first;
}

/* The offset of the first occurrence of any of the texts from `start` on; -1 if there is none. */
int64_t first_of(const uint8_t *data, uint64_t length, uint64_t start, const Literals *literals) {
    uint64_t first = length, at = start;
    int in_vectors = has_avx2();
    /* An earlier occurrence than the first one that was found may be known by later bytes. */
    while (at < length && at <= first + literals->furthest) {
        uint32_t some = 0;
        if (in_vectors) at = skip_others(data, length, at, literals, &some);
        if (some) {
            for (; some; some &= some - 1) {
                uint64_t place = at + (uint64_t)__builtin_ctz(some);
                if (has_pair(literals, data + place)) first = text_at(data, length, start, place, first, literals);
            }
            at += TOGETHER;
        } else if (at + 4 < length && !(has_pair(literals, data + at) | has_pair(literals, data + at + 1) |
                                        has_pair(literals, data + at + 2) | has_pair(literals, data + at + 3))) {
            at += 4;
        } else {
            first = text_at(data, length, start, at++, first, literals);
        }
    }
    return first < length ? (int64_t)first : -1;
}

/* The offsets of further occurrences from `start` on, in order, at most `most` of them. Returns how many there are. */
uint64_t places_of(const uint8_t *data, uint64_t length, uint64_t start, const Literals *literals, uint64_t *places,
                   uint64_t most) {
    uint64_t count = 0;
    while (count < most && start < length) {
        int64_t place = first_of(data, length, start, literals);
        if (place < 0) break;
        places[count++] = (uint64_t)place;
        start = (uint64_t)place + 1;
    }
    return count;
}
