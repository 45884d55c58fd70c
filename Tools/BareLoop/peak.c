#include "peak.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// Twelve sums hide a latency of 4 cycles (of 6, on two units) and leave registers over in every instruction set.
enum { SUMS = 12 };

// `rounds` rounds of SUMS multiply-adds on vectors of `lanes` floats; returns the floating-point operations done.
#define MULTIPLY_ADDS(name, lanes, attributes)                                         \
    attributes static double name(uint64_t rounds, volatile float *result) {           \
        typedef float vector __attribute__((vector_size(4 * (lanes))));                \
        vector sums[SUMS], factor = (vector){0} + 0.999f, term = (vector){0} + 0.001f; \
        for (int sum = 0; sum < SUMS; sum++) sums[sum] = (vector){0} + (float)sum;     \
        for (uint64_t round = 0; round < rounds; round++) {                            \
            _Pragma("clang loop unroll(full)")                                         \
            for (int sum = 0; sum < SUMS; sum++) sums[sum] = sums[sum] * factor + term; \
        }                                                                              \
        for (int sum = 1; sum < SUMS; sum++) sums[0] += sums[sum];                     \
        *result = sums[0][0];                                                          \
        return 2.0 * (lanes) * SUMS * (double)rounds;                                  \
    }

#if defined(__x86_64__)
MULTIPLY_ADDS(with_avx512, 16, __attribute__((target("avx512f,fma"))))
MULTIPLY_ADDS(with_avx2, 8, __attribute__((target("avx2,fma"))))
#endif
MULTIPLY_ADDS(as_compiled, 4, )

static double multiply_adds(uint64_t rounds, volatile float *result) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return with_avx512(rounds, result);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return with_avx2(rounds, result);
#endif
    return as_compiled(rounds, result);
}

typedef struct {
    pthread_t thread;
    int started;
    uint64_t rounds;
    double operations;
    volatile float result;
} lane;

static void *work(void *argument) {
    lane *own = argument;
    own->operations = multiply_adds(own->rounds, &own->result);
    return NULL;
}

static double measured(int threads, uint64_t rounds) {
    lane *lanes = calloc((size_t)threads, sizeof *lanes);
    if (!lanes) return 0;
    double start = now(), operations = 0;
    for (int index = 0; index < threads; index++) {
        lanes[index].rounds = rounds;
        lanes[index].started = pthread_create(&lanes[index].thread, NULL, work, &lanes[index]) == 0;
    }
    for (int index = 0; index < threads; index++) {
        if (!lanes[index].started) continue;
        pthread_join(lanes[index].thread, NULL);
        operations += lanes[index].operations;
    }
    double seconds = now() - start;
    free(lanes);
    return operations / seconds * 1e-9;
}

double peak_gflops(int threads) {
    // About a third of a second a try: long against starting threads, and the best of five meets a quiet moment.
    double best = 0;
    for (int try = 0; try < 5; try++) {
        double found = measured(threads, 100 * 1000 * 1000 / 2);
        if (found > best) best = found;
    }
    return best;
}
