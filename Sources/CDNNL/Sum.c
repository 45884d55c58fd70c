#include "Description.h"

#include <stdlib.h>

struct cdnnl_sum {
    cdnnl_context *context;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    dnnl_memory_t one, other, target;
};

int cdnnl_sum_create(cdnnl_context *context, int64_t count, cdnnl_sum **sum) {
    int status = 0;
    // The order of the elements does not matter to a sum: they are described as one row.
    dnnl_dims_t dims = {count};
    description row = {0};
    cdnnl_sum *made = calloc(1, sizeof *made);
    if (!made) return STATUS_NO_MEMORY;
    made->context = context;
    TRY(describe(&row, 1, dims, dnnl_x));
#if IS_3
    TRY(dnnl_binary_primitive_desc_create(&made->desc, context->engine, dnnl_binary_add, row, row, row, NULL));
#else
    dnnl_binary_desc_t operation;
    TRY(dnnl_binary_desc_init(&operation, dnnl_binary_add, &row, &row, &row));
    TRY(dnnl_primitive_desc_create(&made->desc, &operation, NULL, context->engine, NULL));
#endif
    if (is_reference(made->desc)) {
        status = STATUS_NO_FAST;
        goto done;
    }
    TRY(dnnl_primitive_create(&made->primitive, made->desc));
    TRY(dnnl_memory_create(&made->one, VIEW(row), context->engine, DNNL_MEMORY_NONE));
    TRY(dnnl_memory_create(&made->other, VIEW(row), context->engine, DNNL_MEMORY_NONE));
    TRY(dnnl_memory_create(&made->target, VIEW(row), context->engine, DNNL_MEMORY_NONE));
    *sum = made;
    made = NULL;
done:
    forget(&row);
    cdnnl_sum_destroy(made);
    return status;
}

void cdnnl_sum_destroy(cdnnl_sum *sum) {
    if (!sum) return;
    forget_memory(&sum->one);
    forget_memory(&sum->other);
    forget_memory(&sum->target);
    if (sum->primitive) dnnl_primitive_destroy(sum->primitive);
    if (sum->desc) dnnl_primitive_desc_destroy(sum->desc);
    free(sum);
}

int cdnnl_sum_run(cdnnl_sum *sum, const float *one, const float *other, float *target) {
    dnnl_status_t status = dnnl_success;
    TRY(dnnl_memory_set_data_handle(sum->one, (void *)one));
    TRY(dnnl_memory_set_data_handle(sum->other, (void *)other));
    TRY(dnnl_memory_set_data_handle(sum->target, target));
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC_0, sum->one}, {DNNL_ARG_SRC_1, sum->other}, {DNNL_ARG_DST, sum->target}};
    TRY(dnnl_primitive_execute(sum->primitive, sum->context->stream, 3, arguments));
    TRY(dnnl_stream_wait(sum->context->stream));
done:
    return status;
}
