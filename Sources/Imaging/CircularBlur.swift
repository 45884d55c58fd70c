internal import TensorMath
package import Tensors

/// Convolution of every plane with a kernel on a periodic grid, as deepinv's `Blur(filter, padding="circular")`.
///
/// A true convolution: `y[i] = Σ_m k[m] x[(i + ⌊h/2⌋ − m) mod H]` along each axis, so an even kernel's centre is entry
/// `h / 2`. Kernels larger than the image wrap around. It is a product of spectra: the kernel's is computed once in
/// double precision, the adjoint multiplies by its conjugate, `AᵀA` by its squared modulus.
///
/// Planes are shared out over `threads`; the bits do not depend on how many.
package final class CircularBlur: LinearOperator {
    package let domain: TensorType
    package var range: TensorType { domain }

    private let transform: RealFourierTransform
    private let transfer: TransferFunctions

    /// - Parameters:
    ///   - kernel: `n × c × h × w`; `n` is 1 or the images' N, `c` is 1 or their C.
    ///   - shape: the images', `N × C × H × W`.
    ///   - threads: planes blurred at the same time; each takes the memory of a plane.
    /// - Throws: where kernel and images do not fit, or a kernel value is not finite.
    package init(kernel: Tensor, shape: Shape, threads: Int = 1) throws(ImagingError) {
        guard shape.rank == 4, shape.count > 0 else { throw .imageShape(shape, operation: "a blur") }
        domain = TensorType(shape)
        let lanes = laneCount(over: shape[0] * shape[1], threads: threads)
        do throws(TensorMathError) {
            transform = try RealFourierTransform(height: shape[2], width: shape[3], lanes: lanes)
        } catch {
            throw .transform(error.description)
        }
        transfer = try TransferFunctions(kernel: kernel, images: shape)
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        filter(x, into: y) { spectrum, plane in
            SpectrumProduct.multiply(spectrum, by: transfer.values(plane: plane))
        }
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        filter(y, into: x) { spectrum, plane in
            SpectrumProduct.multiply(spectrum, byConjugate: transfer.values(plane: plane))
        }
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        filter(x, into: z) { spectrum, plane in
            SpectrumProduct.multiply(spectrum, byReal: transfer.squares(plane: plane))
        }
    }

    /// Transforms each plane, lets `change` alter its spectrum, and transforms back.
    private func filter(
        _ input: TensorView, into output: MutableTensorView,
        _ change: (_ spectrum: UnsafeMutablePointer<Float>, _ plane: Int) -> Void
    ) {
        precondition(input.type == domain && output.type == domain, "blur of \(input.type) to \(output.type)")
        guard let from = input.floats.baseAddress, let to = output.floats.baseAddress else { return }
        let pixels = transform.height * transform.width
        parallel(over: domain.shape[0] * domain.shape[1], threads: transform.lanes) { lane, plane in
            transform.filter(from + plane * pixels, into: to + plane * pixels, lane: lane) { spectrum in
                change(spectrum, plane)
            }
        }
    }
}
