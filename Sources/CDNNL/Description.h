// What the files of this target share; not for those who import it.
#ifndef DESCRIPTION_H
#define DESCRIPTION_H

#include "CDNNL.h"

#include <dnnl.h>

#define IS_3 (DNNL_VERSION_MAJOR >= 3)

// Memory descriptions are structs in 2.x and opaque pointers in 3.x; both are handled by pointer here.
#if IS_3
typedef dnnl_memory_desc_t description;
typedef const_dnnl_memory_desc_t description_view;
#define VIEW(d) (d)
#else
typedef dnnl_memory_desc_t description;
typedef const dnnl_memory_desc_t *description_view;
#define VIEW(d) (&(d))
#endif

#define TRY(call)                                   \
    do {                                            \
        dnnl_status_t status_ = (call);             \
        if (status_ != dnnl_success) {              \
            status = status_;                       \
            goto done;                              \
        }                                           \
    } while (0)

enum { STATUS_NO_MEMORY = -1, STATUS_NO_FAST = -2, STATUS_NO_WINOGRAD = -3 };

struct cdnnl_context {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
};

static inline dnnl_status_t describe(description *made, int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
#if IS_3
    return dnnl_memory_desc_create_with_tag(made, rank, dims, dnnl_f32, tag);
#else
    return dnnl_memory_desc_init_by_tag(made, rank, dims, dnnl_f32, tag);
#endif
}

static inline void forget(description *made) {
#if IS_3
    if (*made) dnnl_memory_desc_destroy(*made);
#else
    (void)made;
#endif
}

static inline void forget_memory(dnnl_memory_t *memory) {
    if (*memory) dnnl_memory_destroy(*memory);
    *memory = NULL;
}

static inline const char *implementation_name(const_dnnl_primitive_desc_t desc) {
    const char *name = "";
    dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, (void *)&name);
    return name;
}

// A reference loop is thousands of times slower than anything else; better none than that.
static inline int is_reference(const_dnnl_primitive_desc_t desc) {
    const char *name = implementation_name(desc);
    return name[0] == 'r' && name[1] == 'e' && name[2] == 'f';
}

#endif
