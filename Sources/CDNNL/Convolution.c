#include "Description.h"

#include <stdlib.h>
#include <string.h>

struct cdnnl_convolution {
    cdnnl_context *context;
    cdnnl_shape shape;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    // Where the library finds what a run reads and writes; scratch and bias only where it asks for them.
    dnnl_memory_t source, weights, bias, target, scratch;
};

static dnnl_status_t post_operations(const cdnnl_shape *shape, dnnl_primitive_attr_t attributes) {
    dnnl_status_t status = dnnl_success;
    dnnl_post_ops_t operations = NULL;
    TRY(dnnl_post_ops_create(&operations));
#if IS_3
    if (shape->sum) TRY(dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef));
    if (shape->relu) TRY(dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0));
#else
    if (shape->sum) TRY(dnnl_post_ops_append_sum(operations, 1));
    if (shape->relu) TRY(dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0));
#endif
    TRY(dnnl_primitive_attr_set_post_ops(attributes, operations));
done:
    if (operations) dnnl_post_ops_destroy(operations);
    return status;
}

static int64_t output_side(const cdnnl_shape *shape, int64_t side) {
    if (shape->transposed) return (side - 1) * shape->stride + shape->kernel - 2 * shape->padding;
    return (side + 2 * shape->padding - shape->kernel) / shape->stride + 1;
}

// Weights are `out × in × k × k` to the library in both directions; PyTorch keeps those of a transposed convolution as
// `in × out × k × k`, which is another order of the same description.
static dnnl_format_tag_t plain_order(const cdnnl_shape *shape) {
    return shape->transposed ? dnnl_iohw : dnnl_oihw;
}

#if !IS_3
// The library prefers F(2×2, 3×3) for few channels, where F(4×4, 3×3) is faster: walk its list to the latter.
static dnnl_status_t find_winograd(dnnl_primitive_desc_t *found, const dnnl_convolution_desc_t *operation,
                                   const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine) {
    dnnl_primitive_desc_iterator_t candidates;
    if (dnnl_primitive_desc_iterator_create(&candidates, operation, attributes, engine, NULL) != dnnl_success)
        return STATUS_NO_WINOGRAD;
    dnnl_status_t status = STATUS_NO_WINOGRAD;
    do {
        dnnl_primitive_desc_t candidate = dnnl_primitive_desc_iterator_fetch(candidates);
        if (candidate && strstr(implementation_name(candidate), "wino_4x3")) {
            *found = candidate;
            status = dnnl_success;
            break;
        }
        if (candidate) dnnl_primitive_desc_destroy(candidate);
    } while (dnnl_primitive_desc_iterator_next(candidates) == dnnl_success);
    dnnl_primitive_desc_iterator_destroy(candidates);
    return status;
}
#endif

