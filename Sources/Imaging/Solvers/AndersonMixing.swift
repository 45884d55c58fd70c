internal import TensorMath
package import Tensors

/// Anderson's mixing of the last points of a fixed-point iteration; see Walker and Ni (2011), algorithm AA.
package final class AndersonMixing {
    private let regularization: Double
    /// `T(x_j) − x_j`.
    private let differences: [Scratch]

    /// - Parameters:
    ///   - type: of a point.
    ///   - history: points that are mixed at most.
    ///   - regularization: added to the diagonal of the Gram matrix, relative to its largest entry.
    package init(_ type: TensorType, history: Int, regularization: Double) {
        self.regularization = regularization
        differences = (0..<history).map { _ in Scratch(type) }
    }

    /// Writes `Σ_j α_j T(x_j)`.
    ///
    /// - Parameter filled: how many of the points there are; as many as the history has at most.
    package func mix(
        _ points: [TensorView], _ images: [TensorView], filled: Int, into output: MutableTensorView
    ) {
        let count = min(filled, points.count)
        for j in 0..<count {
            differences[j].view.copy(from: images[j])
            axpy(-1, points[j], differences[j].view)
        }
        var gram = [[Double]](repeating: Array(repeating: 0, count: count), count: count)
        for i in 0..<count {
            for j in 0...i {
                gram[i][j] = inner(differences[i].readOnly, differences[j].readOnly)
                gram[j][i] = gram[i][j]
            }
        }
        let largest = gram.indices.map { gram[$0][$0] }.max() ?? 0
        for i in gram.indices { gram[i][i] += regularization * largest }
        output.fill(0)
        for (weight, image) in zip(AndersonMixing.weights(gram), images) { axpy(Float(weight), image, output) }
    }

    /// The α of sum 1 that make `αᵀ G α` least: `G⁻¹ 1`, scaled. Where G has no inverse they are equal.
    static func weights(_ gram: [[Double]]) -> [Double] {
        let count = gram.count
        let equal = [Double](repeating: 1 / Double(max(1, count)), count: count)
        // Cholesky's decomposition.
        var lower = gram
        for j in 0..<count {
            for i in j..<count {
                let known = (0..<j).reduce(0) { $0 + lower[i][$1] * lower[j][$1] }
                let value = gram[i][j] - known
                if i == j {
                    guard value > 0, value.isFinite else { return equal }
                    lower[j][j] = value.squareRoot()
                } else {
                    lower[i][j] = value / lower[j][j]
                }
            }
        }
        var solution = [Double](repeating: 1, count: count)
        for i in 0..<count {
            for j in 0..<i { solution[i] -= lower[i][j] * solution[j] }
            solution[i] /= lower[i][i]
        }
        for i in (0..<count).reversed() {
            for j in i + 1..<max(i + 1, count) { solution[i] -= lower[j][i] * solution[j] }
            solution[i] /= lower[i][i]
        }
        let total = solution.reduce(0, +)
        guard total.isFinite, total != 0 else { return equal }
        return solution.map { $0 / total }
    }
}
