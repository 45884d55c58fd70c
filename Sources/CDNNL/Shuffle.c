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

void cdnnl_pack(const float *image, int appends_level, const float *levels, float level, int64_t batch,
                int64_t channels, int64_t height, int64_t width, int64_t factor, int64_t rows, int64_t columns,
                int64_t block, float *target) {
    int64_t own = channels * factor * factor;
    int64_t all = own + (appends_level ? 1 : 0);
    int64_t blocks = (all + block - 1) / block;
    memset(target, 0, sizeof(float) * (size_t)(batch * blocks * rows * columns * block));
    for (int64_t n = 0; n < batch; n++) {
        float *activations = target + n * blocks * rows * columns * block;
        for (int64_t channel = 0; channel < all; channel++) {
            float *plane = activations + channel / block * rows * columns * block + channel % block;
            int64_t offset = channel % (factor * factor);
            const float *source = image + (n * channels + channel / (factor * factor)) * height * width;
            for (int64_t row = 0; row < rows; row++) {
                for (int64_t column = 0; column < columns; column++) {
                    float value;
                    if (channel < own) {
                        int64_t y = least(row * factor + offset / factor, height - 1);
                        int64_t x = least(column * factor + offset % factor, width - 1);
                        value = source[y * width + x];
                    } else if (levels) {
                        value = block_mean(levels + n * height * width, height, width, row, column, factor);
                    } else {
                        value = level;
                    }
                    plane[(row * columns + column) * block] = value;
                }
            }
        }
    }
}

void cdnnl_unpack(const float *source, int64_t batch, int64_t channels, int64_t height, int64_t width, int64_t factor,
                  int64_t rows, int64_t columns, int64_t block, float *image) {
    int64_t own = channels * factor * factor;
    int64_t blocks = (own + block - 1) / block;
    for (int64_t n = 0; n < batch; n++) {
        const float *activations = source + n * blocks * rows * columns * block;
        for (int64_t c = 0; c < channels; c++) {
            float *plane = image + (n * channels + c) * height * width;
            for (int64_t y = 0; y < height; y++) {
                for (int64_t x = 0; x < width; x++) {
                    int64_t channel = (c * factor + y % factor) * factor + x % factor;
                    plane[y * width + x] = activations[(channel / block * rows * columns +
                                                        y / factor * columns + x / factor) * block + channel % block];
                }
            }
        }
    }
}
