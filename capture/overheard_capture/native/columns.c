/* Which columns of rows may say something that is compressed, or under a key (see scan/piece_bytes.py). */

enum { SHORTEST_KEYED = 7 };

/* `spans` has the first and the last column, and one more, of so many ranges; `out` says of each whether Python must look at it.
 * `room` has one byte more than all of the rows: a zero, with which a compressed stream may end, is no number. */
void columns_may_say(const uint8_t *rows, uint64_t count, uint64_t width, const uint16_t *spans, uint64_t ranges,
                     const uint8_t *secrets, uint64_t size, const uint8_t *headers, uint8_t *room, uint8_t *out) {
    for (uint64_t each = 0; each < ranges; each++) {
        uint64_t first = spans[2 * each], wide = spans[2 * each + 1] - first, length = wide * count;
        for (uint64_t row = 0; row < count; row++) memcpy(room + row * wide, rows + row * width + first, wide);
        int is_keyed = length >= SHORTEST_KEYED && length <= LONGEST_KEYED && has_under_key(room, length, secrets, size);
        room[length] = 0;
        out[each] = is_keyed || first_deflated(room, length + 1, 0, wide, headers) >= 0;
    }
}
