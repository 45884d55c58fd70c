#include "CPNG.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Sides of an image: what libpng itself allows unless told otherwise.
static const png_uint_32 largest_side = 1000000;
/// Memory one chunk that is not pixels (a text, a colour profile) may ask for.
static const png_alloc_size_t largest_chunk = 8000000;

// Messages

static const char no_handle[] = "libpng found no memory, or another version of itself";

struct report {
    char *message;
    /// libpng warns of the cause ("Image width exceeds user limit in IHDR") before it fails ("Invalid IHDR data").
    char warning[96];
};

static void fail(png_structp png, png_const_charp text) {
    struct report *report = png_get_error_ptr(png);
    if (report->warning[0] != 0) {
        snprintf(report->message, CPNG_MESSAGE_SIZE, "%s (%s)", text, report->warning);
    } else {
        snprintf(report->message, CPNG_MESSAGE_SIZE, "%s", text);
    }
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp text) {
    struct report *report = png_get_error_ptr(png);
    snprintf(report->warning, sizeof report->warning, "%s", text);
}

// Reading

struct reader {
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    struct report report;
};

static void take(png_structp png, png_bytep into, size_t count) {
    struct reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        png_error(png, "the file ends before its image does");
    }
    memcpy(into, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

/// Makes libpng's handles; they are freed by `close_reader`, also when this fails.
static bool open_reader(struct reader *reader, const uint8_t *bytes, size_t length, char *message) {
    memset(reader, 0, sizeof *reader);
    reader->next = bytes;
    reader->left = length;
    reader->report.message = message;
    snprintf(message, CPNG_MESSAGE_SIZE, "%s", no_handle);
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader->report, fail, warn);
    if (reader->png != NULL) {
        reader->info = png_create_info_struct(reader->png);
    }
    return reader->info != NULL;
}

static void close_reader(struct reader *reader) {
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
}

/// Reads up to the pixels. Only to be called where a longjmp of libpng has somewhere to land.
static void read_header(struct reader *reader, struct cpng_info *info) {
    png_structp png = reader->png;
    png_set_user_limits(png, largest_side, largest_side);
    png_set_chunk_malloc_max(png, largest_chunk);
    png_set_read_fn(png, reader, take);
    png_read_info(png, reader->info);

    const png_byte colour = png_get_color_type(png, reader->info);
    info->width = png_get_image_width(png, reader->info);
    info->height = png_get_image_height(png, reader->info);
    info->channels = (colour & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    info->bit_depth = png_get_bit_depth(png, reader->info) == 16 ? 16 : 8;
    info->stored_bits_per_pixel =
        (uint32_t)png_get_channels(png, reader->info) * png_get_bit_depth(png, reader->info);
    info->has_alpha =
        (colour & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0;
}

// The functions that call setjmp own nothing: what they use belongs to their caller, which frees it on every path, and
// whose variables a longjmp leaves as they are.

static bool try_info(struct reader *reader, struct cpng_info *info) {
    if (setjmp(png_jmpbuf(reader->png)) != 0) {
        return false;
    }
    read_header(reader, info);
    return true;
}

static bool try_samples(struct reader *reader, uint8_t *samples, size_t size) {
    if (setjmp(png_jmpbuf(reader->png)) != 0) {
        return false;
    }
    png_structp png = reader->png;
    struct cpng_info info;
    read_header(reader, &info);

    // No call here touches gamma, significant bits or the background, so samples come as they are stored.
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);

    const size_t row = png_get_rowbytes(png, reader->info);
    const size_t expected = (size_t)info.width * info.channels * (info.bit_depth / 8);
    if (row != expected || row > SIZE_MAX / info.height || row * info.height != size) {
        png_error(png, "the pixels are not laid out as the header says");
    }
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < info.height; y++) {
            png_read_row(png, samples + y * row, NULL);
        }
    }
    png_read_end(png, NULL);
    return true;
}

bool cpng_read_info(const uint8_t *bytes, size_t length, struct cpng_info *info, char *message) {
    struct reader reader;
    const bool done = open_reader(&reader, bytes, length, message) && try_info(&reader, info);
    close_reader(&reader);
    return done;
}

bool cpng_read_samples(const uint8_t *bytes, size_t length, uint8_t *samples, size_t size, char *message) {
    struct reader reader;
    const bool done = open_reader(&reader, bytes, length, message) && try_samples(&reader, samples, size);
    close_reader(&reader);
    return done;
}

// Writing

struct writer {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    struct report report;
};

static void give(png_structp png, png_bytep from, size_t count) {
    struct writer *writer = png_get_io_ptr(png);
    if (count > writer->capacity - writer->length) {
        const size_t capacity = 2 * writer->capacity + count;
        uint8_t *grown = realloc(writer->bytes, capacity);
        if (grown == NULL) {
            png_error(png, "not enough memory");
        }
        writer->bytes = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->length, from, count);
    writer->length += count;
}

static void flush(png_structp png) {
    (void)png;
}

static bool try_write(struct writer *writer, const uint8_t *samples, const struct cpng_info *info) {
    if (setjmp(png_jmpbuf(writer->png)) != 0) {
        return false;
    }
    png_structp png = writer->png;
    png_set_user_limits(png, largest_side, largest_side);
    png_set_write_fn(png, writer, give, flush);
    png_set_IHDR(
        png, writer->info, info->width, info->height, (int)info->bit_depth,
        info->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, writer->info);
    const size_t row = (size_t)info->width * info->channels * (info->bit_depth / 8);
    for (uint32_t y = 0; y < info->height; y++) {
        png_write_row(png, samples + y * row);
    }
    png_write_end(png, NULL);
    return true;
}

uint8_t *cpng_write(const uint8_t *samples, const struct cpng_info *info, size_t *length, char *message) {
    struct writer writer;
    memset(&writer, 0, sizeof writer);
    writer.report.message = message;
    snprintf(message, CPNG_MESSAGE_SIZE, "%s", no_handle);
    writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer.report, fail, warn);
    if (writer.png != NULL) {
        writer.info = png_create_info_struct(writer.png);
    }
    const bool done = writer.info != NULL && try_write(&writer, samples, info);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (!done) {
        free(writer.bytes);
        return NULL;
    }
    *length = writer.length;
    return writer.bytes;
}

void cpng_free(uint8_t *bytes) {
    free(bytes);
}
