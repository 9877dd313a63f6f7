/* Whether bytes are certainly as random as signatures, hashes and ciphertext are (see content/randomness.py). */

enum { RANDOM_SAMPLE = 1 << 10, FEWEST_RANDOM = 24, LEAST_TEXT = 4, MOST_WIDE = 23, LEAST_PADDING = 5 };

/* How many characters of UTF-16 are here, each a printable byte before or behind a zero; 0 if they are fewer or more than counts. */
static uint64_t wide_characters(const uint8_t *data, uint64_t length, uint64_t at, int letter) {
    uint64_t count = 0, first = at;
#define IS_WIDE(place) (!data[(place) + 1 - letter] && data[(place) + letter] >= ' ' && data[(place) + letter] <= '~')
    if (at >= 2 && IS_WIDE(at - 2)) return 0;
    for (; count < MOST_WIDE && at + 2 <= length && IS_WIDE(at); at += 2) count++;
    return count < LEAST_TEXT || (at + 2 <= length && IS_WIDE(at)) ? 0 : at - first;
#undef IS_WIDE
}

/* The bytes without text and padding. Returns how many are left. */
static uint64_t without_text_or_padding(const uint8_t *data, uint64_t length, uint8_t *out) {
    uint64_t left = 0, end, size;
    for (uint64_t at = 0; at < length;) {
        for (end = at; end < length && printable(data[end]); end++) continue;
        size = end - at >= LEAST_TEXT ? end - at : 0;
        if (!size) size = wide_characters(data, length, at, 0);
        if (!size) size = wide_characters(data, length, at, 1);
        if (!size) {
            for (end = at; end < length && data[end] == data[at]; end++) continue;
            size = end - at >= LEAST_PADDING ? end - at : 0;
        }
        if (size) at += size;
        else out[left++] = data[at++];
    }
    return left;
}

/* Whether so many pairs of bytes without their last bits may be equal that Python must count: it does so exactly. */
static int may_be_uneven(const uint8_t *data, uint64_t length, int shift) {
    enum { MOST_DEVIATIONS = 11, FREQUENT = 8 };
    uint32_t counts[256] = {0}, most = 0;
    double pairs = (double)length * (double)(length - 1) / 2, share = 1.0 / (256 >> shift), equal = 0;
    for (uint64_t at = 0; at < length; at++) counts[data[at] >> shift]++;
    for (int byte = 0; byte < 256; byte++) {
        equal += (double)counts[byte] * (counts[byte] - 1.0) / 2;
        if (counts[byte] > most) most = counts[byte];
    }
    double excess = equal - pairs * share, limit = MOST_DEVIATIONS * MOST_DEVIATIONS * pairs * share * (1 - share);
    return (uint64_t)most * FREQUENT > length && excess > 0 && excess * excess > 0.999 * limit;
}

/* 1 if they look random; 0 if Python must look. */
int looks_random(const uint8_t *data, uint64_t length) {
    uint8_t rest[RANDOM_SAMPLE];
    uint64_t left = without_text_or_padding(data, length < RANDOM_SAMPLE ? length : RANDOM_SAMPLE, rest), others = 0;
    if (left < FEWEST_RANDOM) return 1;
    for (uint64_t at = 0; at < left; at++)
        if (rest[at]) rest[others++] = rest[at];
    if (4 * (left - others) >= left) return 0;
    return others < 2 || !(may_be_uneven(rest, others, 0) || may_be_uneven(rest, others, 5));
}
