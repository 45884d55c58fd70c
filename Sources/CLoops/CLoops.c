#include "CLoops.h"

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
