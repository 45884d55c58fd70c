#ifndef LAYERS_H
#define LAYERS_H

#include <stdint.h>

/// What one step of the loop does.
typedef enum { CONVOLVE, TRANSPOSE, ADD } step_kind;

/// A place for activations.
typedef struct {
    int64_t channels, height, width;
} place;

/// One step: reads the place `source` and writes the place `target`.
typedef struct {
    step_kind kind;
    int source, target;
    /// The place that ADD adds to `source`.
    int other;
    /// Side of the square kernel: 3, padded by 1, at stride 1, or 2 at stride 2.
    int side;
    /// 1: negative results become zero.
    int relu;
    /// 1: the convolution is added to what `target` holds.
    int sum;
} step;

enum { MOST_STEPS = 80, MOST_PLACES = 16 };

/// A network as steps over places, for one image.
typedef struct {
    step steps[MOST_STEPS];
    int step_count;
    place places[MOST_PLACES];
    int place_count;
} network;

/// `ffdnet`, for colour: 12 convolutions of 96 features at half resolution (Zhang, Zuo and Zhang, IEEE TIP 2018).
/// `drunet`, for colour: a U-Net of 64-128-256-512 features with 4 residual blocks a scale (Zhang et al., IEEE TPAMI
/// 2021). Height and width are multiples of 8. Returns 0, or 1 where the name or size is another.
int make_network(const char *name, int64_t height, int64_t width, network *made);

/// Billions of floating-point operations, two for each product of the sums that define the convolutions.
double network_gflop(const network *network);

#endif
