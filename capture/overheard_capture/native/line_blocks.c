/* Blocks of lines (see decoders/line_blocks.py) */

enum { SHORTEST_ENCODED = 24, MOST_BLANKS = 8, MOST_INDENTED = 32, SHORTEST_OFFSET = 4, SHORTEST_WORD = 4 };
/* How many bytes tell whether an address begins a line; and what is in no block. */
enum { LONGEST_ADDRESS = MOST_BLANKS + 2 + SHORTEST_OFFSET, LONGEST_LINE = 1024 };

static int in_base64(uint8_t byte) {
    return is_letter(byte) || is_digit(byte) || byte == '+' || byte == '/' || byte == '_' || byte == '-';
}

/* Whether an encoded word may be in a line, or a hexadecimal offset at its beginning, after a prefix of a few bytes. */
static int may_be_encoded(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, '\n', end - at), *word = at, *digits;
    if (!stop) stop = end;
    if (stop > at && (stop[-1] == '=' || (stop[-1] == '\r' && stop - at > 1 && stop[-2] == '='))) return 1;
    while (word < stop && !is_letter(*word) && !is_digit(*word)) word++;
    while (stop - word > 5 && memcmp(word, "data:", 5) == 0)
        for (word += 5; word < stop && !is_letter(*word) && !is_digit(*word);) word++;
    if (stop - word > 6 && (memcmp(word, "GIT bi", 6) == 0 || memcmp(word, "BEGIN:", 6) == 0)) return 1;
    if (stop - word > 2 && word[0] == '0' && (word[1] | 0x20) == 'x') word += 2;
    for (digits = word; digits < stop && digit[*digits];) digits++;
    if (digits - word >= SHORTEST_OFFSET) return 1;
    uint64_t run = 0;
    for (; at < stop; at++) {
        /* uuencode may begin in a cell. */
        if (*at == 'b' && stop - at > 6 && memcmp(at, "begin ", 6) == 0) return 1;
        if ((run = *at == ' ' || *at == '\t' || *at == '\r' ? 0 : run + 1) == SHORTEST_ENCODED) return 1;
    }
    return 0;
}

/* Whether two words of a dump are there, in hexadecimal. */
static int two_words(const uint8_t *at, const uint8_t *end) {
    const uint8_t *word = at, *blanks;
    while (at < end && digit[*at]) at++;
    if (at - word < SHORTEST_WORD) return 0;
    for (blanks = at; at < end && at - blanks < MOST_BLANKS && (*at == ' ' || *at == '\t');) at++;
    if (at == blanks) return 0;
    for (word = at; at < end && at - word < SHORTEST_WORD && digit[*at];) at++;
    return at - word == SHORTEST_WORD;
}

static int in_prefix(uint8_t byte) {
    return byte == '>' || byte == '+' || byte == '|' || byte == '#' || byte == '*' || byte == '/';
}

static const uint8_t *behind_blanks(const uint8_t *at, const uint8_t *end) {
    const uint8_t *line = at;
    while (at < end && at - line < MOST_INDENTED && (*at == ' ' || *at == '\t')) at++;
    return at;
}

/* Whether a line begins with a prefix, which may be behind blanks unless it is that of comments in programs; or is not known to
 * the end of that. */
static int may_begin_with_prefix(const uint8_t *line, const uint8_t *end) {
    const uint8_t *at = behind_blanks(line, end);
    if (at == end) return 1;
    if (in_prefix(*at)) return at == line || (*at != '*' && *at != '/');
    return *at == 'd' && (end - at < 5 || memcmp(at, "data:", 5) == 0);
}

/* Whether a line begins with a prefix, or with the address of a dump, as the second one of a block does if the first one has a
 * prefix; or is not known to the end of that. */
static int may_go_on(const uint8_t *at, const uint8_t *end) {
    if (end - at < LONGEST_ADDRESS) return 1;
    if (may_begin_with_prefix(at, end)) return 1;
    const uint8_t *number = at;
    while (number - at < MOST_BLANKS && (*number == ' ' || *number == '\t')) number++;
    if (number[0] == '0' && (number[1] | 0x20) == 'x') number += 2;
    return digit[number[0]] && digit[number[1]] && digit[number[2]] && digit[number[3]];
}

/* Whether the line at `at`, which begins with a prefix, may be in a block: with the one before it, or with the next one. */
static int may_be_prefixed(const uint8_t *data, const uint8_t *at, const uint8_t *end) {
    const uint8_t *before = at - 1, *next = memchr(at, '\n', (uint64_t)(end - at));
    while (before > data && before[-1] != '\n' && at - before < LONGEST_LINE) before--;
    if (next && !may_go_on(next + 1, end) && !may_begin_with_prefix(before, end) && at - before < LONGEST_LINE) return 0;
    return may_be_encoded(at, end);
}

/* Whether the line after the line break at `at` may begin a block, or may be the second one of base64 in folded lines. */
static int may_begin_block(const uint8_t *data, const uint8_t *at, const uint8_t *end) {
    const uint8_t *line = at + 1;
    uint8_t first = *line;
    if (in_prefix(first)) return may_be_prefixed(data, line, end);
    if (first == 'd') return end - line > 5 && memcmp(line, "data:", 5) == 0 && may_be_prefixed(data, line, end);
    if (first != '0' && first != ' ' && first != '\t') return 0;
    const uint8_t *folded = behind_blanks(line, end), *number = line;
    if (folded < end && may_begin_with_prefix(line, end) && may_be_prefixed(data, line, end)) return 1;
    while (number < end && number - line < MOST_BLANKS && (*number == ' ' || *number == '\t')) number++;
    if (end - number > 1 && number[0] == '0' && (number[1] == '0' || (number[1] | 0x20) == 'x')) return 1;
    if (number > line && two_words(number, end)) return 1;
    if (first == '0' || folded == end || !(in_base64(*folded) || *folded == '=')) return 0;
    if (at > data && at[-1] == '\r') at--;
    if (at - data < SHORTEST_ENCODED) return 0;
    for (int each = 1; each <= SHORTEST_ENCODED; each++)
        if (!in_base64(at[-each])) return 0;
    return 1;
}

/* The offset from `start` on of the first line break behind which that may be; -1 if there is none. */
int64_t line_block(const uint8_t *data, uint64_t length, uint64_t start) {
    const uint8_t *at = data + start, *end = data + length;
    for (; end - at > 1 && (at = memchr(at, '\n', end - at - 1)); at++)
        if (may_begin_block(data, at, end)) return at - data;
    return -1;
}
