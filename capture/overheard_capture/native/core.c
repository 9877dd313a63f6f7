/* The compiled part of the reader: the work per packet and per byte. Python implements all of it as well.
 *
 * It allocates no memory: Python provides all of it. The files are compiled as one, so that the compiler sees them all.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

static uint16_t be16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static uint32_t be32(const uint8_t *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }
static uint32_t le32(const uint8_t *at) { return (uint32_t)at[3] << 24 | at[2] << 16 | at[1] << 8 | at[0]; }

static int printable(uint8_t byte) { return (byte >= 32 && byte < 127) || byte == 9 || byte == 10 || byte == 13; }

#include "directions.c"
#include "walk.c"
#include "tls_records.c"
#include "evenness.c"
#include "text.c"
#include "literals.c"
#include "lz77.c"
#include "deflate.c"
#include "content.c"
#include "under_key.c"
#include "columns.c"
#include "randomness.c"
#include "brotli.c"
#include "unsigned.c"
#include "payloads.c"
#include "compressed.c"
#include "escaped_signs.c"
#include "base85.c"
#include "coded_runs.c"
#include "announcements.c"
#include "line_blocks.c"
#include "markup.c"
#include "json_strings.c"
