#include "loop.h"

#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// oneDNN 3.x changed how memory and operations are described, but not how they are run.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t description;
typedef const_dnnl_memory_desc_t description_view;
#define VIEW(d) (d)
#else
typedef dnnl_memory_desc_t description;
typedef const dnnl_memory_desc_t *description_view;
#define VIEW(d) (&(d))
#endif

typedef struct {
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    dnnl_exec_arg_t arguments[4];
    int argument_count;
} prepared;

struct loop {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    int64_t block;
    int step_count;
    prepared steps[MOST_STEPS];
    void *places[MOST_PLACES];
    description descriptions[MOST_PLACES];
};

static void check(dnnl_status_t status, const char *what) {
    if (status == dnnl_success) return;
    fprintf(stderr, "bare-loop: oneDNN: %s: code %d\n", what, (int)status);
    exit(1);
}

// Aligned to pages and, below, written once, so that no run meets memory for the first time.
static void *allocate(size_t bytes) {
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, bytes > 0 ? bytes : 1) == 0) return memory;
    fprintf(stderr, "bare-loop: no memory for %zu bytes\n", bytes);
    exit(1);
}

// Numbers of zero mean whose products with a layer's inputs keep the inputs' size, so that nothing overflows or fades
// into denormal numbers, on which processors are slow.
static void fill(float *values, size_t count, float size) {
    static uint32_t state = 12345;
    for (size_t index = 0; index < count; index++) {
        state = state * 1664525u + 1013904223u;
        values[index] = size * ((float)(state >> 8) / (float)(1 << 23) - 1);
    }
}

static description describe(int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
    description made;
    memset(&made, 0, sizeof made);
#if DNNL_VERSION_MAJOR >= 3
    check(dnnl_memory_desc_create_with_tag(&made, rank, dims, dnnl_f32, tag), "memory");
#else
    check(dnnl_memory_desc_init_by_tag(&made, rank, dims, dnnl_f32, tag), "memory");
#endif
    return made;
}

static const char *implementation(const_dnnl_primitive_desc_t desc) {
    const char *name = "";
    dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, (void *)&name);
    return name;
}

static dnnl_primitive_attr_t attributes(const step *step) {
    dnnl_primitive_attr_t made = NULL;
    dnnl_post_ops_t operations = NULL;
    check(dnnl_primitive_attr_create(&made), "attributes");
    check(dnnl_primitive_attr_set_scratchpad_mode(made, dnnl_scratchpad_mode_user), "attributes");
    check(dnnl_post_ops_create(&operations), "attributes");
#if DNNL_VERSION_MAJOR >= 3
    if (step->sum) check(dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef), "sum");
    if (step->relu) check(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0), "relu");
#else
    if (step->sum) check(dnnl_post_ops_append_sum(operations, 1), "sum");
    if (step->relu) check(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0), "relu");
#endif
    check(dnnl_primitive_attr_set_post_ops(made, operations), "attributes");
    dnnl_post_ops_destroy(operations);
    return made;
}

#if DNNL_VERSION_MAJOR < 3
// The library prefers F(2×2, 3×3) for few channels, where F(4×4, 3×3) is faster: walk its list to the latter.
static dnnl_primitive_desc_t find_winograd(const dnnl_convolution_desc_t *operation, dnnl_primitive_attr_t attributes,
                                           dnnl_engine_t engine) {
    dnnl_primitive_desc_iterator_t candidates;
    check(dnnl_primitive_desc_iterator_create(&candidates, operation, attributes, engine, NULL), "Winograd");
    do {
        dnnl_primitive_desc_t candidate = dnnl_primitive_desc_iterator_fetch(candidates);
        if (strstr(implementation(candidate), "wino_4x3")) {
            dnnl_primitive_desc_iterator_destroy(candidates);
            return candidate;
        }
        dnnl_primitive_desc_destroy(candidate);
    } while (dnnl_primitive_desc_iterator_next(candidates) == dnnl_success);
    fprintf(stderr, "bare-loop: this oneDNN has no Winograd F(4x4, 3x3); ask for direct convolutions\n");
    exit(1);
}
#endif

