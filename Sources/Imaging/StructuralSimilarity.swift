internal import Foundation
package import Tensors

extension Metrics {
    /// Structural similarity, the mean over all windows that lie inside the image.
    ///
    /// Wang, Bovik, Sheikh and Simoncelli, IEEE Trans. Image Process. 13(4), 2004, equation 13, with an 11 × 11 Gaussian
    /// window of width 1.5, `K1 = 0.01`, `K2 = 0.03` and a data range of 1: torchmetrics' and deepinv's.
    ///
    /// - Parameters:
    ///   - x: `… × H × W`, each plane on its own.
    ///   - reference: of the same type.
    /// - Returns: `nil` where no window fits: a side below 11, or no plane at all.
    package static func ssim(_ x: TensorView, reference: TensorView) -> Double? {
        precondition(x.type == reference.type, "similarity of \(x.type) to \(reference.type)")
        guard x.type.element == .float32, x.shape.rank >= 2, x.shape.count > 0 else { return nil }
        let sides = x.shape.trailing(2)
        guard let window = GaussianWindow(height: sides[0], width: sides[1]) else { return nil }
        let pixels = sides[0] * sides[1]
        var sum = 0.0
        for start in stride(from: 0, to: x.shape.count, by: pixels) {
            let a = x.floats[start..<start + pixels].map(Double.init)
            let b = reference.floats[start..<start + pixels].map(Double.init)
            sum += planeSum(a, b, window)
        }
        let planes = x.shape.count / pixels
        return sum / Double(planes * window.positions)
    }

    /// The similarity summed over the windows of one plane.
    private static func planeSum(_ a: [Double], _ b: [Double], _ window: GaussianWindow) -> Double {
        let (meanA, meanB) = (window.means(a), window.means(b))
        let squaresA = window.means(zip(a, a).map { $0 * $1 })
        let squaresB = window.means(zip(b, b).map { $0 * $1 })
        let products = window.means(zip(a, b).map { $0 * $1 })
        let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
        var sum = 0.0
        for i in 0..<window.positions {
            let meanProduct = meanA[i] * meanB[i]
            let meanSquares = meanA[i] * meanA[i] + meanB[i] * meanB[i]
            let covariance = products[i] - meanProduct
            let variances = max(0, squaresA[i] - meanA[i] * meanA[i]) + max(0, squaresB[i] - meanB[i] * meanB[i])
            sum += (2 * meanProduct + c1) * (2 * covariance + c2) / ((meanSquares + c1) * (variances + c2))
        }
        return sum
    }
}

/// Weighted means over all 11 × 11 windows inside a plane, rows first, then columns.
private struct GaussianWindow {
    private static let side = 11
    private let height: Int
    private let width: Int
    private let weights: [Double]

    /// `nil` where the plane is smaller than the window.
    init?(height: Int, width: Int) {
        guard height >= GaussianWindow.side, width >= GaussianWindow.side else { return nil }
        self.height = height
        self.width = width
        let radius = GaussianWindow.side / 2
        let raw = (-radius...radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
        let sum = raw.reduce(0, +)
        weights = raw.map { $0 / sum }
    }

    private var rows: Int { height - GaussianWindow.side + 1 }
    private var columns: Int { width - GaussianWindow.side + 1 }

    /// Windows in a plane.
    var positions: Int { rows * columns }

    func means(_ plane: [Double]) -> [Double] {
        var across = [Double](repeating: 0, count: height * columns)
        for row in 0..<height {
            for (offset, weight) in weights.enumerated() {
                for column in 0..<columns {
                    across[row * columns + column] += weight * plane[row * width + column + offset]
                }
            }
        }
        var means = [Double](repeating: 0, count: positions)
        for row in 0..<rows {
            for (offset, weight) in weights.enumerated() {
                for column in 0..<columns {
                    means[row * columns + column] += weight * across[(row + offset) * columns + column]
                }
            }
        }
        return means
    }
}
