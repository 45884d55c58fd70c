internal import Foundation
internal import Tensors

extension TensorType {
    /// Whether it is one complex image, `H × W` or with axes of one element before, of which magnitude and phase are shown.
    var isComplexPicture: Bool {
        element == .complex64 && shape.rank >= 2 && shape.count > 0 && shape.count == shape.trailing(2).reduce(1, *)
    }
}

extension Tensor {
    /// The magnitudes of a complex image, `1 × 1 × H × W`, of which the largest is white.
    var magnitudePicture: Tensor {
        let magnitudes = elements { (Double($0) * Double($0) + Double($1) * Double($1)).squareRoot() }
        let largest = magnitudes.filter(\.isFinite).max() ?? 0
        return picture(magnitudes.map { largest > 0 ? $0 / largest : 0 })
    }

    /// The phases of a complex image, `1 × 1 × H × W`, from −π, black, to π, white.
    var phasePicture: Tensor {
        picture(elements { 0.5 + atan2(Double($1), Double($0)) / (2 * .pi) })
    }

    private func elements(_ value: (Float, Float) -> Double) -> [Double] {
        withView { view in
            (0..<view.floats.count / 2).map { value(view.floats[2 * $0], view.floats[2 * $0 + 1]) }
        }
    }

    private func picture(_ values: [Double]) -> Tensor {
        Tensor(Shape([1, 1] + shape.trailing(2)), values.map(Float.init))
    }
}
