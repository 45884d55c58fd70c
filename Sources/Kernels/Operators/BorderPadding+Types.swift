public import GraphModel
public import Imaging
internal import Tensors

extension BorderPadding: NamedChoice {}

extension BorderPadding {
    /// Type of an image after a blur.
    ///
    /// - Parameter kernel: its rows and columns.
    /// - Throws: ``GraphError/rule(_:)`` where such an image cannot be blurred: it has no rows and columns, or the kernel
    ///   reaches farther than its borders can be continued.
    func blurred(_ image: TensorType, by kernel: [Int]) throws(GraphError) -> TensorType {
        try checkPlanes(image)
        // Rows and columns of the result do not hang on how it is computed.
        guard let plan = try? BlurPlan(self, image: image.shape.trailing(2), kernel: kernel, separable: false) else {
            throw .rule(
                "a kernel of \(kernel[0]) × \(kernel[1]) pixels is too large for \(rawValue) padding of an image of "
                    + "\(image.shape); take another padding, such as 'constant'")
        }
        return TensorType(image.shape.replacingTrailing(plan.measured), image.element)
    }

    /// Type of the image that has been blurred to one of type `blurred`.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where there is none.
    func image(blurredTo blurred: TensorType, by kernel: [Int]) throws(GraphError) -> TensorType {
        guard self == .valid else { return try self.blurred(blurred, by: kernel) }
        try checkPlanes(blurred)
        let sides = zip(blurred.shape.trailing(2), kernel).map { $0 + $1 - 1 }
        guard let shape = Shape(validating: blurred.shape.dimensions.dropLast(2) + sides) else {
            throw .rule("an image that a kernel of \(kernel[0]) × \(kernel[1]) pixels blurs to \(blurred) is too large")
        }
        return TensorType(shape, blurred.element)
    }

    /// A bound of ‖A‖² for kernels of positive entries that add up to 1: by Young's inequality 1 on a torus, among zeros,
    /// and where only a part is measured. Reflected and repeated borders weigh some pixels more.
    var squaredNormOfMeans: Double? {
        switch self {
        case .circular, .valid, .constant: 1
        case .reflect, .replicate: nil
        }
    }

    private func checkPlanes(_ type: TensorType) throws(GraphError) {
        guard type.shape.rank >= 2, type.shape.count > 0 else {
            throw .rule("a blur needs images, … × H × W, not \(type)")
        }
    }

    /// What a blur with a kernel costs, or its adjoint, by the method that it will be computed by.
    ///
    /// - Throws: what ``blurred(_:by:)`` throws.
    func cost(of image: TensorType, by kernel: BlurKernel, _ context: NodeContext) throws(GraphError) -> Cost {
        let shape = try kernel.shape(context)
        _ = try blurred(image, by: shape.trailing(2))
        guard
            let plan = try? BlurPlan(
                self, image: image.shape.trailing(2), kernel: shape.trailing(2), separable: kernel.isProduct(context))
        else { return Cost() }  // It has just been blurred.
        return plan.cost(of: image, kernels: shape[0] * shape[1])
    }
}

extension BlurPlan {
    /// What the blur of an image costs, real or complex, with so many kernels.
    func cost(of image: TensorType, kernels: Int = 1) -> Cost {
        let sides = [rowCount, columnCount]
        let planes = Double(image.floatCount) / Double(max(sides.reduce(1, *), 1))
        let operations = planes * operations
        var cost = Cost(operations: operations, bytes: 2 * Double(image.byteCount), scratchBytes: 2 * image.byteCount)
        if method == .fourier {
            cost.work = [.transform: operations]
            cost.scratchBytes += (kernels - 1) * spectrumBytes
        } else {
            cost.work = [.loops(parts: rowCount): operations]
        }
        if image.element == .complex64 {
            // Its parts are blurred one after the other.
            cost.bytes += 4 * Double(image.byteCount)
            cost.scratchBytes += image.byteCount
        }
        return cost
    }
}
