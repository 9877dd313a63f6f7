/* Blocks of LZ4, Snappy and LZF (see decoders/compression/lz77.py). */

/* The kinds of blocks that `expand` decompresses. */
enum { LZ4 = 1, SNAPPY = 2, LZF = 3 };
/* No copy reaches farther back. */
enum { WINDOW = 65536 };

/* An element of a block: literals, and then a copy of `copied` bytes from `distance` before. `end` is after both. */
typedef struct {
    uint64_t literals_at, literals, copied, distance, end;
} Element;

/* The length that the bytes at `*at` extend, if it is as great as a token can say; 0 if they are incomplete. */
static int extended(const uint8_t *data, uint64_t length, uint64_t *at, uint64_t *number) {
    if (*number < 15) return 1;
    for (; *at < length; ++*at) {
        *number += data[*at];
        if (data[*at] < 255) return ++*at, 1;
    }
    return 0;
}

/* Each of these reads the element at `at`, and returns 0 if it is incomplete. */
static int lz4_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t token = data[at++];
    element->literals = token >> 4, element->copied = token & 15;
    if (!extended(data, length, &at, &element->literals)) return 0;
    element->literals_at = at;
    if (element->literals > length - at || length - at - element->literals < 2) return 0;
    at += element->literals;
    element->distance = data[at] | data[at + 1] << 8, at += 2;
    if (!extended(data, length, &at, &element->copied)) return 0;
    element->copied += 4, element->end = at;
    return 1;
}

static int snappy_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t tag = data[at++], kind = tag & 3;
    uint64_t size = kind < 3 ? kind : 4, number = 0;
    if (kind == 0 && tag >> 2 >= 60) size = (tag >> 2) - 59;
    if (size > length - at) return 0;
    for (uint64_t i = 0; i < size; i++) number |= (uint64_t)data[at + i] << 8 * i;
    at += size, element->literals_at = at, element->literals = element->copied = element->distance = 0;
    if (kind == 0) {
        element->literals = (size ? number : (uint64_t)(tag >> 2)) + 1;
        if (element->literals > length - at) return 0;
    } else if (kind == 1) {
        element->copied = 4 + (tag >> 2 & 7), element->distance = (uint64_t)(tag >> 5) << 8 | number;
    } else {
        element->copied = (tag >> 2) + 1, element->distance = number;
    }
    element->end = at + element->literals;
    return 1;
}

static int lzf_element(const uint8_t *data, uint64_t length, uint64_t at, Element *element) {
    uint8_t control = data[at++];
    element->literals_at = at, element->literals = element->copied = element->distance = 0;
    if (control < 32) {
        element->literals = control + 1;
        if (element->literals > length - at) return 0;
    } else {
        element->copied = control >> 5;
        if (element->copied == 7) {
            if (at == length) return 0;
            element->copied += data[at++];
        }
        if (at == length) return 0;
        element->copied += 2, element->distance = ((uint64_t)(control & 31) << 8 | data[at++]) + 1;
    }
    element->end = at + element->literals;
    return 1;
}

/* Decompress as many whole elements as fit into `capacity` bytes of `out`, of which `fill` are filled. Returns the number
 * of bytes read of `data`; an element that is incomplete or malformed, and all after it, is left to Python. */
uint64_t expand(uint32_t kind, const uint8_t *data, uint64_t length, uint8_t *out, uint64_t *fill, uint64_t capacity) {
    uint64_t at = 0, filled = *fill;
    Element element;
    while (at < length) {
        int whole = kind == LZ4      ? lz4_element(data, length, at, &element)
                    : kind == SNAPPY ? snappy_element(data, length, at, &element)
                                     : lzf_element(data, length, at, &element);
        if (!whole || element.literals > capacity - filled || element.copied > capacity - filled - element.literals) break;
        if (element.copied && (!element.distance || element.distance > filled + element.literals)) break;
        if (element.distance > WINDOW) break;
        memcpy(out + filled, data + element.literals_at, element.literals);
        filled += element.literals;
        if (element.distance >= element.copied) {
            memcpy(out + filled, out + filled - element.distance, element.copied);
            filled += element.copied;
        } else {
            /* The copy overlaps itself, so that it repeats. */
            for (uint64_t i = 0; i < element.copied; i++, filled++) out[filled] = out[filled - element.distance];
        }
        at = element.end;
    }
    *fill = filled;
    return at;
}
