internal import Foundation
internal import Tensors

extension Blur.Padding {
    /// What a blur costs, or its adjoint: computed as sums or by Fourier transforms, whichever is cheaper.
    ///
    /// - Parameters:
    ///   - kernel: its rows and columns.
    ///   - kernels: how many there are.
    ///   - isProduct: whether it is a product of one factor down and one across.
    func cost(of image: TensorType, by kernel: [Int], kernels: Int = 1, isProduct: Bool) -> Cost {
        let transforms = transformCost(of: image, by: kernel, kernels: kernels)
        var sums = sumCost(of: image, by: kernel, isProduct: isProduct)
        // Where both take about as long, the operator may choose the other; then it has this much memory.
        sums.scratchBytes = transforms.scratchBytes
        // An operation of a transform takes as long as four of a sum.
        return sums.operations < 4 * transforms.operations ? sums : transforms
    }

    /// A forward and an inverse real transform, and a product of spectra between them, on a grid of a size that transforms
    /// are fast for. Each kernel has its spectrum, and the square of that.
    func transformCost(of image: TensorType, by kernel: [Int], kernels: Int = 1) -> Cost {
        let periods = zip(image.shape.trailing(2), kernel).map { period(count: $0, taps: $1) }
        let points = Double(periods.reduce(1, *))
        // Of a length that suits transforms best, an element costs 10.
        let weight = periods.reduce(0) { $0 + Double(FourierSize.cost($1)) / Double($1) } / 20
        let operations = planes(image) * 5 * points * log2(max(points, 2)) * weight
        return Cost(
            operations: operations, work: [.transform: operations], bytes: 2 * Double(image.byteCount),
            scratchBytes: 2 * image.byteCount + (kernels - 1) * 6 * (periods.reduce(1, *) + 16 * periods[0]))
    }

    /// A multiplication and addition for each pixel and entry of the kernel, or of its two factors, one after the other.
    private func sumCost(of image: TensorType, by kernel: [Int], isProduct: Bool) -> Cost {
        let direct = kernel.reduce(1, *)
        let taps = isProduct ? min(direct, kernel.reduce(0, +)) : direct
        // Values are moved to scratch memory first.
        let operations = Double(image.floatCount) * (2 * Double(taps) + 6)
        return Cost(
            operations: operations, work: [.loops(parts: image.shape.trailing(2)[0]): operations],
            bytes: 2 * Double(image.byteCount), scratchBytes: 2 * image.byteCount)
    }

    /// Points along an axis of the grid that transforms work on, as `FourierAxis` of the module `Imaging` chooses them.
    func period(count: Int, taps: Int) -> Int {
        switch self {
        case .circular:
            let longer = FourierSize.best(atLeast: count + 2 * (taps - 1))
            return FourierSize.cost(count) <= FourierSize.cost(longer) ? count : longer
        case .valid: return FourierSize.best(atLeast: count)
        case .constant: return FourierSize.best(atLeast: count + taps / 2)
        case .reflect, .replicate: return FourierSize.best(atLeast: count + taps - 1)
        }
    }

    private func planes(_ image: TensorType) -> Double {
        Double(image.shape.count) / Double(max(image.shape.trailing(2).reduce(1, *), 1))
    }
}
