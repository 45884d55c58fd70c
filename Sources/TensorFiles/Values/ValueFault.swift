internal import Tensors

/// Values of an array that cannot be computed with.
public struct ValueFault: Equatable, Sendable {
    /// What keeps values from being computed with.
    public enum Kind: Equatable, Sendable {
        /// NaN or infinite.
        case notFinite
        /// Larger than any float32.
        case tooLarge
        /// Whole numbers that float32 rounds.
        case inexact
        /// Smaller than any float32, all of them.
        case vanishing
    }

    /// What is wrong with them.
    public let kind: Kind
    /// How many there are, and among how many.
    public let count: Int
    /// Values in all.
    public let total: Int
    /// Where the first is, as NumPy counts, and what it is.
    public let index: [Int]
    /// The first of them, as text.
    public let value: String

    /// `3 of its 1200 values are NaN or infinite, the first at [0, 5, 3] (nan)`
    var text: String {
        guard kind != .vanishing else {
            return "its values are all below those that float32 holds, in which all is computed; the largest is "
                + value
        }
        let (are, first) = count == 1 ? ("is", "") : ("are", "the first ")
        let what =
            switch kind {
            case .notFinite: "values \(are) NaN or infinite"
            case .tooLarge: "values \(are) beyond float32, in which all is computed"
            case .inexact: "whole numbers \(count == 1 ? "changes" : "change") as float32, in which all is computed"
            case .vanishing: ""
            }
        return "\(count) of its \(total) \(what), \(first)at \(index) (\(value))"
    }

    /// What to do with an array that has them.
    var mend: String {
        switch kind {
        case .notFinite: "replace \(count == 1 ? "it" : "them"), for example with numpy.nan_to_num"
        case .tooLarge: "scale the array down, to less than 3.4e38"
        case .inexact: "save the array as float32 if rounding is meant"
        case .vanishing: "scale the array up, to more than 1.2e-38"
        }
    }
}

extension ValueScan {
    /// What is wrong with the values of an array, if anything.
    ///
    /// - Parameters:
    ///   - isFortran: whether its first axis varies fastest in the file.
    ///   - origin: of a box of an array, its first index.
    func fault(of type: TensorType, isFortran: Bool = false, from origin: [Int]? = nil) -> ValueFault? {
        func fault(_ kind: ValueFault.Kind, _ found: Fault) -> ValueFault? {
            guard found.count > 0 else { return nil }
            var rest = found.position / type.element.floats
            var index: [Int] = []
            for extent in isFortran ? type.shape.dimensions : type.shape.dimensions.reversed() {
                index.append(rest % extent)
                rest /= extent
            }
            if !isFortran { index.reverse() }
            return ValueFault(
                kind: kind, count: found.count, total: count,
                index: origin.map { zip(index, $0).map { $0 + $1 } } ?? index, value: found.value)
        }
        let faults = [
            fault(.notFinite, notFinite), fault(.tooLarge, tooLarge), fault(.inexact, inexact),
            vanishing.map { ValueFault(kind: .vanishing, count: count, total: count, index: [], value: "\($0)") },
        ]
        return faults.lazy.compactMap { $0 }.first
    }
}