static dnnl_status_t create_description(cdnnl_convolution *made) {
    dnnl_status_t status = dnnl_success;
    const cdnnl_shape *shape = &made->shape;
    dnnl_engine_t engine = made->context->engine;
    dnnl_primitive_attr_t attributes = NULL;
    description source = {0}, weights = {0}, bias = {0}, target = {0};
    dnnl_format_tag_t blocked = cdnnl_block() == 16 ? dnnl_nChw16c : dnnl_nChw8c;
    dnnl_dims_t source_dims = {shape->batch, shape->input_channels, shape->height, shape->width};
    dnnl_dims_t weights_dims = {shape->output_channels, shape->input_channels, shape->kernel, shape->kernel};
    dnnl_dims_t bias_dims = {shape->output_channels};
    dnnl_dims_t target_dims = {shape->batch, shape->output_channels, output_side(shape, shape->height),
                               output_side(shape, shape->width)};
    dnnl_dims_t strides = {shape->stride, shape->stride};
    dnnl_dims_t padding = {shape->padding, shape->padding};

    TRY(describe(&source, 4, source_dims, blocked));
    TRY(describe(&weights, 4, weights_dims, dnnl_format_tag_any));
    TRY(describe(&bias, 1, bias_dims, dnnl_x));
    TRY(describe(&target, 4, target_dims, blocked));
    TRY(dnnl_primitive_attr_create(&attributes));
    TRY(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
    TRY(post_operations(shape, attributes));
#if IS_3
    dnnl_dims_t dilation = {0, 0};
    description bias_or_none = shape->bias ? bias : NULL;
    if (shape->transposed) {
        TRY(dnnl_deconvolution_forward_primitive_desc_create(
            &made->desc, engine, dnnl_forward_inference, dnnl_deconvolution_direct, source, weights, bias_or_none,
            target, strides, dilation, padding, padding, attributes));
    } else {
        TRY(dnnl_convolution_forward_primitive_desc_create(
            &made->desc, engine, dnnl_forward_inference, dnnl_convolution_direct, source, weights, bias_or_none,
            target, strides, dilation, padding, padding, attributes));
    }
#else
    const dnnl_memory_desc_t *bias_or_none = shape->bias ? &bias : NULL;
    dnnl_alg_kind_t method = shape->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
    if (shape->transposed) {
        dnnl_deconvolution_desc_t operation;
        TRY(dnnl_deconvolution_forward_desc_init(&operation, dnnl_forward_inference, dnnl_deconvolution_direct,
                                                 &source, &weights, bias_or_none, &target, strides, padding,
                                                 padding));
        TRY(dnnl_primitive_desc_create(&made->desc, &operation, attributes, engine, NULL));
    } else {
        dnnl_convolution_desc_t operation;
        TRY(dnnl_convolution_forward_desc_init(&operation, dnnl_forward_inference, method, &source, &weights,
                                               bias_or_none, &target, strides, padding, padding));
        if (shape->winograd) {
            TRY(find_winograd(&made->desc, &operation, attributes, engine));
        } else {
            TRY(dnnl_primitive_desc_create(&made->desc, &operation, attributes, engine, NULL));
        }
    }
#endif
done:
    forget(&source);
    forget(&weights);
    forget(&bias);
    forget(&target);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return status;
}

static description_view queried(const cdnnl_convolution *convolution, dnnl_query_t what) {
    return dnnl_primitive_desc_query_md(convolution->desc, what, 0);
}

static dnnl_status_t make_memory(cdnnl_convolution *made) {
    dnnl_status_t status = dnnl_success;
    dnnl_engine_t engine = made->context->engine;
    TRY(dnnl_memory_create(&made->source, queried(made, dnnl_query_src_md), engine, DNNL_MEMORY_NONE));
    TRY(dnnl_memory_create(&made->weights, queried(made, dnnl_query_weights_md), engine, DNNL_MEMORY_NONE));
    TRY(dnnl_memory_create(&made->target, queried(made, dnnl_query_dst_md), engine, DNNL_MEMORY_NONE));
    if (made->shape.bias) {
        // To the library a bias is the second of the weights.
        description_view bias = dnnl_primitive_desc_query_md(made->desc, dnnl_query_weights_md, 1);
        TRY(dnnl_memory_create(&made->bias, bias, engine, DNNL_MEMORY_NONE));
    }
    if (cdnnl_convolution_scratch(made) > 0)
        TRY(dnnl_memory_create(&made->scratch, queried(made, dnnl_query_scratchpad_md), engine, DNNL_MEMORY_NONE));
done:
    return status;
}

int cdnnl_convolution_create(cdnnl_context *context, const cdnnl_shape *shape, cdnnl_convolution **convolution) {
    int status = 0;
    cdnnl_convolution *made = calloc(1, sizeof *made);
    if (!made) return STATUS_NO_MEMORY;
    made->context = context;
    made->shape = *shape;
    if (shape->winograd && !cdnnl_has_winograd()) {
        status = STATUS_NO_WINOGRAD;
        goto done;
    }
    TRY(create_description(made));
    if (is_reference(made->desc)) {
        status = STATUS_NO_FAST;
        goto done;
    }
    TRY(dnnl_primitive_create(&made->primitive, made->desc));
    TRY(make_memory(made));
    *convolution = made;
    return 0;
done:
    cdnnl_convolution_destroy(made);
    return status;
}

int cdnnl_scratch(cdnnl_context *context, const cdnnl_shape *shape, int64_t *bytes) {
    cdnnl_convolution asked = {.context = context, .shape = *shape};
    if (shape->winograd && !cdnnl_has_winograd()) return STATUS_NO_WINOGRAD;
    int status = create_description(&asked);
    if (status == 0) *bytes = (int64_t)cdnnl_convolution_scratch(&asked);
    if (asked.desc) dnnl_primitive_desc_destroy(asked.desc);
    return status;
}

void cdnnl_convolution_destroy(cdnnl_convolution *convolution) {
    if (!convolution) return;
    forget_memory(&convolution->source);
    forget_memory(&convolution->weights);
    forget_memory(&convolution->bias);
    forget_memory(&convolution->target);
    forget_memory(&convolution->scratch);
    if (convolution->primitive) dnnl_primitive_destroy(convolution->primitive);
    if (convolution->desc) dnnl_primitive_desc_destroy(convolution->desc);
    free(convolution);
}

const char *cdnnl_convolution_implementation(const cdnnl_convolution *convolution) {
    return implementation_name(convolution->desc);
}

size_t cdnnl_convolution_scratch(const cdnnl_convolution *convolution) {
    return dnnl_memory_desc_get_size(queried(convolution, dnnl_query_scratchpad_md));
}

size_t cdnnl_convolution_weights_size(const cdnnl_convolution *convolution) {
    return dnnl_memory_desc_get_size(queried(convolution, dnnl_query_weights_md));
}

int cdnnl_convolution_same_weights(const cdnnl_convolution *one, const cdnnl_convolution *other) {
    return dnnl_memory_desc_equal(queried(one, dnnl_query_weights_md), queried(other, dnnl_query_weights_md));
}

int cdnnl_convolution_order_weights(const cdnnl_convolution *convolution, const float *plain, void *ordered) {
    dnnl_status_t status = dnnl_success;
    const cdnnl_shape *shape = &convolution->shape;
    cdnnl_context *context = convolution->context;
    dnnl_dims_t dims = {shape->output_channels, shape->input_channels, shape->kernel, shape->kernel};
    description from = {0};
    dnnl_memory_t source = NULL, target = NULL;
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t primitive = NULL;
    TRY(describe(&from, 4, dims, plain_order(shape)));
    TRY(dnnl_memory_create(&source, VIEW(from), context->engine, (void *)plain));
    TRY(dnnl_memory_create(&target, queried(convolution, dnnl_query_weights_md), context->engine, ordered));
    TRY(dnnl_reorder_primitive_desc_create(&desc, VIEW(from), context->engine,
                                           queried(convolution, dnnl_query_weights_md), context->engine, NULL));
    TRY(dnnl_primitive_create(&primitive, desc));
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}};
    TRY(dnnl_primitive_execute(primitive, context->stream, 2, arguments));
    TRY(dnnl_stream_wait(context->stream));