static dnnl_primitive_desc_t convolution(loop *loop, const step *step, const dnnl_dims_t weights_dims, int winograd) {
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_attr_t own = attributes(step);
    int64_t stride_side = step->side == 2 ? 2 : 1, padding_side = step->side == 2 ? 0 : 1;
    dnnl_dims_t strides = {stride_side, stride_side}, padding = {padding_side, padding_side};
    description weights = describe(4, weights_dims, dnnl_format_tag_any);
    description_view source = VIEW(loop->descriptions[step->source]);
    description_view target = VIEW(loop->descriptions[step->target]);
#if DNNL_VERSION_MAJOR >= 3
    dnnl_dims_t dilation = {0, 0};
    if (winograd) {
        fprintf(stderr, "bare-loop: this oneDNN has no Winograd F(4x4, 3x3); ask for direct convolutions\n");
        exit(1);
    }
    if (step->kind == TRANSPOSE) {
        check(dnnl_deconvolution_forward_primitive_desc_create(
                  &desc, loop->engine, dnnl_forward_inference, dnnl_deconvolution_direct, source, weights, NULL, target,
                  strides, dilation, padding, padding, own),
              "transposed convolution");
    } else {
        check(dnnl_convolution_forward_primitive_desc_create(
                  &desc, loop->engine, dnnl_forward_inference, dnnl_convolution_direct, source, weights, NULL, target,
                  strides, dilation, padding, padding, own),
              "convolution");
    }
    dnnl_memory_desc_destroy(weights);
#else
    if (step->kind == TRANSPOSE) {
        dnnl_deconvolution_desc_t operation;
        check(dnnl_deconvolution_forward_desc_init(&operation, dnnl_forward_inference, dnnl_deconvolution_direct,
                                                   source, &weights, NULL, target, strides, padding, padding),
              "transposed convolution");
        check(dnnl_primitive_desc_create(&desc, &operation, own, loop->engine, NULL), "transposed convolution");
    } else {
        dnnl_convolution_desc_t operation;
        check(dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference,
                                                 winograd ? dnnl_convolution_winograd : dnnl_convolution_direct,
                                                 source, &weights, NULL, target, strides, padding, padding),
              "convolution");
        if (winograd) {
            desc = find_winograd(&operation, own, loop->engine);
        } else {
            check(dnnl_primitive_desc_create(&desc, &operation, own, loop->engine, NULL), "convolution");
        }
    }
#endif
    dnnl_primitive_attr_destroy(own);
    return desc;
}

static dnnl_primitive_desc_t addition(loop *loop, const step *step) {
    dnnl_primitive_desc_t desc = NULL;
    description_view one = VIEW(loop->descriptions[step->source]);
    description_view other = VIEW(loop->descriptions[step->other]);
    description_view target = VIEW(loop->descriptions[step->target]);
#if DNNL_VERSION_MAJOR >= 3
    check(dnnl_binary_primitive_desc_create(&desc, loop->engine, dnnl_binary_add, one, other, target, NULL), "sum");
#else
    dnnl_binary_desc_t operation;
    check(dnnl_binary_desc_init(&operation, dnnl_binary_add, one, other, target), "sum");
    check(dnnl_primitive_desc_create(&desc, &operation, NULL, loop->engine, NULL), "sum");
#endif
    return desc;
}

static dnnl_memory_t bind(loop *loop, prepared *made, int argument, description_view desc, void *data) {
    dnnl_memory_t memory = NULL;
    check(dnnl_memory_create(&memory, desc, loop->engine, data), "memory");
    made->arguments[made->argument_count++] = (dnnl_exec_arg_t){argument, memory};
    return memory;
}

// Random weights in the order that the implementation reads.
static void bind_weights(loop *loop, prepared *made, const dnnl_dims_t dims) {
    description_view ordered = dnnl_primitive_desc_query_md(made->desc, dnnl_query_weights_md, 0);
    size_t count = (size_t)(dims[0] * dims[1] * dims[2] * dims[3]);
    float *plain = allocate(count * sizeof(float));
    fill(plain, count, 1.7f / __builtin_sqrtf((float)(dims[1] * dims[2] * dims[3])));
    description plain_desc = describe(4, dims, dnnl_oihw);
    dnnl_memory_t from = NULL;
    check(dnnl_memory_create(&from, VIEW(plain_desc), loop->engine, plain), "weights");
    dnnl_memory_t to = bind(loop, made, DNNL_ARG_WEIGHTS, ordered, allocate(dnnl_memory_desc_get_size(ordered)));
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t reorder = NULL;
    check(dnnl_reorder_primitive_desc_create(&desc, VIEW(plain_desc), loop->engine, ordered, loop->engine, NULL),
          "weights");
    check(dnnl_primitive_create(&reorder, desc), "weights");
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    check(dnnl_primitive_execute(reorder, loop->stream, 2, arguments), "weights");
    check(dnnl_stream_wait(loop->stream), "weights");
    dnnl_primitive_destroy(reorder);
    dnnl_primitive_desc_destroy(desc);
    dnnl_memory_destroy(from);
    free(plain);
}

