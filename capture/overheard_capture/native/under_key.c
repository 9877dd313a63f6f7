/* Whether a secret is in bytes under a key of one byte, or in the codes in them (see content/under_key.py). */

/* Python looks at no more, and a code decodes to less. */
enum { LONGEST_KEYED = 4 << 10 };

/* By the letters of a code, from which length on, how many characters are a group in it, and how many bits each is. */
enum { HEXADECIMAL_CODE, BASE32_CODE, BASE64_CODE, CODES };
static const uint8_t shortest_code[CODES] = {14, 12, 10}, group_of_code[CODES] = {2, 8, 4}, bits_of_code[CODES] = {4, 5, 6};

/* The value of a character, and 1 more; 0 if it is none of the code. */
static uint32_t character_of(int code, uint8_t byte) {
    uint8_t letter = (uint8_t)((byte | 32) - 'a');
    if (code == HEXADECIMAL_CODE) return digit[byte];
    if (code == BASE32_CODE) return letter < 26 ? letter + 1u : byte >= '2' && byte <= '7' ? byte - '2' + 27u : 0;
    if (letter < 26) return letter + (byte & 32 ? 27u : 1u);
    if (byte >= '0' && byte <= '9') return byte - '0' + 53u;
    return byte == '+' || byte == '-' ? 63 : byte == '/' || byte == '_' ? 64 : 0;
}

/* Whether the differences from each byte to the next one are there of one of `secrets`: each is behind its length, in two bytes. */
static int differs_as(const uint8_t *data, uint64_t length, const uint8_t *secrets, uint64_t size) {
    uint8_t found[LONGEST_KEYED];
    for (uint64_t at = 0; at + 1 < length; at++) found[at] = data[at] ^ data[at + 1];
    for (uint64_t at = 0; at + 2 <= size;) {
        uint64_t sought = be16(secrets + at), last = length - sought;
        const uint8_t *secret = secrets + at + 2;
        at += 2 + sought;
        if (sought >= length) continue;
        for (const uint8_t *from = found; (from = memchr(from, secret[0], found + last - from)); from++)
            if (!memcmp(from, secret, sought)) return 1;
    }
    return 0;
}

/* Whether a code has such differences, filled up with the letter A. */
static int code_differs_as(int code, const uint8_t *data, uint64_t length, const uint8_t *secrets, uint64_t size) {
    uint8_t out[LONGEST_KEYED];
    uint64_t group = group_of_code[code], whole = (length + group - 1) / group * group, filled = 0;
    uint32_t bits = 0, pending = 0;
    for (uint64_t at = 0; at < whole; at++) {
        pending = pending << bits_of_code[code] | (character_of(code, at < length ? data[at] : 'A') - 1);
        bits += bits_of_code[code];
        if (bits >= 8) bits -= 8, out[filled++] = (uint8_t)(pending >> bits);
    }
    return differs_as(out, filled, secrets, size);
}

int has_under_key(const uint8_t *data, uint64_t length, const uint8_t *secrets, uint64_t size) {
    if (length > LONGEST_KEYED || differs_as(data, length, secrets, size)) return 1;
    for (int code = 0; code < CODES; code++) {
        for (uint64_t at = 0, begin; at + shortest_code[code] <= length; at++) {
            for (begin = at; at < length && character_of(code, data[at]); at++) continue;
            /* The byte before a code, such as its length, may look like a part of it. */
            if (at - begin >= shortest_code[code] && (code_differs_as(code, data + begin, at - begin, secrets, size) ||
                                                      code_differs_as(code, data + begin + 1, at - begin - 1, secrets, size)))
                return 1;
        }
    }
    return 0;
}
