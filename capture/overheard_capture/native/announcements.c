/* Lines that announce the length of what follows. */

static const uint8_t *after_blanks(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at;
}

static int is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int is_letter(uint8_t byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

enum { CHUNKED, LITERAL, BDAT, RESP, VERB, COMMAND, META_SET, META_VALUE, INTERLEAVED };

/* The end of the number of at most nine digits at `at`; `at` if there is none. */
static const uint8_t *after_number(const uint8_t *at, const uint8_t *end) {
    const uint8_t *next = at;
    while (next < end && is_digit(*next)) next++;
    return next - at > 9 ? at : next;
}

static int is_line_end(const uint8_t *at, const uint8_t *end) {
    if (at < end && *at == '\r') at++;
    return at < end && *at == '\n';
}

/* Whether a line begins with a verb of letters, and ends with a number: at most 9 digits behind a blank. */
static int is_verb(const uint8_t *at, const uint8_t *end) {
    const uint8_t *word = at, *stop, *number;
    while (word < end && word - at <= 16 && is_letter(*word)) word++;
    if (word - at < 2 || word - at > 16 || word == end || *word != ' ') return 0;
    stop = memchr(word, '\n', end - word < 512 ? end - word : 512);
    if (!stop) return 0;
    if (stop[-1] == '\r') stop--;
    if (stop - word > 8 && memcmp(stop - 8, " noreply", 8) == 0) stop -= 8;
    for (number = stop; number > word && is_digit(number[-1]);) number--;
    if (number == stop || stop - number > 9 || number[-1] != ' ') return 0;
    for (; word < number; word++)
        if (*word == ':' || *word == '{' || *word == '}' || *word == '\r') return 0;
    return 1;
}

/* Whether a literal of IMAP is at `at`. */
static int is_literal(const uint8_t *at, const uint8_t *end) {
    const uint8_t *next = after_number(at + 1, end);
    if (next == at + 1) return 0;
    if (next < end && (*next == '+' || *next == '-')) next++;
    return next < end && *next == '}' && is_line_end(next + 1, end);
}

/* Whether the line at `at` may announce a length, in this framing. If not, Python's expression does not match either. */
static int may_announce(const uint8_t *at, const uint8_t *end, int framing) {
    if (end - at < 2) return 0;
    if (framing == CHUNKED) {
        const uint8_t *digits = after_blanks(at, end), *next = digits;
        while (next < end && digit[*next]) next++;
        if (next == digits || next - digits > 8) return 0;
        next = after_blanks(next, end);
        return next < end && (*next == ';' || *next == '\r' || *next == '\n');
    }
    if (framing == BDAT)
        return (at[0] | 0x20) == 'b' && (at[1] | 0x20) == 'd' && end - at > 5 && at[4] == ' ' && is_digit(at[5]);
    if (framing == RESP) {
        if (at[0] != '$' && at[0] != '=' && at[0] != ';') return 0;
        const uint8_t *next = after_number(at + 1, end);
        return next > at + 1 && is_line_end(next, end);
    }
    if (framing == COMMAND) return at[0] == '*' && is_digit(at[1]);
    if (framing == META_SET) return at[0] == 'm' && at[1] == 's' && end - at > 2 && at[2] == ' ';
    if (framing == META_VALUE) return at[0] == 'V' && at[1] == 'A' && end - at > 3 && at[2] == ' ' && is_digit(at[3]);
    if (framing == INTERLEAVED) return at[0] == '$' && at[1] < 32;
    return is_verb(at, end);
}

/* The offset from `start` on of the first line break, or bracket of a literal, behind which a length may be announced; -1
 * if there is none. */
int64_t announcement(const uint8_t *data, uint64_t length, uint64_t start, int framing) {
    const uint8_t *at = data + start, *end = data + length;
    for (; at < end && (at = memchr(at, framing == LITERAL ? '{' : '\n', end - at)); at++)
        if (framing == LITERAL ? is_literal(at, end) : may_announce(at + 1, end, framing)) return at - data;
    return -1;
}

/* The framings of which a length may be announced behind some line break, or bracket of a literal, each as a bit. */
uint32_t announced(const uint8_t *data, uint64_t length) {
    static const int by_line[] = {CHUNKED, BDAT, RESP, VERB, COMMAND, META_SET, META_VALUE, INTERLEAVED};
    const uint8_t *at = data, *end = data + length;
    uint32_t found = 0;
    for (; at < end && !(found >> LITERAL & 1) && (at = memchr(at, '{', end - at)); at++)
        if (is_literal(at, end)) found |= 1u << LITERAL;
    for (at = data; at < end && (at = memchr(at, '\n', end - at)); at++)
        for (uint64_t each = 0; each < sizeof by_line / sizeof *by_line; each++)
            if (!(found >> by_line[each] & 1) && may_announce(at + 1, end, by_line[each])) found |= 1u << by_line[each];
    return found;
}
