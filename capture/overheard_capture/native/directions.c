/* The directions of connections that are read here, what the walk over frames shares with Python, and how a direction is
 * found (see scan/offloaded.py).
 */

/* `length` bytes at `start` of a block, which are at `offset` of a frame. */
typedef struct {
    uint32_t start, frame, offset, length;
} Extent;

typedef struct {
    uint8_t key[36];
    uint8_t link[12];    /* to and from which hardware addresses its last frame was */
    uint32_t armed;      /* whether this code reads it, and the opposite one, which is beside it */
    uint32_t next;       /* the next sequence number expected */
    uint32_t reached;    /* one past the highest sequence number sent or acknowledged */
    uint32_t acknowledged; /* one past the highest one acknowledged */
    uint32_t fill, capacity;
    uint32_t extents_fill, extents_capacity;
    uint32_t segments;
    uint32_t closed;     /* whether its FIN followed the last byte */
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
    /* the directions, and a hash table of their indexes by key: a power of two of slots, which may be EMPTY, or
     * REMOVED, which lookups have to skip */
    Direction *directions;
    int32_t *slots;
    uint32_t direction_count, slot_mask, removed;
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
    uint32_t at; /* the index of the direction whose block is full, or of which the connection ended */
    /* a frame that Python must read: where it begins, its length, its timestamp, and where the next record begins */
    uint64_t frame_at, frame_length, frame_ticks, frame_after;
    uint32_t frame_interface;
} Walker;

enum { EMPTY = -1, REMOVED = -2 };

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

static int32_t direction_of(const Walker *walker, const uint8_t *key) {
    uint32_t slot = hash(key, walker->seed) & walker->slot_mask;
    for (uint32_t looked = 0; looked <= walker->slot_mask; looked++) {
        int32_t index = walker->slots[slot];
        if (index == EMPTY) return -1;
        if (index >= 0 && memcmp(walker->directions[index].key, key, 36) == 0) return index;
        slot = (slot + 1) & walker->slot_mask;
    }
    return -1;
}

static void insert(Walker *walker, int32_t index) {
    uint32_t slot = hash(walker->directions[index].key, walker->seed) & walker->slot_mask;
    while (walker->slots[slot] >= 0) slot = (slot + 1) & walker->slot_mask;
    walker->removed -= walker->slots[slot] == REMOVED;
    walker->slots[slot] = index;
}

/* Read a direction here from the sequence number `next` on. Its memory is there already. */
void arm(Walker *walker, int32_t index, const uint8_t *key, const uint8_t *link, uint32_t next, uint32_t reached, uint32_t acknowledged) {
    Direction *direction = walker->directions + index;
    memcpy(direction->key, key, sizeof direction->key);
    direction->next = next, direction->reached = reached, direction->acknowledged = acknowledged;
    direction->fill = direction->extents_fill = direction->segments = direction->closed = 0;
    memcpy(direction->link, link, sizeof direction->link);
    direction->armed = 1;
    insert(walker, index);
}

/* Leave a direction to Python. */
void disarm(Walker *walker, int32_t index) {
    Direction *direction = walker->directions + index;
    uint32_t slot = hash(direction->key, walker->seed) & walker->slot_mask;
    while (walker->slots[slot] != index) slot = (slot + 1) & walker->slot_mask;
    walker->slots[slot] = REMOVED;
    direction->armed = 0;
    if (++walker->removed <= walker->slot_mask / 2) return;
    memset(walker->slots, EMPTY, sizeof *walker->slots * (walker->slot_mask + 1));
    walker->removed = 0;
    for (uint32_t each = 0; each < walker->direction_count; each++)
        if (walker->directions[each].armed) insert(walker, (int32_t)each);
}
