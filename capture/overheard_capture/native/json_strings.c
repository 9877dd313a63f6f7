/* Strings of JSON (see decoders/json_strings.py, which does the same) */

enum { STRING_SLOTS = 256, LONGEST_STRING = 1 << 15, FURTHEST_STRING = 4096, MOST_BLANKS_BEFORE_COLON = 64 };

/* The last value of each name, and behind these of each name with the value before it: where it begins and ends, and where it
 * ends without white space. All offsets are those in the whole text, of which the data begins at `base`. */
typedef struct {
    uint64_t base, at; /* `at` is where to go on */
    uint32_t name;     /* the hash of the last name */
    uint32_t within;   /* whether that is in a string that is too long */
    uint32_t escaped;  /* whether there is an escaped quotation mark */
    uint32_t value;    /* the hash of the last value */
    uint32_t names[2 * STRING_SLOTS];
    uint64_t begins[2 * STRING_SLOTS], ends[2 * STRING_SLOTS], tails[2 * STRING_SLOTS];
} Strings;

/* Pairs of bytes that are next to each other in a secret, or around a blank, in either case; and for each form of a secret
 * its length and its bytes in lower case. */
typedef struct {
    uint8_t pairs[1 << 13];
    uint32_t count;
    uint8_t forms[];
} Forms;

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

/* Whether `forms` may go on in `next` after `tail`, of which each may be all of a value or its end or beginning. */
static int goes_on(const Forms *forms, const uint8_t *begin, const uint8_t *tail, const uint8_t *next, const uint8_t *end) {
    const uint8_t *at = forms->forms, last = lower(tail[-1]), first = lower(*next);
    for (uint32_t number = 0; number < forms->count; number++) {
        uint32_t length;
        memcpy(&length, at, sizeof length);
        const uint8_t *form = at + sizeof length;
        at = form + length;
        for (uint32_t cut = 1; cut < length; cut++) {
            if (form[cut - 1] != last) continue;
            uint32_t from = form[cut] == ' ' && first != ' ' ? cut + 1 : cut, back = 1, ahead = 0;
            while (back <= cut && tail - back >= begin && lower(tail[-(int64_t)back]) == form[cut - back]) back++;
            if (back <= cut && tail - back >= begin) continue;
            while (from + ahead < length && next + ahead < end && lower(next[ahead]) == form[from + ahead]) ahead++;
            if (ahead && (from + ahead == length || next + ahead == end)) return 1;
        }
    }
    return 0;
}

/* The end of a value without the white space at its end, of which some is escaped. */
static const uint8_t *without_space(const uint8_t *begin, const uint8_t *end) {
    while (end > begin) {
        uint8_t last = end[-1];
        if (last == ' ') end--;
        else if ((last == 'n' || last == 'r' || last == 't') && end - begin > 1 && end[-2] == '\\') {
            for (end--; end > begin && end[-1] == '\\';) end--;
        } else break;
    }
    return end;
}

/* Where a value begins behind such white space. */
static const uint8_t *behind_space(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        const uint8_t *next = at;
        while (next < end && *next == '\\') next++;
        if (*at == ' ') at++;
        else if (next > at && next < end && (*next == 'n' || *next == 'r' || *next == 't')) at = next + 1;
        else break;
    }
    return at;
}

/* The hash of a name, without digits at its end: of its first and last four bytes, and its length. */
static uint32_t hash_of_name(const uint8_t *at, const uint8_t *end) {
    while (end > at && is_digit(end[-1])) end--;
    uint64_t length = (uint64_t)(end - at), first = 0, last = 0;
    if (length > 3) first = be32(at), last = be32(end - 4);
    else
        for (; at < end; at++) first = first << 8 | *at;
    return (uint32_t)((((first << 32 | last) ^ length) * 0x9E3779B97F4A7C15ull) >> 32);
}

/* The quotation mark from `at` on that has this level, or `end`. At level 1 it is escaped once, as in a string that has
 * JSON; before it are other backslashes, which are escaped. */
