package import Tensors

/// A kernel as the product of a column and a row, `kernel[a][b] = down[a] · across[b]`.
package struct RankOne {
    let down: [Float]
    let across: [Float]

    /// Whether every plane of a kernel, `… × rows × columns`, is such a product.
    package static func all(_ kernel: Tensor) -> Bool {
        guard kernel.type.element == .float32, kernel.shape.rank >= 2, kernel.shape.count > 0 else { return false }
        let sides = kernel.shape.trailing(2)
        let (values, size) = (kernel.values, sides[0] * sides[1])
        return stride(from: 0, to: values.count, by: size).allSatisfy { start in
            RankOne(Array(values[start..<start + size]), rows: sides[0], columns: sides[1]) != nil
        }
    }

    /// Largest error, as a fraction of the kernel's largest entry, that storing a product in single precision explains.
    private static let tolerance = Double(Float.ulpOfOne)

    /// `nil` where the kernel is no such product to the rounding of its entries.
    init?(_ kernel: [Float], rows: Int, columns: Int) {
        let values = kernel.map(Double.init)
        guard let peak = values.indices.max(by: { abs(values[$0]) < abs(values[$1]) }) else { return nil }
        let largest = abs(values[peak])
        guard largest > 0 else { return nil }
        // Power iteration on the kernel, from its largest entry's row. For a kernel of rank 1 but for rounding a single
        // round gives the best product.
        let row = peak / columns * columns
        var across = Array(values[row..<row + columns])
        var down = [Double](repeating: 0, count: rows)
        for _ in 0..<2 {
            let length = across.reduce(0) { $0 + $1 * $1 }
            for a in 0..<rows {
                down[a] = (0..<columns).reduce(0) { $0 + values[a * columns + $1] * across[$1] } / length
            }
            let height = down.reduce(0) { $0 + $1 * $1 }
            for b in 0..<columns {
                across[b] = (0..<rows).reduce(0) { $0 + values[$1 * columns + b] * down[$1] } / height
            }
        }
        // Both factors of one size, so that neither leaves the range of a float.
        let scale = ((across.map(abs).max() ?? 1) / (down.map(abs).max() ?? 1)).squareRoot()
        guard scale.isFinite, scale > 0 else { return nil }
        for a in 0..<rows {
            for b in 0..<columns {
                let error = abs(values[a * columns + b] - down[a] * across[b])
                guard error <= RankOne.tolerance * largest else { return nil }
            }
        }
        self.down = down.map { Float($0 * scale) }
        self.across = across.map { Float($0 / scale) }
    }
}
