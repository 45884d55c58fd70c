#ifndef LOOP_H
#define LOOP_H

#include "layers.h"

typedef struct loop loop;

/// Prepares every step of a network on memory of its own: weights ordered, activations blocked, nothing left to allocate.
/// With `winograd`, convolutions of side 3 over 32 channels or more are computed by F(4×4, 3×3) (Lavin and Gray 2016).
/// Ends the program with a message where the library cannot.
loop *make_loop(const network *network, int threads, int winograd);

/// Computes every step once.
void run_loop(loop *loop);

/// Name of the library's implementation of a step.
const char *step_implementation(const loop *loop, int step);

#endif