static int64_t whole_blocks(const loop *loop, int64_t channels) {
    return (channels + loop->block - 1) / loop->block * loop->block;
}

static void prepare_step(loop *loop, const network *network, int index, int winograd) {
    const step *step = &network->steps[index];
    prepared *made = &loop->steps[index];
    int64_t from = whole_blocks(loop, network->places[step->source].channels);
    int64_t to = whole_blocks(loop, network->places[step->target].channels);
    dnnl_dims_t weights = {to, from, step->side, step->side};
    int suits_winograd = step->kind == CONVOLVE && step->side == 3 && from >= 32 && to >= 32;
    made->desc = step->kind == ADD ? addition(loop, step)
                                   : convolution(loop, step, weights, winograd && suits_winograd);
    check(dnnl_primitive_create(&made->primitive, made->desc), "preparing a step");
    int source = step->kind == ADD ? DNNL_ARG_SRC_0 : DNNL_ARG_SRC;
    bind(loop, made, source, VIEW(loop->descriptions[step->source]), loop->places[step->source]);
    bind(loop, made, DNNL_ARG_DST, VIEW(loop->descriptions[step->target]), loop->places[step->target]);
    if (step->kind == ADD) {
        bind(loop, made, DNNL_ARG_SRC_1, VIEW(loop->descriptions[step->other]), loop->places[step->other]);
    } else {
        bind_weights(loop, made, weights);
    }
}

// One piece of scratch memory serves all steps, which run one after another.
static void share_scratch(loop *loop) {
    size_t most = 0;
    for (int index = 0; index < loop->step_count; index++) {
        size_t size = dnnl_memory_desc_get_size(
            dnnl_primitive_desc_query_md(loop->steps[index].desc, dnnl_query_scratchpad_md, 0));
        if (size > most) most = size;
    }
    void *scratch = allocate(most);
    memset(scratch, 0, most);
    for (int index = 0; index < loop->step_count; index++) {
        description_view desc = dnnl_primitive_desc_query_md(loop->steps[index].desc, dnnl_query_scratchpad_md, 0);
        if (dnnl_memory_desc_get_size(desc) > 0)
            bind(loop, &loop->steps[index], DNNL_ARG_SCRATCHPAD, desc, scratch);
    }
}

// Random numbers in the real channels of the first place; those that fill up the block stay zero.
static void fill_image(loop *loop, const place *place) {
    float *pixels = loop->places[0];
    for (int64_t pixel = 0; pixel < place->height * place->width; pixel++)
        fill(pixels + pixel * loop->block, (size_t)place->channels, 1);
}

// oneDNN is built with OpenMP, whose threads are set for the calling thread; a build without it has no such function.
extern void omp_set_num_threads(int) __attribute__((weak));

loop *make_loop(const network *network, int threads, int winograd) {
    loop *made = calloc(1, sizeof *made);
    if (!made) exit(1);
    if (omp_set_num_threads) omp_set_num_threads(threads);
    check(dnnl_engine_create(&made->engine, dnnl_cpu, 0), "engine");
    check(dnnl_stream_create(&made->stream, made->engine, dnnl_stream_default_flags), "stream");
    int has_avx512 = (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
    made->block = has_avx512 ? 16 : 8;
    made->step_count = network->step_count;
    for (int index = 0; index < network->place_count; index++) {
        const place *place = &network->places[index];
        // Zeros fill up the last block of channels: for a part of one the library falls back to a reference loop.
        dnnl_dims_t dims = {1, whole_blocks(made, place->channels), place->height, place->width};
        made->descriptions[index] = describe(4, dims, has_avx512 ? dnnl_nChw16c : dnnl_nChw8c);
        size_t bytes = dnnl_memory_desc_get_size(VIEW(made->descriptions[index]));
        made->places[index] = allocate(bytes);
        memset(made->places[index], 0, bytes);
    }
    fill_image(made, &network->places[0]);
    for (int index = 0; index < network->step_count; index++) prepare_step(made, network, index, winograd);
    share_scratch(made);
    return made;
}

void run_loop(loop *loop) {
    for (int index = 0; index < loop->step_count; index++) {
        prepared *step = &loop->steps[index];
        check(dnnl_primitive_execute(step->primitive, loop->stream, step->argument_count, step->arguments), "a step");
    }
    check(dnnl_stream_wait(loop->stream), "waiting");
}

const char *step_implementation(const loop *loop, int step) { return implementation(loop->steps[step].desc); }
