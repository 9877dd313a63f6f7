/* Whether records that should be ciphertext are as even as random bytes (see protocols/tls/evenness.py). */

enum { EVEN_WINDOW = 1024, EVEN_ALONE = 512, EVEN_WORDS = 128, EVEN_COLUMNS = 64 };
/* What a byte that repeats one before it counts, and one that does not, and what is certain, in 1/80 bit. */
enum { REPEATED = 320, NOT_REPEATED = 7, CERTAIN_COLUMNS = 80 * 64 };
/* By how much chi-squared may exceed its 255 degrees of freedom, and the square of 10 standard deviations of a sum of bits. */
enum { EVEN_EXCESS = 160, EVEN_BITS = 96 };
enum { UNEVEN = 1, MAYBE_UNEVEN = 2 };

/* One direction. Bytes by their values: `total` of all windows before, `counts` of a window that is complete, and `few` of short
 * records, which make up a window together. `words` are some of the last 8 bytes in a row, `columns` what the last record began
 * with. */
struct evenness {
    uint64_t words[EVEN_WORDS];
    int64_t column_bits;
    uint32_t total[256], counts[256], few[256];
    uint32_t size, few_size, repeated, width;
    uint8_t columns[EVEN_COLUMNS];
};

/* Whether records begin alike, column by column. */
static int even_columns(struct evenness *state, const uint8_t *data, uint64_t length) {
    uint32_t width = length < EVEN_COLUMNS ? (uint32_t)length : EVEN_COLUMNS, both = width < state->width ? width : state->width;
    int64_t same = 0;
    for (uint32_t at = 0; at < both; at++) same += data[at] == state->columns[at];
    memcpy(state->columns, data, width);
    state->width = width;
    state->column_bits += same * REPEATED - (both - same) * NOT_REPEATED;
    if (state->column_bits < 0) state->column_bits = 0;
    return state->column_bits >= CERTAIN_COLUMNS;
}

/* The window was even. */
static void next_window(struct evenness *state) {
    for (int byte = 0; byte < 256; byte++) state->total[byte] += state->counts[byte];
    memset(state->counts, 0, sizeof state->counts);
}

/* Make a window of the short records. */
static void take_few(struct evenness *state) {
    memcpy(state->counts, state->few, sizeof state->counts);
    memset(state->few, 0, sizeof state->few);
    state->size = state->few_size;
    state->few_size = 0;
}

static int has_excess(const uint32_t *counts) {
    uint64_t squares = 0, size = 0;
    for (int byte = 0; byte < 256; byte++) size += counts[byte];
    for (int byte = 0; byte < 256; byte++) squares += (uint64_t)counts[byte] * counts[byte];
    /* Of what is longer than this, the squares may be too large: Python looks. */
    if (size >> 28) return 1;
    return 256 * squares > size * size + size * (255 + EVEN_EXCESS);
}

/* UNEVEN, MAYBE_UNEVEN if Python must look at the counts, or 0. */
static int window_is_uneven(const struct evenness *state) {
    int64_t size = state->size;
    uint32_t folded[256];
    memcpy(folded, state->counts, sizeof folded);
    for (int half = 128; half; half /= 2) {
        int64_t ones = 0;
        for (int byte = 0; byte < half; byte++) {
            ones += folded[half + byte];
            folded[byte] += folded[half + byte];
        }
        if ((2 * ones - size) * (2 * ones - size) > EVEN_BITS * size) return UNEVEN;
    }
    return has_excess(state->counts) ? MAYBE_UNEVEN : 0;
}

/* Add a record without its nonce. Returns whether it, or a window that it ends, is uneven. */
int add_even(struct evenness *state, const uint8_t *data, uint64_t length) {
    int uneven = even_columns(state, data, length);
    for (uint64_t at = 0; at + 8 <= length; at += 8) {
        uint64_t word;
        memcpy(&word, data + at, 8);
        uint64_t *place = &state->words[data[at] % EVEN_WORDS];
        state->repeated += *place == word;
        *place = word;
    }
    uint32_t *counts = length < EVEN_ALONE ? state->few : state->counts;
    for (uint64_t at = 0; at < length; at++) counts[data[at]]++;
    if (uneven || state->repeated > 1) return UNEVEN;
    if (length < EVEN_ALONE) {
        state->few_size += (uint32_t)length;
        if (state->few_size < EVEN_WINDOW) return 0;
        take_few(state);
    } else
        state->size = (uint32_t)length;
    if ((uneven = window_is_uneven(state))) return uneven;
    next_window(state);
    return 0;
}

/* The same at the end of a direction, for the short records that are left, and for all together. */
int end_even(struct evenness *state) {
    take_few(state);
    int uneven = window_is_uneven(state);
    if (uneven) return uneven;
    next_window(state);
    return has_excess(state->total) ? MAYBE_UNEVEN : 0;
}

/* Add complete TLS records, from `start` on, each without a nonce of this length. Returns the offset after the last one that was
 * added: all, unless one is, or may be, uneven, as `uneven` says. */
uint64_t add_even_records(struct evenness *state, const uint8_t *data, uint64_t start, uint64_t end, uint64_t nonce,
                          int32_t *uneven) {
    *uneven = 0;
    while (start + 5 <= end && !*uneven) {
        uint64_t length = be16(data + start + 3), skipped = nonce < length ? nonce : length;
        *uneven = add_even(state, data + start + 5 + skipped, length - skipped);
        start += 5 + length;
    }
    return start;
}
