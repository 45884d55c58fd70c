#include "CLoops.h"

#include <string.h>

// One copy for each generation of vector registers, chosen by the loader. Elsewhere the compiler's target is enough.
#if defined(__x86_64__) && defined(__linux__)
#define VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORISED
#endif

VECTORISED
void loops_multiply_complex(float *restrict x, const float *restrict h, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float re = x[2 * i], im = x[2 * i + 1];
        x[2 * i] = re * h[2 * i] - im * h[2 * i + 1];
        x[2 * i + 1] = re * h[2 * i + 1] + im * h[2 * i];
    }
}

VECTORISED
void loops_multiply_conjugate(float *restrict x, const float *restrict h, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float re = x[2 * i], im = x[2 * i + 1];
        x[2 * i] = re * h[2 * i] + im * h[2 * i + 1];
        x[2 * i + 1] = im * h[2 * i] - re * h[2 * i + 1];
    }
}

VECTORISED
void loops_multiply_real(float *restrict x, const float *restrict h, size_t count) {
    for (size_t i = 0; i < count; i++) {
        x[2 * i] *= h[i];
        x[2 * i + 1] *= h[i];
    }
}

VECTORISED
uint32_t loops_largest_magnitude(const float *x, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= 0x7fffffff;
        largest = bits > largest ? bits : largest;
    }
    return largest;
}

// Condat's iteration (J. Optim. Theory Appl. 158, 2013, algorithm 3.1) for f(x) = 1/2 |x - y|^2 and g = threshold |.|_{1,2}:
//   x' = prox_{tau f}(x - tau D^T u),  u' = prox_{sigma g*}(u + sigma D (2x' - x)),  then both over-relaxed.

static inline __attribute__((always_inline)) void primal_pixel(
    const loops_tv_step *step, float scale, float y, float divergence, float *x, float *z) {
    float old = *x;
    float moved = (old + step->tau * (y + divergence)) * scale;
    *z = 2 * moved - old;
    *x = old + step->relaxation * (moved - old);
}

VECTORISED
void loops_tv_primal_row(
    const loops_tv_step *step, size_t width, const float *restrict y, const float *restrict across,
    const float *restrict down, const float *restrict down_above, float *restrict x, float *restrict z) {
    if (width == 0) return;
    loops_tv_step s = *step;
    float scale = 1 / (1 + s.tau);
    // `across` is 0 in the last column, and `down` in the last row: only the first column needs a case of its own.
    primal_pixel(&s, scale, y[0], across[0] + (down[0] - down_above[0]), x, z);
    for (size_t j = 1; j < width; j++)
        primal_pixel(&s, scale, y[j], (across[j] - across[j - 1]) + (down[j] - down_above[j]), x + j, z + j);
}

static inline __attribute__((always_inline)) void dual_pixel(
    const loops_tv_step *step, float difference_across, float difference_down, float *across, float *down) {
    float a = *across + step->sigma * difference_across;
    float d = *down + step->sigma * difference_down;
    // The builtin, because sqrtf may set errno and would keep the loop from becoming a vector loop.
    float length = __builtin_elementwise_sqrt(a * a + d * d);
    float scale = step->threshold / (length > step->threshold ? length : step->threshold);
    *across += step->relaxation * (a * scale - *across);
    *down += step->relaxation * (d * scale - *down);
}

VECTORISED
void loops_tv_dual_row(
    const loops_tv_step *step, size_t width, const float *z, const float *z_below, float *restrict across,
    float *restrict down) {
    if (width == 0) return;
    loops_tv_step s = *step;
    for (size_t j = 0; j + 1 < width; j++)
        dual_pixel(&s, z[j + 1] - z[j], z_below[j] - z[j], across + j, down + j);
    size_t last = width - 1;
    dual_pixel(&s, 0, z_below[last] - z[last], across + last, down + last);
}

// Sixteen floats, in as many registers as the processor's generation needs. Loads and stores go through memcpy, which
// asks for no alignment and compiles to plain moves; a macro, because a function that returns such vectors would have
// another calling convention in each clone.
typedef float lanes16 __attribute__((vector_size(64)));

#define ADD_PRODUCT(sum, weight, from)             \
    do {                                           \
        lanes16 values;                            \
        memcpy(&values, (from), sizeof values);    \
        sum += (weight) * values;                  \
    } while (0)

// `4 * 16` values of a row, from `in` on: four sums in registers hide the latency of the additions.
static inline __attribute__((always_inline)) void correlate64(
    float *out, const float *in, size_t stride, const float *weights, size_t rows, size_t columns) {
    lanes16 s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t a = 0; a < rows; a++)
        for (size_t b = 0; b < columns; b++) {
            const float *from = in + a * stride + b;
            float weight = weights[a * columns + b];
            ADD_PRODUCT(s0, weight, from);
            ADD_PRODUCT(s1, weight, from + 16);
            ADD_PRODUCT(s2, weight, from + 32);
            ADD_PRODUCT(s3, weight, from + 48);
        }
    memcpy(out, &s0, sizeof s0);
    memcpy(out + 16, &s1, sizeof s1);
    memcpy(out + 32, &s2, sizeof s2);
    memcpy(out + 48, &s3, sizeof s3);
}

VECTORISED
void loops_correlate_row(
    float *restrict out, size_t width, const float *restrict in, size_t stride, const float *restrict weights,
    size_t rows, size_t columns) {
    size_t j = 0;
    for (; j + 64 <= width; j += 64) correlate64(out + j, in + j, stride, weights, rows, columns);
    if (j == width) return;
    if (width >= 64) {
        // The last values once more with some that are done, computed alike.
        correlate64(out + width - 64, in + width - 64, stride, weights, rows, columns);
        return;
    }
    for (; j < width; j++) {
        float sum = 0;
        for (size_t a = 0; a < rows; a++)
            for (size_t b = 0; b < columns; b++) sum += weights[a * columns + b] * in[a * stride + b + j];
        out[j] = sum;
    }
}
