#include "layers.h"

#include <string.h>

static int add_place(network *network, int64_t channels, int64_t height, int64_t width) {
    network->places[network->place_count] = (place){channels, height, width};
    return network->place_count++;
}

static void add_step(network *network, step step) { network->steps[network->step_count++] = step; }

static void make_ffdnet(network *made, int64_t height, int64_t width) {
    int image = add_place(made, 4 * 3 + 1, height / 2, width / 2);
    int features[2] = {add_place(made, 96, height / 2, width / 2), add_place(made, 96, height / 2, width / 2)};
    int result = add_place(made, 4 * 3, height / 2, width / 2);
    int from = image;
    for (int layer = 0; layer < 12; layer++) {
        int to = layer == 11 ? result : features[layer % 2];
        add_step(made, (step){.kind = CONVOLVE, .source = from, .target = to, .side = 3, .relu = layer < 11});
        from = to;
    }
}

// The places of one scale: the features now, those between the convolutions of a block, and those kept for the way up.
typedef struct {
    int now, between, kept;
} scale;

// x + conv(relu(conv(x))); the second convolution adds to the place of x.
static void add_block(network *made, const scale *at) {
    add_step(made, (step){.kind = CONVOLVE, .source = at->now, .target = at->between, .side = 3, .relu = 1});
    add_step(made, (step){.kind = CONVOLVE, .source = at->between, .target = at->now, .side = 3, .sum = 1});
}

// The first block of a scale, whose x is kept for the way up and cannot be added to.
static void add_first_block(network *made, const scale *at) {
    add_step(made, (step){.kind = CONVOLVE, .source = at->kept, .target = at->between, .side = 3, .relu = 1});
    add_step(made, (step){.kind = CONVOLVE, .source = at->between, .target = at->now, .side = 3});
    add_step(made, (step){.kind = ADD, .source = at->now, .other = at->kept, .target = at->now});
}

static void make_drunet(network *made, int64_t height, int64_t width) {
    const int64_t widths[4] = {64, 128, 256, 512};
    scale scales[4];
    int image = add_place(made, 3 + 1, height, width);
    int result = add_place(made, 3, height, width);
    for (int s = 0; s < 4; s++) {
        scales[s].now = add_place(made, widths[s], height >> s, width >> s);
        scales[s].between = add_place(made, widths[s], height >> s, width >> s);
        scales[s].kept = add_place(made, widths[s], height >> s, width >> s);
    }
    add_step(made, (step){.kind = CONVOLVE, .source = image, .target = scales[0].kept, .side = 3});
    for (int s = 0; s < 4; s++) {
        add_first_block(made, &scales[s]);
        for (int block = 1; block < 4; block++) add_block(made, &scales[s]);
        if (s == 3) break;
        add_step(made, (step){
            .kind = CONVOLVE, .source = scales[s].now, .target = scales[s + 1].kept, .side = 2});
    }
    for (int s = 2; s >= 0; s--) {
        const scale *below = &scales[s + 1];
        add_step(made, (step){.kind = ADD, .source = below->now, .other = below->kept, .target = below->now});
        add_step(made, (step){.kind = TRANSPOSE, .source = below->now, .target = scales[s].now, .side = 2});
        for (int block = 0; block < 4; block++) add_block(made, &scales[s]);
    }
    add_step(made, (step){
        .kind = ADD, .source = scales[0].now, .other = scales[0].kept, .target = scales[0].now});
    add_step(made, (step){.kind = CONVOLVE, .source = scales[0].now, .target = result, .side = 3});
}

int make_network(const char *name, int64_t height, int64_t width, network *made) {
    *made = (network){0};
    if (height <= 0 || width <= 0 || height % 8 != 0 || width % 8 != 0) return 1;
    if (strcmp(name, "ffdnet") == 0) {
        make_ffdnet(made, height, width);
    } else if (strcmp(name, "drunet") == 0) {
        make_drunet(made, height, width);
    } else {
        return 1;
    }
    return 0;
}

double network_gflop(const network *network) {
    double sum = 0;
    for (int index = 0; index < network->step_count; index++) {
        const step *step = &network->steps[index];
        const place *from = &network->places[step->source], *to = &network->places[step->target];
        double products = (double)from->channels * (double)to->channels * (double)(to->height * to->width);
        if (step->kind == CONVOLVE) sum += 2 * products * step->side * step->side;
        // Side and stride are equal: every output pixel has one product for each pair of channels.
        if (step->kind == TRANSPOSE) sum += 2 * products;
    }
    return sum * 1e-9;
}
