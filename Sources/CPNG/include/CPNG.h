/// PNG in memory, both ways, over libpng's low-level interface.
///
/// libpng reports errors by `longjmp`, which must not cross Swift frames, so setjmp, longjmp and every libpng handle
/// stay within CPNG.c. (libpng's simplified interface needs no longjmp, but it converts 16-bit samples to linear light
/// by a gamma, so it cannot deliver what is stored.)
#ifndef CPNG_H
#define CPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes that `message` must have room for, with the terminating zero, in every function here.
#define CPNG_MESSAGE_SIZE 256

/// What an image looks like once it is delivered: palettes and samples of 1, 2 or 4 bits expanded, alpha dropped.
struct cpng_info {
    uint32_t width;
    uint32_t height;
    /// 1 for gray, 3 for RGB.
    uint32_t channels;
    /// 8 or 16.
    uint32_t bit_depth;
    /// Bits a pixel takes in the file, uncompressed.
    uint32_t stored_bits_per_pixel;
    /// Whether the file says how opaque its pixels are; that is not delivered.
    bool has_alpha;
};

/// Reads the header of the PNG file in `bytes`. Returns false, with libpng's words in `message`, when it cannot be read.
bool cpng_read_info(
    const uint8_t *bytes, size_t length, struct cpng_info *info, char *message);

/// Reads the samples as they are stored, with no gamma: rows from top to bottom, channels interleaved, 16-bit samples
/// with the high byte first. `size` must be what the header asks for, else it is refused.
bool cpng_read_samples(
    const uint8_t *bytes, size_t length, uint8_t *samples, size_t size, char *message);

/// Writes samples, ordered as `cpng_read_samples` delivers them, into a PNG file in memory, which the caller gives back
/// by `cpng_free`. Returns NULL, with libpng's words in `message`, when that fails.
uint8_t *cpng_write(
    const uint8_t *samples, const struct cpng_info *info, size_t *length, char *message);

void cpng_free(uint8_t *bytes);

#endif
