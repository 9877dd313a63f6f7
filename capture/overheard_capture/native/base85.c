/* base85 (see decoders/armour/base85.py, which does the same) */

/* Classes of bytes: of the alphabet; those after which something may begin; digits and letters; what base64 has besides; what
 * begins an escape, and a tag. */
enum { IN_ALPHABET = 1, DELIMITER = 2, WORD = 4, LOWER = 8, UPPER = 16, IN_BASE64 = 32, ESCAPE = 64, TAG = 128 };
/* The characters of 20 bytes; how many characters show whether they are varied; where and how often something may begin; how
 * many of the first bytes are zero only if they are encoded. */
enum { SHORTEST_BASE85 = 25, SHORTEST_OUT = 20, VARIED = 64, LATEST = 64, MOST_DELIMITERS = 6, ZEROS = 5 };
/* How many of the first bytes may be others than text. */
enum { MOST_OTHERS = 8 };
/* How many of the first bytes are equal in letters of two bytes each, the first of which is nearly always the same. */
enum { SAME = 6 };
/* In wide text at least one byte in so many is zero, or one character if that is UTF-32 of letters in ASCII alone. */
enum { FEWEST_ZEROS = 4 };

/* An alphabet: the class and the digit of each byte. */
typedef struct {
    const uint8_t *classes, *digits;
} Base85;

/* All classes of so many bytes. */
static uint8_t classes_of(const uint8_t *data, uint64_t length, const Base85 *base) {
    const uint8_t *classes = base->classes;
    uint8_t all = 0;
    for (uint64_t at = 0; at < length; at++) all |= classes[data[at]];
    return all;
}

/* Whether there are letters of both cases among these classes. */
static int is_mixed(uint8_t classes) { return classes & LOWER && classes & UPPER; }

/* The length of a sign that is escaped at `at`, if it is one of an alphabet; 0 if there is none. */
static uint64_t escaped_sign(const uint8_t *at, const uint8_t *end, const Base85 *base, uint8_t *sign) {
    int way;
    uint64_t length = escaped(at, end, sign, &way);
    return length && base->digits[*sign] != 255 ? length : 0;
}

/* The next characters of a line, without escapes, and `most` of them. Returns how many there are. */
static uint64_t unescaped(const uint8_t *at, const uint8_t *end, uint64_t most, const Base85 *base, uint8_t *chars) {
    uint64_t count = 0;
    while (at < end && count < most) {
        uint64_t length = base->classes[*at] & ESCAPE ? escaped_sign(at, end, base, chars + count) : 0;
        if (!length) chars[count] = *at;
        at += length ? length : 1, count++;
    }
    return count;
}

/* The same, where they are if there are no escapes; or else in `room`. They have no other classes. */
static const uint8_t *characters(const uint8_t *at, const uint8_t *end, uint64_t most, uint8_t classes, const Base85 *base,
                                 uint8_t *room, uint64_t *count) {
    *count = (uint64_t)(end - at) < most ? (uint64_t)(end - at) : most;
    if (!(classes & ESCAPE)) return at;
    if (!memchr(at, '&', *count) && !memchr(at, '\\', *count)) return at;
    *count = unescaped(at, end, most, base, room);
    return room;
}

/* The bytes that characters encode, up to a group that encodes none. Returns how many there are. In Ascii85 a `z` is a group
 * of zeros. */
static int groups(const uint8_t *chars, uint64_t length, const Base85 *base, uint8_t *out) {
    const uint8_t *digits = base->digits;
    uint64_t at = 0;
    int size = 0;
    for (uint64_t taken = 0; at < length && taken + 5 <= length; taken += 5, size += 4) {
        uint64_t number = 0;
        if (digits[chars[at]] == 255) {
            at++;
        } else {
            if (at + 5 > length) break;
            uint8_t first = digits[chars[at]], second = digits[chars[at + 1]], third = digits[chars[at + 2]],
                    fourth = digits[chars[at + 3]], fifth = digits[chars[at + 4]];
            /* The digits are less than 85, and what is none is 255. */
            if ((first | second | third | fourth | fifth) & 128) break;
            number = (((first * 85ull + second) * 85 + third) * 85 + fourth) * 85 + fifth;
            if (number >> 32) break;
            at += 5;
        }
        out[size] = (uint8_t)(number >> 24), out[size + 1] = (uint8_t)(number >> 16);
        out[size + 2] = (uint8_t)(number >> 8), out[size + 3] = (uint8_t)number;
    }
    return size;
}

/* The bytes that all characters encode, up to a group that encodes none; the last group may be shorter. Zeros are written in
 * full. Returns how many bytes there are. */
uint64_t base85_bytes(const uint8_t *chars, uint64_t length, const Base85 *base, uint8_t *out) {
    uint64_t size = 0;
    for (uint64_t at = 0; at < length; at += 5) {
        uint64_t count = length - at < 5 ? length - at : 5, number = 0;
        for (uint64_t each = 0; each < 5; each++) {
            uint8_t value = each < count ? base->digits[chars[at + each]] : 84;
            if (value == 255) return size;
            number = number * 85 + value;
        }
        if (number >> 32) return size;
        for (uint64_t each = 0; each + 1 < count; each++) out[size++] = (uint8_t)(number >> (24 - 8 * each));
    }
    return size;
}

