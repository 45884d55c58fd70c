#ifndef CLOOPS_H
#define CLOOPS_H

#include <stddef.h>
#include <stdint.h>

// The few hot loops that no library has. Every output element is computed by one fixed expression, without
// reassociation (no -ffast-math), so the bits depend on the processor type only: its clone may contract a multiply and an
// add into one rounding, alike in the vector body and in the remainder.

#pragma clang assume_nonnull begin

/// x[i] *= h[i] for `count` complex numbers, interleaved.
void loops_multiply_complex(float *restrict x, const float *restrict h, size_t count);

/// x[i] *= conj(h[i]) for `count` complex numbers, interleaved.
void loops_multiply_conjugate(float *restrict x, const float *restrict h, size_t count);

/// x[i] *= h[i] for `count` complex numbers x and real numbers h.
void loops_multiply_real(float *restrict x, const float *restrict h, size_t count);

/// The bits of the largest of `count` magnitudes |x[i]|; above those of infinity where one is NaN.
uint32_t loops_largest_magnitude(const float *x, size_t count);

/// What the rows of one total-variation iteration share.
typedef struct {
    float tau;        // primal step
    float sigma;      // dual step
    float relaxation; // over-relaxation, below 2
    float threshold;  // radius of the dual ball, above 0
} loops_tv_step;

/// The primal half on one row of `width` pixels: moves `x` and leaves the extrapolated point in `z`.
/// `across` and `down` are the row's dual components, `down_above` that of the row above.
void loops_tv_primal_row(
    const loops_tv_step *step, size_t width, const float *restrict y, const float *restrict across,
    const float *restrict down, const float *restrict down_above, float *restrict x, float *restrict z);

/// The dual half on one row: moves `across` and `down` along the gradient of `z`. `z_below` is the next row, or `z`
/// itself on the last row, where the vertical difference is 0.
void loops_tv_dual_row(
    const loops_tv_step *step, size_t width, const float *z, const float *z_below, float *restrict across,
    float *restrict down);

/// `width` values of a correlation's row: out[j] = sum over a, b of weights[a][b] in[a * stride + j + b], with `rows` times
/// `columns` weights. Reads `width + columns - 1` values of each of `rows` rows.
void loops_correlate_row(
    float *restrict out, size_t width, const float *restrict in, size_t stride, const float *restrict weights,
    size_t rows, size_t columns);

#pragma clang assume_nonnull end

#endif
