/* Runs of codings of bytes as text: hexadecimal, base32 in capitals and in small letters, percent-encoded, base58, and base85
 * in three alphabets. */

/* The members of each are bits of a table. */
enum { HEXADECIMAL, CAPITAL, SMALL, PERCENT, BASE58, BASE85, NUMBERS = BASE85 + 3, CODINGS };
/* The fewest commas of a list of numbers, or the fewest numbers with blanks between them. In hexadecimal, at least one in
 * so many digits is a letter. */
enum { FEWEST = 7, FEWEST_IN_A_ROW = 15, FEWEST_LETTERS = 20, FEWEST_BYTES = 12 };
/* How long base64 is in which nothing else is looked for; and of so many characters at least one is each of its signs, of which
 * random bytes have four times as many. */
enum { LONG_BASE64 = 1024, ONE_SIGN_IN = 256 };

typedef struct {
    uint64_t from; /* where to go on */
    uint64_t begun[CODINGS]; /* whether a run of a coding may have begun before the data */
    uint64_t ends[CODINGS]; /* where that one ends */
    uint64_t first[CODINGS]; /* no run of a coding begins before this */
    uint64_t last[CODINGS]; /* where the members at the end of the data begin */
    uint64_t run_count, word_count, filled;
    uint64_t largest; /* of the words that count as a value, the most decoded bytes */
    /* The coding, start and end of each run that Python must read; or CODINGS, and the number of a word that may be
     * content, and why. */
    uint64_t *runs;
    /* The start and end of each run that was decoded, the offset and length of the decoded bytes in `out`, and whether they
     * count as a value. */
    uint64_t *words;
    uint8_t *out;
    uint64_t most, room;
    Base85 bases[NUMBERS - BASE85];
    /* The bytes around the last place that was looked at that may be base64, and whether they certainly are. */
    uint64_t base64_from, base64_to, is_base64;
} Coded;

/* Whether the first of these digits may belong to an escape, such as `\u0022`, `\x22` or `\042`. */
static int is_behind_backslash(const uint8_t *data, uint64_t at) {
    if (at && data[at - 1] == '\\') return 1;
    return at > 1 && data[at - 2] == '\\' && (data[at - 1] == 'u' || data[at - 1] == 'U' || data[at - 1] == 'x');
}

/* Add a run of hexadecimal digits and what is between them. One with a single word of digits, whose number is even, is
 * decoded to `out`, with three bytes behind it that occur in nothing. One without enough digits is left out. */
static void hexadecimal(Coded *found, const uint8_t *data, uint64_t at, uint64_t end, const uint8_t *beginnings) {
    uint64_t begin = 0, stop = 0, several = 0, words = 0, separators = 0;
    /* Whether these are decimal numbers; and how many in a row may be bytes, as those of text without a letter are. */
    int is_number = 1, in_a_row = 0, may_be_bytes = 0;
    for (uint64_t place = at; place < end;) {
        uint64_t word = place;
        for (; place < end && digit[data[place]]; place++) is_number &= data[place] <= '9';
        if (place == word) {
            uint8_t byte = data[place++];
            is_number &= strchr("\\xX%&#+rnt", byte) == NULL;
            separators = byte == ' ' || byte == ':' || byte == '-' ? separators + 1 : 2;
            continue;
        }
        if (place - word >= SHORTEST_CODED) words++, begin = word, stop = place;
        else if (place - word >= 2) several++;
        int is_byte = place - word == 2 && data[word] >= '2' && data[word] <= '7';
        in_a_row = !is_byte ? 0 : in_a_row && separators == 1 ? in_a_row + 1 : 1;
        may_be_bytes |= in_a_row == FEWEST_BYTES;
        separators = 0;
    }
    is_number &= !may_be_bytes;
    if (!words && (several < 3 || is_number)) return;
    if (words == 1 && !several && stop - begin <= LONGEST_WORD && (stop - begin) % 2 == 0 && !is_behind_backslash(data, begin)) {
        uint8_t *out = found->out + found->filled;
        uint64_t size = (stop - begin) / 2;
        for (uint64_t each = 0; each < size; each++)
            out[each] = (uint8_t)((digit[data[begin + 2 * each]] - 1) << 4 | (digit[data[begin + 2 * each + 1]] - 1));
        uint64_t *word = found->words + 5 * found->word_count++, letters = 0;
        for (uint64_t each = 0; each < 2 * size; each++) letters += data[begin + each] > '9';
        word[0] = at, word[1] = end, word[2] = found->filled, word[3] = size;
        /* Digits that are no decimal number; see decoders/opaque.py. */
        word[4] = FEWEST_LETTERS * letters >= 2 * size;
        if (word[4] && size > found->largest) found->largest = size;
        memcpy(out + size, "\0\xff", 3);
        found->filled += size + 3;
        int why = may_be_content(out, size, beginnings);
        if (why) {
            uint64_t *run = found->runs + 3 * found->run_count++;
            run[0] = CODINGS, run[1] = found->word_count - 1, run[2] = (uint64_t)why;
        }
        return;
    }
    uint64_t *run = found->runs + 3 * found->run_count++;
    run[0] = HEXADECIMAL, run[1] = at, run[2] = end;
}

