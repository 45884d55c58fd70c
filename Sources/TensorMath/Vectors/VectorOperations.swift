internal import COpenBLAS
public import Tensors

// Vectors are the values of views of any shape; both operands hold equally many.

/// OpenBLAS's own threads, set to one before its first use here. These operations wait for memory, which a second thread
/// does not speed up, and the pool would split a sum by the number of threads: the result's bits would depend on it.
private let oneThread: Void = openblas_set_num_threads(1)

/// Values a call may get: its counts are 32 bits.
private let longest = 1 << 30

/// The real part of `⟨x, y⟩ = Σ conj(x_i) y_i`; of real vectors their inner product.
///
/// Products are summed in double precision, over short stretches in single: about 1e-10 of `‖x‖ ‖y‖`.
///
/// - Precondition: `x` and `y` hold the same number of floats.
public func inner(_ x: TensorView, _ y: TensorView) -> Double {
    dot(x.floats, y.floats, stride: 1, count: x.floats.count)
}

/// `⟨x, y⟩ = Σ conj(x_i) y_i` of complex vectors, in both its parts.
///
/// - Precondition: both are complex and hold equally many elements.
public func complexInner(_ x: TensorView, _ y: TensorView) -> (real: Double, imaginary: Double) {
    precondition(x.type.element == .complex64 && y.type.element == .complex64, "complexInner takes complex vectors")
    let count = x.floats.count / 2
    guard count > 0 else { return (0, 0) }
    let xImaginary = UnsafeBufferPointer(rebasing: x.floats[1...])
    let yImaginary = UnsafeBufferPointer(rebasing: y.floats[1...])
    let imaginary =
        dot(x.floats, yImaginary, stride: 2, count: count) - dot(xImaginary, y.floats, stride: 2, count: count)
    return (inner(x, y), imaginary)
}

/// `‖x‖₂`, from ``inner(_:_:)``.
public func norm(_ x: TensorView) -> Double {
    inner(x, x).squareRoot()
}

/// `y ← α x + y`, for real `α`.
///
/// - Precondition: `x` and `y` hold the same number of floats.
public func axpy(_ alpha: Float, _ x: TensorView, _ y: MutableTensorView) {
    precondition(x.floats.count == y.floats.count, "axpy of \(x.type) on \(y.type)")
    _ = oneThread
    guard let from = x.floats.baseAddress, let to = y.floats.baseAddress else { return }
    for start in stride(from: 0, to: x.floats.count, by: longest) {
        cblas_saxpy(Int32(min(longest, x.floats.count - start)), alpha, from + start, 1, to + start, 1)
    }
}

/// `x ← α x`, for real `α`.
public func scale(_ x: MutableTensorView, by alpha: Float) {
    _ = oneThread
    guard let values = x.floats.baseAddress else { return }
    for start in stride(from: 0, to: x.floats.count, by: longest) {
        cblas_sscal(Int32(min(longest, x.floats.count - start)), alpha, values + start, 1)
    }
}

/// `Σ x[i · stride] y[i · stride]` over `count` indices.
private func dot(
    _ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>, stride step: Int, count: Int
) -> Double {
    precondition(x.count >= 0 && (step > 1 || x.count == y.count), "inner product of \(x.count) and \(y.count) values")
    _ = oneThread
    guard let left = x.baseAddress, let right = y.baseAddress else { return 0 }
    var sum = 0.0
    for start in stride(from: 0, to: count, by: longest) {
        let length = Int32(min(longest, count - start))
        sum += cblas_dsdot(length, left + start * step, Int32(step), right + start * step, Int32(step))
    }
    return sum
}
