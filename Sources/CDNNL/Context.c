#include "Description.h"

#include <stdlib.h>

int cdnnl_version(void) {
    const dnnl_version_t *version = dnnl_version();
    return 10000 * version->major + 100 * version->minor + version->patch;
}

const char *cdnnl_status_text(int status) {
    switch (status) {
        case STATUS_NO_MEMORY: return "out of memory";
        case STATUS_NO_FAST:
            return "the library has only a reference loop for it on this processor, which would take hours; "
                   "use a processor with AVX2, or another oneDNN";
        case STATUS_NO_WINOGRAD: return "the library has no Winograd F(4x4, 3x3) for it; choose direct convolutions";
        case dnnl_out_of_memory: return "out of memory";
        case dnnl_invalid_arguments: return "invalid arguments";
        case dnnl_unimplemented: return "the library has no implementation for it";
        case dnnl_runtime_error: return "a runtime error in the library";
        case dnnl_not_required: return "not required";
        default: return "an unknown error";
    }
}

int cdnnl_block(void) {
    return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16 : 8;
}

int cdnnl_has_winograd(void) { return !IS_3 && cdnnl_block() == 16; }

// oneDNN is built with OpenMP, whose threads are set for the calling thread; a build without it has no such function.
extern void omp_set_num_threads(int) __attribute__((weak));

void cdnnl_set_threads(int threads) {
    if (omp_set_num_threads) omp_set_num_threads(threads);
}

int cdnnl_context_create(cdnnl_context **context) {
    dnnl_status_t status = dnnl_success;
    cdnnl_context *made = calloc(1, sizeof *made);
    if (!made) return STATUS_NO_MEMORY;
    TRY(dnnl_engine_create(&made->engine, dnnl_cpu, 0));
    TRY(dnnl_stream_create(&made->stream, made->engine, dnnl_stream_default_flags));
    *context = made;
    return 0;
done:
    cdnnl_context_destroy(made);
    return status;
}

void cdnnl_context_destroy(cdnnl_context *context) {
    if (!context) return;
    if (context->stream) dnnl_stream_destroy(context->stream);
    if (context->engine) dnnl_engine_destroy(context->engine);
    free(context);
}