/* Whether a list of numbers of up to three digits may be there. */
static int may_be_numbers(const uint8_t *data, uint64_t at, uint64_t end) {
    int commas = 0, digits = 0, in_a_row = 0;
    for (uint64_t place = at; place < end; place++) {
        uint8_t byte = data[place];
        if (byte >= '0' && byte <= '9') {
            digits++;
            continue;
        }
        if (digits) in_a_row = digits <= 3 ? in_a_row + 1 : 0;
        commas += byte == ',', digits = 0;
        if (byte == ',' || byte == ':' || byte == '"') in_a_row = 0;
        if (commas >= FEWEST || in_a_row >= FEWEST_IN_A_ROW) return 1;
    }
    return 0;
}

/* Whether a plus sign and something else of base64 are before it. Such signs may begin a line, as in a diff, which may be
 * escaped in a string. */
static int is_behind_plus(const uint8_t *data, uint64_t at) {
    if (!at || data[at - 1] != '+') return 0;
    for (; at && data[at - 1] == '+'; at--) {}
    uint8_t byte = at ? data[at - 1] : ' ', letter = byte | 0x20;
    if (at > 1 && data[at - 2] == '\\' && (byte == 'n' || byte == 'r')) return 0;
    return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9') || byte == '/';
}

static int may_be_base64(uint8_t byte) {
    uint8_t letter = byte | 0x20;
    return (letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == '\r' ||
           byte == '\n';
}

/* Whether a run is a part of long base64, which is longer, and has both of its signs about as often as random bytes have. */
static int is_within_base64(Coded *found, const uint8_t *data, uint64_t length, uint64_t at, uint64_t end) {
    if (at >= found->base64_to) {
        uint64_t from = at, to = at, plus = 0, slashes = 0;
        while (from > found->base64_to && may_be_base64(data[from - 1])) from--;
        for (; to < length && may_be_base64(data[to]); to++);
        for (uint64_t each = from; each < to; each++) plus += data[each] == '+', slashes += data[each] == '/';
        found->base64_from = from, found->base64_to = to > at ? to : at + 1;
        found->is_base64 = to - from >= LONG_BASE64 && plus >= (to - from) / ONE_SIGN_IN && slashes >= (to - from) / ONE_SIGN_IN;
    }
    return found->is_base64 && end <= found->base64_to;
}

static void coded(Coded *found, int coding, const uint8_t *data, uint64_t length, uint64_t at, uint64_t end,
                  const uint8_t *beginnings) {
    if (at < found->first[coding]) return;
    if (coding == HEXADECIMAL) {
        hexadecimal(found, data, at, end, beginnings);
        return;
    }
    if (coding == PERCENT) {
        if (!memchr(data + at, '%', end - at)) return;
    } else if (coding >= BASE58 && coding < NUMBERS && is_within_base64(found, data, length, at, end)) {
        return;
    } else if (coding == BASE58) {
        /* It must have letters of both cases, and none that is left out; between signs it is base64. */
        int kinds = 0;
        if (data[end] == '+' || is_behind_plus(data, at)) return;
        for (uint64_t place = at; place < end; place++) {
            uint8_t byte = data[place];
            if (byte == '0' || byte == 'O' || byte == 'I' || byte == 'l') return;
            kinds |= byte >= 'a' ? 1 : byte >= 'A' ? 2 : 0;
        }
        if (kinds != 3) return;
    } else if (coding == NUMBERS) {
        if (!may_be_numbers(data, at, end)) return;
    } else if (coding >= BASE85) {
        if (end - at < SHORTEST_BASE85 || !has_base85(data, at, end, found->bases + coding - BASE85, beginnings)) return;
    } else {
        /* A long word must have other characters than hexadecimal digits. */
        uint64_t word = at, others = 0, place = at;
        for (; place < end; place++) {
            if (data[place] == '\r' || data[place] == '\n') {
                if (others && place - word >= SHORTEST_CODED) break;
                word = place + 1, others = 0;
            } else {
                others |= !digit[data[place]];
            }
        }
        if (place == end && (!others || place - word < SHORTEST_CODED)) return;
    }
    uint64_t *run = found->runs + 3 * found->run_count++;
    run[0] = (uint64_t)coding, run[1] = at, run[2] = end;
}

/* Whether a run from `at` to `end`, of another coding than hexadecimal, must be read. A byte follows it. */
int is_coded(Coded *found, uint64_t coding, const uint8_t *data, uint64_t at, uint64_t end, const uint8_t *beginnings) {
    found->run_count = found->first[coding] = found->base64_to = 0;
    coded(found, (int)coding, data, end, at, end, beginnings);
    return found->run_count > 0;
}

/* Find the ends of runs that have begun, behind which others begin. */
static void end_begun_runs(Coded *found, const uint8_t *data, uint64_t length, const uint16_t *table) {
    uint16_t open = 0;
    for (int each = 0; each < CODINGS; each++) {
        open |= (uint16_t)(!!found->begun[each] << each);
        found->first[each] = found->ends[each] = 0;
    }
    for (uint64_t at = 0; open; at++) {
        uint16_t still = at < length ? open & table[data[at]] : 0;
        if (still == open) continue;
        for (int each = 0; each < CODINGS; each++)
            if ((open & ~still) >> each & 1) found->first[each] = found->ends[each] = at;
        open = still;
    }
}

/* The codings that all of the next bytes are members of. */
static inline uint16_t in_all(const uint8_t *at, const uint16_t *table) {
    return table[at[0]] & table[at[1]] & table[at[2]] & table[at[3]] & table[at[4]] & table[at[5]] & table[at[6]] & table[at[7]];
}

/* Find the runs of all codings. A run at the end of the data is left out, as it may go on. Returns whether it reached the
 * end; if not, there was no more room. */
int coded_runs(Coded *found, const uint8_t *data, uint64_t length, const uint16_t *table, const uint8_t *beginnings) {
    const uint16_t all = (1 << CODINGS) - 1;
    uint64_t at = found->from;
    if (!at) end_begun_runs(found, data, length, table), found->base64_to = 0;
    found->run_count = found->word_count = found->filled = found->largest = 0;
    /* Where the last run of each coding ended: no other one begins before that. The codings of which one may begin, and
     * where the next run of another one ends. */
    uint64_t done[CODINGS], next = length;
    uint16_t may_begin = all;
    for (int each = 0; each < CODINGS; each++) done[each] = at;
    while (at + SHORTEST_CODED <= length) {
        if (at >= next) {
            may_begin = all, next = length;
            for (int each = 0; each < CODINGS; each++) {
                if (done[each] <= at) continue;
                may_begin &= ~(1 << each);
                if (done[each] < next) next = done[each];
            }
        }
        /* Most text has no run: the last bytes of the shortest ones that can begin here are in no coding together, or not with
         * those before. They are looked at without a branch for each, and no run that contains all of them begins before the
         * last of them. */
        uint64_t start = at + SHORTEST_CODED;
        uint16_t kinds = may_begin & in_all(data + start - LOOKED_AT, table);
        uint64_t skipped = SHORTEST_CODED - LOOKED_AT + 1;
        if (kinds) kinds &= in_all(data + start - 2 * LOOKED_AT, table), skipped -= LOOKED_AT;
        if (!kinds) {
            at = at + skipped < next ? at + skipped : next;
            continue;
        }
        if (found->run_count + CODINGS > found->most || found->word_count + CODINGS > found->most ||
            found->room - found->filled < CODINGS * LONGEST_WORD)
            break;
        /* Scan backwards from there: no run contains a non-member. */
        for (start -= 2 * LOOKED_AT; start > at && (kinds & table[data[start - 1]]); start--) kinds &= table[data[start - 1]];
        if (start > at) {
            at = start < next ? start : next;
            continue;
        }
        uint64_t end = at + SHORTEST_CODED;
        for (uint16_t open = kinds; open; end++) {
            uint16_t still = end < length ? open & table[data[end]] : 0;
            if (still == open) continue;
            for (int each = 0; each < CODINGS; each++)
                if ((open & ~still) >> each & 1) done[each] = end;
            open = still;
        }
        for (int each = 0; each < CODINGS; each++)
            if (kinds >> each & 1 && done[each] < length) coded(found, each, data, length, at, done[each], beginnings);
        next = at;
    }
    if (at + SHORTEST_CODED <= length) {
        for (int each = 0; each < CODINGS; each++)
            if (found->first[each] < done[each]) found->first[each] = done[each];
        found->from = at;
        return 0;
    }
    uint16_t kinds = all;
    uint64_t place = length;
    for (; place && kinds; place--) {
        uint16_t now = table[data[place - 1]];
        if ((kinds & now) == kinds) continue;
        for (int each = 0; each < CODINGS; each++)
            if (kinds >> each & 1 && !(now >> each & 1)) found->last[each] = place;
        kinds &= now;
    }
    for (int each = 0; each < CODINGS; each++)
        if (kinds >> each & 1) found->last[each] = place;
    found->from = length;
    return 1;
}
