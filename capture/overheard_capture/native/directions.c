/* The directions of connections that are read here, what the walk over frames shares with Python, and how a direction is
 * found (see scan/offloaded.py).
 */

/* `length` bytes at `start` of a block, which are at `offset` of a frame. */
typedef struct {
    uint32_t start, frame, offset, length;
} Extent;

typedef struct {
    uint8_t key[36];
    int32_t other;       /* the opposite direction; -1 if this slot is free */
    uint32_t armed;      /* whether this code may append to it */
    uint32_t next;       /* the next sequence number expected */
    uint32_t reached;    /* one past the highest sequence number sent or acknowledged */
    uint32_t acknowledged; /* one past the highest one acknowledged */
    uint32_t fill, capacity;
    uint32_t extents_fill, extents_capacity;
    uint32_t segments;
    uint64_t ticks;      /* the timestamp of its last frame, in ticks of */
    uint32_t interface;  /* this interface */
    uint8_t *block;
    Extent *extents;
} Direction;

typedef struct {
    uint32_t link_type, usable;
} Interface;

typedef struct {
    /* the file format */
    uint32_t pcapng, swapped, interface_count, frame; /* `frame` is the number of the last frame */
    Interface interfaces[64];
    /* the directions, and a hash table of their indexes by key: a power of two of slots, -1 if empty */
    Direction *directions;
    int32_t *slots;
    uint32_t slot_mask;
    uint32_t seed;
    /* the bytes of frames outside their payloads */
    uint8_t *rest;
    uint32_t rest_fill, rest_capacity;
    Extent *rest_extents;
    uint32_t rest_extents_fill, rest_extents_capacity;
    /* totals since the last return to Python */
    uint64_t bytes, payload;
    uint64_t ticks;
    uint32_t interface;
    uint32_t full; /* the index of the direction whose block is full */
    /* a frame that Python must read: where it begins, its length, its timestamp, and where the next record begins */
    uint64_t frame_at, frame_length, frame_ticks, frame_after;
    uint32_t frame_interface;
} Walker;

static uint32_t u32(const uint8_t *at, int swapped) {
    uint32_t value;
    memcpy(&value, at, 4);
    return swapped ? __builtin_bswap32(value) : value;
}

/* The hash is seeded, so that an attacker cannot choose connections that all collide. */
static uint32_t hash(const uint8_t *key, uint32_t seed) {
    uint64_t mixed = seed * 0x9E3779B97F4A7C15ull + 1;
    for (int at = 0; at < 36; at += 4) {
        uint32_t word;
        memcpy(&word, key + at, 4);
        mixed = (mixed ^ word) * 0xFF51AFD7ED558CCDull;
        mixed ^= mixed >> 32;
    }
    return (uint32_t)mixed;
}

uint32_t slot_of(const Walker *walker, const uint8_t *key) { return hash(key, walker->seed) & walker->slot_mask; }

static int32_t direction_of(const Walker *walker, const uint8_t *key) {
    uint32_t slot = hash(key, walker->seed) & walker->slot_mask;
    for (uint32_t looked = 0; looked <= walker->slot_mask; looked++) {
        int32_t index = walker->slots[slot];
        if (index == -1) return -1;
        if (index >= 0 && memcmp(walker->directions[index].key, key, 36) == 0) return index;
        slot = (slot + 1) & walker->slot_mask;
    }
    return -1;
}
