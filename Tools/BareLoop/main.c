// The plain loop that a C programmer would write over the convolutions of a network: the same library, nothing around
// it. Tools/bench holds the denoiser against it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "layers.h"
#include "loop.h"
#include "peak.h"

static const char usage[] =
    "usage: bare-loop NETWORK HEIGHT WIDTH THREADS REPEATS METHOD\n"
    "       bare-loop peak THREADS\n"
    "NETWORK is drunet or ffdnet, METHOD direct or winograd; height and width are multiples of 8.\n";

static int fail(void) {
    fputs(usage, stderr);
    return 2;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/// A whole number from 1 to 100,000, or 0 where the text is none.
static int count(const char *text) {
    char *end;
    long value = strtol(text, &end, 10);
    return *text && !*end && value >= 1 && value <= 100000 ? (int)value : 0;
}

static int peak(const char *threads_text) {
    int threads = count(threads_text);
    if (!threads) return fail();
    printf("{\"gflops\":%.1f}\n", peak_gflops(threads));
    return 0;
}

static int time_loop(char **arguments) {
    network network;
    int height = count(arguments[1]), width = count(arguments[2]), threads = count(arguments[3]);
    int repeats = count(arguments[4]), winograd = strcmp(arguments[5], "winograd") == 0;
    if (!threads || !repeats || (!winograd && strcmp(arguments[5], "direct") != 0)) return fail();
    if (make_network(arguments[0], height, width, &network) != 0) return fail();

    loop *loop = make_loop(&network, threads, winograd);
    run_loop(loop);  // The first run meets cold memory and starts the threads.
    printf("{\"seconds\":[");
    for (int repeat = 0; repeat < repeats; repeat++) {
        double start = now();
        run_loop(loop);
        printf("%s%.6f", repeat > 0 ? "," : "", now() - start);
    }
    printf("],\"gflop\":%.3f,\"implementations\":[", network_gflop(&network));
    for (int step = 0; step < network.step_count; step++)
        printf("%s\"%s\"", step > 0 ? "," : "", step_implementation(loop, step));
    printf("]}\n");
    return 0;
}

int main(int argument_count, char **arguments) {
    if (argument_count == 3 && strcmp(arguments[1], "peak") == 0) return peak(arguments[2]);
    if (argument_count == 7) return time_loop(arguments + 1);
    return fail();
}
