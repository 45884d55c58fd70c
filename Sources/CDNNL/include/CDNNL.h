/// A small interface to oneDNN that is the same for its 2.x and 3.x C APIs: convolutions for inference on blocked float32
/// activations (nChw16c or nChw8c). Functions return 0, or a code that `cdnnl_status_text` explains.
#ifndef CDNNL_H
#define CDNNL_H

#include <stddef.h>
#include <stdint.h>

typedef struct cdnnl_context cdnnl_context;
typedef struct cdnnl_convolution cdnnl_convolution;
typedef struct cdnnl_sum cdnnl_sum;

/// A convolution at one size. Channels are multiples of the block.
typedef struct {
    int64_t batch, input_channels, output_channels, height, width, kernel, stride, padding;
    /// 1: transposed.
    int transposed;
    /// 1: has a bias.
    int bias;
    /// 1: negative results become zero.
    int relu;
    /// 1: the result is added to what the output holds.
    int sum;
    /// 1: by Winograd's F(4×4, 3×3) (Lavin and Gray 2016), which has kernels of side 3 at stride 1 only; 0: directly.
    int winograd;
} cdnnl_shape;

/// Version of the library in use, as 10000 · major + 100 · minor + patch.
int cdnnl_version(void);

/// What a code means.
const char *cdnnl_status_text(int status);

/// Channels that stand together in memory: 16 with AVX-512, else 8.
int cdnnl_block(void);

/// 1 where the library has Winograd's F(4×4, 3×3) for float32 on this processor: 2.x with AVX-512.
int cdnnl_has_winograd(void);

/// Threads that calls from this thread compute with.
void cdnnl_set_threads(int threads);

int cdnnl_context_create(cdnnl_context **context);
void cdnnl_context_destroy(cdnnl_context *context);

/// Prepares a convolution; the fastest implementation that the library has by the method asked for.
int cdnnl_convolution_create(cdnnl_context *context, const cdnnl_shape *shape, cdnnl_convolution **convolution);
void cdnnl_convolution_destroy(cdnnl_convolution *convolution);

/// Bytes of scratch memory that a convolution will need, without preparing it.
int cdnnl_scratch(cdnnl_context *context, const cdnnl_shape *shape, int64_t *bytes);

/// Name of the implementation, such as `jit:avx512_core`.
const char *cdnnl_convolution_implementation(const cdnnl_convolution *convolution);
/// Bytes of scratch memory that a run needs.
size_t cdnnl_convolution_scratch(const cdnnl_convolution *convolution);
/// Bytes of the weights in the order that the implementation reads.
size_t cdnnl_convolution_weights_size(const cdnnl_convolution *convolution);
/// 1 where both read weights in the same order.
int cdnnl_convolution_same_weights(const cdnnl_convolution *one, const cdnnl_convolution *other);
/// Orders weights: from `out × in × k × k`, for a transposed convolution from `in × out × k × k`.
int cdnnl_convolution_order_weights(const cdnnl_convolution *convolution, const float *plain, void *ordered);

/// Computes `target` from `source`, which hold blocked activations. `bias` may be NULL where the shape has none, `scratch`
/// where it needs none; scratch memory is aligned to 64 bytes.
int cdnnl_convolution_run(cdnnl_convolution *convolution, const float *source, const void *weights, const float *bias,
                          float *target, void *scratch);

/// Prepares the sum of `count` floats and as many others, computed by the threads that convolutions use.
int cdnnl_sum_create(cdnnl_context *context, int64_t count, cdnnl_sum **sum);
void cdnnl_sum_destroy(cdnnl_sum *sum);
/// `target` may be `one`.
int cdnnl_sum_run(cdnnl_sum *sum, const float *one, const float *other, float *target);

/// Fills blocked activations from planes of an image: `factor × factor` pixels become channels, the noise level joins as
/// the last one where `appends_level` is 1, the channels up to a whole block become zero. The image's last row and column
/// are repeated up to `rows × columns` blocks of pixels. `levels` is a plane of the image's size an image, whose blocks
/// are averaged, or NULL for the constant `level`.
void cdnnl_pack(const float *image, int appends_level, const float *levels, float level, int64_t batch,
                int64_t channels, int64_t height, int64_t width, int64_t factor, int64_t rows, int64_t columns,
                int64_t block, float *target);

/// Writes planes of an image from blocked activations: the reverse, cropped to the image's size.
void cdnnl_unpack(const float *source, int64_t batch, int64_t channels, int64_t height, int64_t width, int64_t factor,
                  int64_t rows, int64_t columns, int64_t block, float *image);

#endif
