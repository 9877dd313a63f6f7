/* Records of TLS (see protocols/tls/records.py and ciphertext.py). */

/* RFC 8446, 5.1 */
enum { APPLICATION_DATA = 23 };

/* Whether the content of an encrypted TLS record, from `start` to `end`, is in fact plaintext: 1 if it has a run of 32
 * printable characters, or a block (of at most 128 bytes, one in 1024, behind the nonce) with few different bytes; 2 if one
 * of the pairs of bytes in `beginnings`, a set of bits, is where a format may begin, or it begins with eight printable
 * characters, maybe behind the nonce; 0 otherwise. */
int plaintext(const uint8_t *data, uint64_t start, uint64_t end, const uint8_t *beginnings) {
    data += start;
    uint64_t length = end - start;
    for (uint64_t at = 0; at + 32 <= length;) {
        uint64_t from = at + 32;
        while (from > at && printable(data[from - 1])) from--;
        if (from == at) return 1;
        at = from;
    }
    for (uint64_t at = 8; at + 24 <= length; at += 1024) {
        uint64_t size = length - at < 128 ? length - at : 128, different = 0;
        uint8_t seen[256] = {0};
        for (uint64_t each = 0; each < size && different <= size / 2; each++) {
            different += !seen[data[at + each]];
            seen[data[at + each]] = 1;
        }
        if (different > 1 && different <= size / 2) return 1;
    }
    for (uint64_t at = 0; at <= 16 && at + 2 <= length; at += 8)
        if (beginnings[be16(data + at) >> 3] >> (data[at + 1] & 7) & 1) return 2;
    for (uint64_t at = 0; at <= 8 && at + 8 <= length; at += 8) {
        int run = 0;
        while (run < 8 && printable(data[at + run])) run++;
        if (run == 8) return 2;
    }
    return 0;
}

/* Skip complete TLS application data records of a version (the lower byte of it), from `start` on. Returns the offset of the first
 * byte that is not part of one; adds their number to `count`, and sets `last` to the payload length of the last one, and `shortest` to that
 * of the shortest one. With `beginnings`, it stops before a record that may be plaintext. */
uint64_t skip_records(const uint8_t *data, uint64_t start, uint64_t end, uint32_t version, uint64_t *count, uint64_t *last,
                      uint64_t *shortest, const uint8_t *beginnings) {
    uint64_t at = start;
    while (end - at >= 5) {
        const uint8_t *head = data + at;
        uint32_t length = be16(head + 3);
        if (head[0] != APPLICATION_DATA || head[1] != 3 || head[2] != version) break;
        if (!length || length > (1 << 14) + 2048 || end - at < 5 + length) break;
        if (beginnings && plaintext(data, at + 5, at + 5 + length, beginnings)) break;
        if (length < *shortest) *shortest = length;
        *last = length;
        (*count)++;
        at += 5 + length;
    }
    return at;
}