static const uint8_t *quote_at(int level, const uint8_t *begin, const uint8_t *at, const uint8_t *end, Strings *state) {
    for (; at < end && (at = memchr(at, '"', end - at)); at++) {
        const uint8_t *escape = at;
        while (escape > begin && escape[-1] == '\\') escape--;
        if (at > escape) state->escaped = 1;
        /* Of two, or of four: the level is 0 or 1. */
        if (((at - escape) & (2 * level + 1)) == level) return at;
    }
    return end;
}

/* The hash of a name with that of the value before. */
static uint32_t name_behind(const Strings *state) { return state->name ^ state->value * 0x9E3779B1u; }

/* A value: all of it, and without white space. */
typedef struct {
    const uint8_t *begin, *close, *head, *tail;
} Value;

/* Whether the last value in a slot goes on in this one, and if so, both are in `out`. This one takes its place. */
static int next_value(Strings *state, uint32_t slot, uint32_t name, Value value, const uint8_t *origin, const Forms *forms, uint64_t *out) {
    int found = 0;
    uint64_t begin = (uint64_t)(value.begin - origin), close = (uint64_t)(value.close - origin);
    if (state->names[slot] == name && state->ends[slot] && begin - state->ends[slot] <= FURTHEST_STRING) {
        const uint8_t *before = origin + state->tails[slot];
        uint32_t pair = before[-1] << 8 | *value.head;
        if (forms->pairs[pair >> 3] >> (pair & 7) & 1 && goes_on(forms, origin + state->begins[slot], before, value.head, value.tail)) {
            uint64_t each[] = {name, state->begins[slot], state->ends[slot], begin, close};
            memcpy(out, each, sizeof each);
            found = 1;
        }
    }
    state->names[slot] = name;
    state->begins[slot] = begin, state->ends[slot] = close, state->tails[slot] = (uint64_t)(value.tail - origin);
    return found;
}

/* Read strings. In `out`, five numbers for each value that goes on in the next one of the same name: the hash of the
 * name, or of it with the value before, and where both begin and end. Returns how many there are, at most `room`; one less may
 * be all that there is room for. */
uint64_t continued_strings(
    const uint8_t *data, uint64_t length, int level, int is_last, Strings *state, const Forms *forms, uint64_t *out, uint64_t room
) {
    const uint8_t *origin = data - state->base, *end = data + length, *at = origin + state->at;
    uint64_t found = 0;
    while (at < end && found + 1 < room) {
        if (state->within) {
            at = quote_at(level, data, at, end, state);
            if (at == end) break;
            state->within = 0, at++;
            continue;
        }
        const uint8_t *quote = quote_at(level, data, at, end, state);
        at = quote;
        if (quote == end) break;
        const uint8_t *begin = quote + 1, *close = quote_at(level, begin, begin, end, state);
        if (close - begin > LONGEST_STRING) {
            state->names[state->name % STRING_SLOTS] = state->name + 1;
            state->names[STRING_SLOTS + name_behind(state) % STRING_SLOTS] = name_behind(state) + 1;
            state->within = 1, at = begin + LONGEST_STRING;
            continue;
        }
        if (close == end) break;
        const uint8_t *behind = close + 1;
        while (behind < end && behind - close <= MOST_BLANKS_BEFORE_COLON && (*behind == ' ' || (*behind >= '\t' && *behind <= '\r'))) behind++;
        if (behind == end && !is_last) break;
        at = close + 1, close -= level;
        if (behind < end && *behind == ':') {
            state->name = hash_of_name(begin, close);
            continue;
        }
        const uint8_t *tail = without_space(begin, close), *head = behind_space(begin, tail);
        if (tail == head) {
            if (close - begin != 1 || *begin != ' ') continue;
            head = begin, tail = close;
        }
        Value value = {begin, close, head, tail};
        uint32_t slot = state->name % STRING_SLOTS, behind_value = name_behind(state), other = STRING_SLOTS + behind_value % STRING_SLOTS;
        /* What goes on either way is joined once. */
        int is_same = state->begins[slot] == state->begins[other];
        found += (uint64_t)next_value(state, slot, state->name, value, origin, forms, out + 5 * found);
        int goes_on_behind = next_value(state, other, behind_value, value, origin, forms, out + 5 * found);
        found += goes_on_behind && !is_same;
        state->value = hash_of_name(begin, close);
    }
    state->at = at - origin;
    return found;
}
