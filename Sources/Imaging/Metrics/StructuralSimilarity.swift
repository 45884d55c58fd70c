internal import Foundation
package import Tensors

extension Metrics {
    /// Structural similarity, the mean over the windows around all pixels.
    ///
    /// Wang, Bovik, Sheikh and Simoncelli, IEEE Trans. Image Process. 13(4), 2004, equation 13, with an 11 × 11 Gaussian
    /// window of width 1.5, `K1 = 0.01`, `K2 = 0.03`, a data range of 1 and borders continued by reflection: torchmetrics'
    /// and deepinv's.
    ///
    /// - Parameters:
    ///   - x: `… × H × W`, each plane on its own.
    ///   - reference: of the same type.
    /// - Returns: `nil` where a side is below 6 pixels, too short to be reflected, or there is no real plane at all.
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
        return sum / Double(x.shape.count)
    }

    /// The similarity summed over the pixels of one plane.
    private static func planeSum(_ a: [Double], _ b: [Double], _ window: GaussianWindow) -> Double {
        let (meanA, meanB) = (window.means(a), window.means(b))
        let squaresA = window.means(zip(a, a).map { $0 * $1 })
        let squaresB = window.means(zip(b, b).map { $0 * $1 })
        let products = window.means(zip(a, b).map { $0 * $1 })
        let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
        var sum = 0.0
        for i in a.indices {
            let meanProduct = meanA[i] * meanB[i]
            let meanSquares = meanA[i] * meanA[i] + meanB[i] * meanB[i]
            let covariance = products[i] - meanProduct
            let variances = max(0, squaresA[i] - meanA[i] * meanA[i]) + max(0, squaresB[i] - meanB[i] * meanB[i])
            sum += (2 * meanProduct + c1) * (2 * covariance + c2) / ((meanSquares + c1) * (variances + c2))
        }
        return sum
    }
}

/// Weighted means over the 11 × 11 window around each pixel of a plane, rows first, then columns.
///
/// At the borders the plane is continued by reflection about its outermost pixels.
private struct GaussianWindow {
    private static let radius = 5
    private let height: Int
    private let width: Int
    private let weights: [Double]

    /// `nil` where the plane is too small to be reflected as far as the window reaches.
    init?(height: Int, width: Int) {
        guard height > GaussianWindow.radius, width > GaussianWindow.radius else { return nil }
        self.height = height
        self.width = width
        let raw = (-GaussianWindow.radius...GaussianWindow.radius).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
        let sum = raw.reduce(0, +)
        weights = raw.map { $0 / sum }
    }

    func means(_ plane: [Double]) -> [Double] {
        var across = [Double](repeating: 0, count: plane.count)
        for (index, weight) in weights.enumerated() {
            let columns = (0..<width).map { reflected($0 + index - GaussianWindow.radius, width) }
            for row in stride(from: 0, to: plane.count, by: width) {
                for column in 0..<width { across[row + column] += weight * plane[row + columns[column]] }
            }
        }
        var means = [Double](repeating: 0, count: plane.count)
        for (index, weight) in weights.enumerated() {
            for row in 0..<height {
                let from = reflected(row + index - GaussianWindow.radius, height) * width
                for column in 0..<width { means[row * width + column] += weight * across[from + column] }
            }
        }
        return means
    }

    /// `-1` is `1`, `count` is `count - 2`.
    private func reflected(_ position: Int, _ count: Int) -> Int {
        let fromEnd = count - 1 - abs(position)
        return fromEnd < 0 ? count - 1 + fromEnd : abs(position)
    }
}