/* How many bytes are neither text nor what pads it. */
static int count_others(const uint8_t *out, int size) {
    int others = 0;
    for (int at = 0; at < size;) {
        uint8_t first = out[at++];
        if (printable(first) || !first) continue;
        int more = first < 0xC2 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : 0, whole = 0;
        while (whole < more && at + whole < size && out[at + whole] >> 6 == 2) whole++;
        if (more && whole == more) at += more;
        else others++;
    }
    return others;
}

/* Whether what begins here makes sense, the first bytes of which are those of `out`: text, wide text, or a format; or many bytes
 * are zero; or a block stored by deflate begins; or, as far as it goes, mostly text, and what pads it, if there are letters of
 * both cases. */
static int makes_sense(const uint8_t *at, const uint8_t *end, uint8_t classes, const Base85 *base, const uint8_t *beginnings,
                       uint8_t *out) {
    uint8_t room[VARIED], even = 0, odd = 0;
    uint64_t count;
    if (may_begin_format(out, beginnings) || may_be_text(out, SHORTEST_OUT)) return 1;
    /* A format behind its length */
    if (((!out[0] && !out[1]) || (!out[2] && !out[3])) && may_begin_format(out + 4, beginnings)) return 1;
    if (out[0] <= 1 && (out[1] ^ out[3]) == 0xFF && (out[2] ^ out[4]) == 0xFF) return 1;
    int zeros = 0;
    for (int each = 0; each < SHORTEST_OUT; each += 2) {
        zeros += !out[each] + !out[each + 1];
        even |= out[each], odd |= out[each + 1];
    }
    if (zeros >= ZEROS || even < SCRIPTS || odd < SCRIPTS) return 1;
    if (!is_mixed(classes)) return 0;
    for (int each = 0; each <= SHORTEST_OUT - SAME; each++) {
        int same = 1;
        for (int other = each + 1; other < SHORTEST_OUT; other++) same += out[other] == out[each];
        if (same >= SAME) return 1;
    }
    if (count_others(out, SHORTEST_OUT) > MOST_OTHERS) return 0;
    const uint8_t *chars = characters(at, end, VARIED, classes, base, room, &count);
    int size = groups(chars, count, base, out);
    return 4 * count_others(out, size) <= size - 8;
}

/* Whether what begins here, of which all are in the alphabet or escaped, may be encoded. */
static int begins_base85(const uint8_t *at, const uint8_t *end, uint8_t classes, const Base85 *base,
                         const uint8_t *beginnings) {
    uint8_t room[VARIED], out[VARIED];
    uint64_t window, different = 0, others = 0, seen[4] = {0};
    const uint8_t *chars = characters(at, end, SHORTEST_BASE85, classes, base, room, &window);
    if (groups(chars, window, base, out) < SHORTEST_OUT) return 0;
    if (makes_sense(at, end, classes, base, beginnings, out)) return 1;
    if (!is_mixed(classes)) return 0;
    chars = characters(at, end, VARIED, classes, base, room, &window);
    for (uint64_t index = 0; index < window; index++) others += !(base->classes[chars[index]] & (WORD | IN_BASE64));
    if (32 * others < window) return 0;
    uint8_t kinds = 0;
    for (uint64_t index = 0; index < window; index++) {
        uint8_t byte = chars[index];
        different += !(seen[byte >> 6] >> (byte & 63) & 1);
        seen[byte >> 6] |= (uint64_t)1 << (byte & 63);
        kinds |= base->classes[byte];
    }
    return 300 * different >= window * (229 - window) && is_mixed(kinds);
}

/* Whether text is encoded in one of the five groupings: it may begin behind the end of an escape, or of a word. Text may be wide,
 * and so have many zeros. */
int has_base85_text(const uint8_t *run, uint64_t length, const Base85 *base) {
    for (uint64_t at = 0; at < 5 && at + SHORTEST_BASE85 <= length; at++) {
        uint8_t room[VARIED], out[VARIED];
        uint64_t count;
        const uint8_t *chars = characters(run + at, run + length, VARIED, ESCAPE, base, room, &count);
        int size = groups(chars, count, base, out), from = size - SHORTEST_OUT, zeros = 0;
        if (from < 0) continue;
        for (int each = 0; each < size; each++) zeros += !out[each];
        if (FEWEST_ZEROS * zeros >= size) return 1;
        /* It may begin within a character. */
        while (from < size && size - from > SHORTEST_OUT - 3 && out[from] >> 6 == 2) from++;
        if (may_be_text(out + from, (uint64_t)(size - from))) return 1;
    }
    return 0;
}

/* Whether so many characters, of these classes, may be encoded: they have letters of both cases, unlike most words; or zeros, as
 * UTF-32 of ASCII has. */
static int unlike_words(const uint8_t *chars, uint64_t length, uint8_t classes) {
    uint64_t zeros = 0;
    if (is_mixed(classes)) return 1;
    for (uint64_t at = 0; at < length; at++) zeros += chars[at] == '0';
    return FEWEST_ZEROS * zeros >= length;
}

