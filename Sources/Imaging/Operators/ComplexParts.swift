package import Tensors

/// A real operator on complex images: on their real and imaginary parts, one after the other.
package final class ComplexParts: LinearOperator {
    package let domain: TensorType
    package let range: TensorType

    private let real: any LinearOperator
    private let image: Scratch
    private let other: Scratch
    private let measurement: Scratch

    package init(_ real: any LinearOperator) {
        self.real = real
        domain = TensorType(real.domain.shape, .complex64)
        range = TensorType(real.range.shape, .complex64)
        image = Scratch(real.domain)
        other = Scratch(real.domain)
        measurement = Scratch(real.range)
    }

    package func apply(_ x: TensorView, into y: MutableTensorView) {
        for part in 0..<2 {
            image.view.copy(part: part, of: x)
            real.apply(image.readOnly, into: measurement.view)
            y.setPart(part, to: measurement.readOnly)
        }
    }

    package func adjoint(_ y: TensorView, into x: MutableTensorView) {
        for part in 0..<2 {
            measurement.view.copy(part: part, of: y)
            real.adjoint(measurement.readOnly, into: image.view)
            x.setPart(part, to: image.readOnly)
        }
    }

    package func normal(_ x: TensorView, into z: MutableTensorView) {
        for part in 0..<2 {
            image.view.copy(part: part, of: x)
            real.normal(image.readOnly, into: other.view)
            z.setPart(part, to: other.readOnly)
        }
    }
}

extension MutableTensorView {
    /// Writes the real (0) or imaginary (1) part of complex values.
    ///
    /// - Precondition: `values` has twice as many floats.
    package func copy(part: Int, of values: TensorView) {
        precondition(values.floats.count == 2 * floats.count, "the parts of \(values.type) in \(type)")
        for i in floats.indices { floats[i] = values.floats[2 * i + part] }
    }

    /// Makes real values the real (0) or imaginary (1) part of these.
    ///
    /// - Precondition: `values` has half as many floats.
    package func setPart(_ part: Int, to values: TensorView) {
        precondition(2 * values.floats.count == floats.count, "\(values.type) as a part of \(type)")
        for i in values.floats.indices { floats[2 * i + part] = values.floats[i] }
    }

    /// Values of one type that lie one after the other.
    ///
    /// - Precondition: `each` has floats, and a whole number of such values fits.
    package func parts(of each: TensorType) -> [MutableTensorView] {
        stride(from: 0, to: floats.count, by: each.floatCount).map { start in
            MutableTensorView(each, UnsafeMutableBufferPointer(rebasing: floats[start..<start + each.floatCount]))
        }
    }
}

extension TensorView {
    /// Values of one type that lie one after the other.
    ///
    /// - Precondition: `each` has floats, and a whole number of such values fits.
    package func parts(of each: TensorType) -> [TensorView] {
        stride(from: 0, to: floats.count, by: each.floatCount).map { start in
            TensorView(each, UnsafeBufferPointer(rebasing: floats[start..<start + each.floatCount]))
        }
    }
}
