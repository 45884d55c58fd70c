package import Tensors

extension TotalVariation {
    /// Isotropic total variation `Σ |D x|` of forward differences, each plane on its own, in double precision (Rudin, Osher
    /// and Fatemi 1992).
    ///
    /// - Precondition: `x` is real, … × H × W with no side 0.
    package static func value(_ x: TensorView) -> Double {
        guard let from = x.floats.baseAddress, let (height, width) = sides(x.type) else { return 0 }
        var sum = 0.0
        for row in 0..<x.floats.count / width {
            let x = from + row * width
            let below = row % height == height - 1 ? x : x + width
            for j in 0..<width {
                let down = Double(below[j]) - Double(x[j])
                let across = Double(x[min(j + 1, width - 1)]) - Double(x[j])
                sum += (down * down + across * across).squareRoot()
            }
        }
        return sum
    }

    /// Writes a subgradient of it, `Dᵀ (D x / |D x|)`, where a pixel with no differences counts as 0.
    ///
    /// - Precondition: `x` and `g` are real, of one type, … × H × W with no side 0, and share no memory.
    package static func subgradient(_ x: TensorView, into g: MutableTensorView) {
        precondition(x.type == g.type, "total variation of \(x.type) into \(g.type)")
        guard let from = x.floats.baseAddress, let to = g.floats.baseAddress, let (height, width) = sides(x.type) else {
            return
        }
        g.fill(0)
        for row in 0..<x.floats.count / width {
            let (x, g) = (from + row * width, to + row * width)
            let isLast = row % height == height - 1
            let below = isLast ? x : x + width
            for j in 0..<width {
                let isEdge = j == width - 1
                let down = below[j] - x[j]
                let across = isEdge ? 0 : x[j + 1] - x[j]
                let length = (down * down + across * across).squareRoot()
                guard length > 0 else { continue }
                g[j] -= (down + across) / length
                if !isLast { g[j + width] += down / length }
                if !isEdge { g[j + 1] += across / length }
            }
        }
    }

    private static func sides(_ type: TensorType) -> (height: Int, width: Int)? {
        guard type.element == .float32, type.shape.rank >= 2, type.shape.count > 0 else { return nil }
        return (type.shape[type.shape.rank - 2], type.shape[type.shape.rank - 1])
    }
}
