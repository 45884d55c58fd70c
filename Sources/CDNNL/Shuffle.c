#include "CDNNL.h"

#include <string.h>

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/// Mean of a block of a plane whose last row and column repeat.
static float block_mean(const float *plane, int64_t height, int64_t width, int64_t row, int64_t column,
                        int64_t factor) {
    float sum = 0;
    for (int64_t y = row * factor; y < (row + 1) * factor; y++)
        for (int64_t x = column * factor; x < (column + 1) * factor; x++)
            sum += plane[least(y, height - 1) * width + least(x, width - 1)];
    return sum / (float)(factor * factor);
}

/// How many of `columns` steps of `factor` pixels, from `offset` on, lie within `width` pixels.
static int64_t steps_within(int64_t width, int64_t offset, int64_t factor, int64_t columns) {
    return offset < width ? least((width - offset + factor - 1) / factor, columns) : 0;
}

/// One channel of a row: every `factor`-th pixel of `line` from `offset` on, the last pixel again beyond its end.
static void pack_line(const float *line, int64_t width, int64_t offset, int64_t factor, int64_t columns, int64_t block,
                      float *target) {
    int64_t within = steps_within(width, offset, factor, columns);
    for (int64_t column = 0; column < within; column++) target[column * block] = line[column * factor + offset];
    for (int64_t column = within; column < columns; column++) target[column * block] = line[width - 1];
}

void cdnnl_pack(const float *image, int appends_level, const float *levels, float level, int64_t batch,
                int64_t channels, int64_t height, int64_t width, int64_t factor, int64_t rows, int64_t columns,
                int64_t block, float *target) {
    int64_t own = channels * factor * factor;
    int64_t all = own + (appends_level ? 1 : 0);
    int64_t blocks = (all + block - 1) / block;
    int64_t line_count = columns * block;
    // Row by row, so that a row is still in the cache when its next channel is written between the others.
    for (int64_t n = 0; n < batch; n++) {
        const float *planes = image + n * channels * height * width;
        for (int64_t row = 0; row < rows; row++) {
            float *first = target + (n * blocks * rows + row) * line_count;
            for (int64_t index = 0; index < blocks; index++)
                memset(first + index * rows * line_count, 0, sizeof(float) * (size_t)line_count);
            for (int64_t channel = 0; channel < own; channel++) {
                int64_t offset = channel % (factor * factor);
                int64_t y = least(row * factor + offset / factor, height - 1);
                const float *line = planes + (channel / (factor * factor) * height + y) * width;
                pack_line(line, width, offset % factor, factor, columns, block,
                          first + channel / block * rows * line_count + channel % block);
            }
            if (!appends_level) continue;
            float *last = first + own / block * rows * line_count + own % block;
            const float *plane = levels ? levels + n * height * width : NULL;
            for (int64_t column = 0; column < columns; column++)
                last[column * block] = plane ? block_mean(plane, height, width, row, column, factor) : level;
        }
    }
}

void cdnnl_unpack(const float *source, int64_t batch, int64_t channels, int64_t height, int64_t width, int64_t factor,
                  int64_t rows, int64_t columns, int64_t block, float *image) {
    int64_t own = channels * factor * factor;
    int64_t blocks = (own + block - 1) / block;
    int64_t line_count = columns * block;
    for (int64_t n = 0; n < batch; n++) {
        for (int64_t y = 0; y < height; y++) {
            const float *first = source + (n * blocks * rows + y / factor) * line_count;
            for (int64_t c = 0; c < channels; c++) {
                float *line = image + ((n * channels + c) * height + y) * width;
                for (int64_t x = 0; x < least(factor, width); x++) {
                    int64_t channel = (c * factor + y % factor) * factor + x;
                    const float *from = first + channel / block * rows * line_count + channel % block;
                    int64_t within = steps_within(width, x, factor, columns);
                    for (int64_t column = 0; column < within; column++)
                        line[column * factor + x] = from[column * block];
                }
            }
        }
    }
}