done:
    if (primitive) dnnl_primitive_destroy(primitive);
    if (desc) dnnl_primitive_desc_destroy(desc);
    forget_memory(&source);
    forget_memory(&target);
    forget(&from);
    return status;
}

// Points `memory` at `data` and lists it among the arguments of a run.
static dnnl_status_t give(dnnl_exec_arg_t *arguments, int *count, int argument, dnnl_memory_t memory, const void *data) {
    arguments[(*count)++] = (dnnl_exec_arg_t){argument, memory};
    return dnnl_memory_set_data_handle(memory, (void *)data);
}

int cdnnl_convolution_run(cdnnl_convolution *convolution, const float *source, const void *weights, const float *bias,
                          float *target, void *scratch) {
    dnnl_status_t status = dnnl_success;
    dnnl_stream_t stream = convolution->context->stream;
    dnnl_exec_arg_t arguments[5];
    int count = 0;
    TRY(give(arguments, &count, DNNL_ARG_SRC, convolution->source, source));
    TRY(give(arguments, &count, DNNL_ARG_WEIGHTS, convolution->weights, weights));
    if (convolution->bias) TRY(give(arguments, &count, DNNL_ARG_BIAS, convolution->bias, bias));
    TRY(give(arguments, &count, DNNL_ARG_DST, convolution->target, target));
    if (convolution->scratch) TRY(give(arguments, &count, DNNL_ARG_SCRATCHPAD, convolution->scratch, scratch));
    TRY(dnnl_primitive_execute(convolution->primitive, stream, count, arguments));
    TRY(dnnl_stream_wait(stream));
done:
    return status;
}