/* Whether a part of a run, all of which is in the alphabet or escaped, may be encoded. It has no other classes. */
static int may_be_part(const uint8_t *run, uint64_t length, uint8_t classes, const Base85 *base, const uint8_t *beginnings) {
    int starts = 0;
    uint64_t head = length < LATEST + VARIED ? length : LATEST + VARIED;
    /* What is varied has letters of both cases, and so has text that is encoded. */
    if (head < length && is_mixed(classes)) classes = (classes & ESCAPE) | classes_of(run, head, base);
    /* After a sign before the line, or several of the same. */
    uint64_t signs = 0;
    while (signs < length && run[signs] == run[0] && !(base->classes[run[0]] & WORD)) signs++;
    for (uint64_t at = 0; at <= LATEST && at + SHORTEST_BASE85 <= length; at++) {
        int delimited = at && base->classes[run[at - 1]] & DELIMITER && starts < MOST_DELIMITERS;
        if (!(delimited || !at || at == signs || (at == 1 && signs))) continue;
        if (begins_base85(run + at, run + length, classes, base, beginnings)) return 1;
        starts += delimited;
    }
    return unlike_words(run, head, classes) && has_base85_text(run, length, base);
}

int may_be_base85(const uint8_t *run, uint64_t length, const Base85 *base, const uint8_t *beginnings) {
    return may_be_part(run, length, classes_of(run, length, base), base, beginnings);
}

/* Whether a section of CDATA in a run may be encoded. */
static int in_cdata(const uint8_t *run, const uint8_t *end, const Base85 *base, const uint8_t *beginnings) {
    static const uint8_t begin[8] = "<![CDATA";
    for (const uint8_t *from = run, *at; from < end && (at = memchr(from, '[', (uint64_t)(end - from))); from = at + 1) {
        if (at - run < 8 || memcmp(at - 8, begin, 8)) continue;
        const uint8_t *to = at + 1;
        while (end - to >= 3 && !(to[0] == ']' && to[1] == ']' && to[2] == '>' && to - at > SHORTEST_BASE85)) to++;
        if (end - to < 3) to = end;
        if (to - at > SHORTEST_BASE85 && may_be_base85(at + 1, (uint64_t)(to - at - 1), base, beginnings)) return 1;
    }
    return 0;
}

/* Whether the text of an element of HTML or XML in a run may be encoded, up to its end tag. RFC 1924 has no slash. */
static int in_element(const uint8_t *run, const uint8_t *end, const Base85 *base, const uint8_t *beginnings) {
    /* Behind the last bracket of each way to escape one. */
    const uint8_t *texts[54] = {0};
    for (const uint8_t *at = run; at < end;) {
        int way = 0;
        uint8_t sign = *at;
        uint64_t length = base->classes[sign] & ESCAPE ? escaped(at, end, &sign, &way) : 1;
        if (!length || (sign != '<' && sign != '>')) {
            at += length ? length : 1;
            continue;
        }
        const uint8_t *text = texts[way];
        texts[way] = sign == '>' ? at + length : 0;
        if (text && sign == '<' && at - text >= SHORTEST_BASE85 && (at + length == end || at[length] == '/')) {
            uint64_t head = at - text < VARIED ? (uint64_t)(at - text) : VARIED;
            if (unlike_words(text, head, classes_of(text, head, base)) && may_be_base85(text, (uint64_t)(at - text), base, beginnings)) return 1;
        }
        at += length;
    }
    return 0;
}

/* Whether there is something in a run, from `at` to `end`, that may be base85. */
static int has_base85(const uint8_t *data, uint64_t at, uint64_t end, const Base85 *base, const uint8_t *beginnings) {
    uint64_t word = at;
    /* A run that begins within a word begins after it, unless that is long. */
    if (word && base->classes[data[word - 1]] & WORD)
        while (word < end && base->classes[data[word]] & WORD) word++;
    for (uint64_t from = word - at < SHORTEST_BASE85 - 1 ? word : at, to; from < end; from = to + 1) {
        uint8_t all = 0;
        for (to = from; to < end;) {
            uint8_t sign, classes;
            for (; to < end && ((classes = base->classes[data[to]]) & (IN_ALPHABET | ESCAPE)) == IN_ALPHABET; to++) all |= classes;
            if (to == end) break;
            uint64_t length = classes & ESCAPE ? escaped_sign(data + to, data + end, base, &sign) : 0;
            if (!length && !(classes & IN_ALPHABET)) break;
            if (length && sign == '<') all |= TAG;
            length += !length;
            all |= classes_of(data + to, length, base);
            to += length;
        }
        uint64_t length = to - from;
        if (length < SHORTEST_BASE85) continue;
        if (may_be_part(data + from, length, all, base, beginnings)) return 1;
        /* Most have no tags. */
        if (all & TAG && (in_element(data + from, data + to, base, beginnings) || in_cdata(data + from, data + to, base, beginnings)))
            return 1;
    }
    return 0;
}
