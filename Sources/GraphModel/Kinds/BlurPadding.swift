internal import Tensors

extension Blur {
    /// What stands beyond the border of the image, by deepinv's names.
    public enum Padding: String, Hashable, Sendable, NamedChoice {
        /// The opposite border: the image is a torus.
        case circular
        /// Nothing: only pixels whose whole neighbourhood lies in the image are measured.
        case valid
        /// The mirror image about the outermost pixel, which is not repeated.
        case reflect
        /// The outermost pixel, over and over.
        case replicate
        /// Zeros.
        case constant
    }
}

extension Blur.Padding {
    /// Type of an image after a blur.
    ///
    /// - Parameter kernel: its rows and columns.
    /// - Throws: ``GraphError/rule(_:)`` where such an image cannot be blurred: it is not real, or the kernel reaches
    ///   farther than its borders can be continued.
    func blurred(_ image: TensorType, by kernel: [Int]) throws(GraphError) -> TensorType {
        try checkReal(image)
        let sides = image.shape.trailing(2)
        let isShort = zip(sides, kernel).contains { side, taps in
            switch self {
            case .circular, .replicate, .constant: false
            case .valid: side < taps
            case .reflect: side <= taps / 2
            }
        }
        guard !isShort else {
            throw .rule(
                "a kernel of \(kernel[0]) × \(kernel[1]) pixels is too large for \(rawValue) padding of an image of "
                    + "\(image.shape); take another padding, such as 'constant'")
        }
        guard self == .valid else { return image }
        return TensorType(image.shape.replacingTrailing(zip(sides, kernel).map { $0 - $1 + 1 }))
    }

    /// Type of the image that has been blurred to one of type `blurred`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none.
    func image(blurredTo blurred: TensorType, by kernel: [Int]) throws(GraphError) -> TensorType {
        guard self == .valid else { return try self.blurred(blurred, by: kernel) }
        try checkReal(blurred)
        let sides = zip(blurred.shape.trailing(2), kernel).map { $0 + $1 - 1 }
        guard let shape = Shape(validating: blurred.shape.dimensions.dropLast(2) + sides) else {
            throw .rule("an image that a kernel of \(kernel[0]) × \(kernel[1]) pixels blurs to \(blurred) is too large")
        }
        return TensorType(shape)
    }

    /// A bound of ‖A‖² for kernels of positive entries that add up to 1: by Young's inequality 1 on a torus, among zeros,
    /// and where only a part is measured. Reflected and repeated borders weigh some pixels more.
    var squaredNormOfMeans: Double? {
        switch self {
        case .circular, .valid, .constant: 1
        case .reflect, .replicate: nil
        }
    }

    private func checkReal(_ type: TensorType) throws(GraphError) {
        guard type.element == .float32, type.shape.rank >= 2, type.shape.count > 0 else {
            throw .rule("a blur needs real images, … × H × W float32, not \(type)")
        }
    }
}
