/// How a line of values lies on a periodic grid: value `i` at position `i`, and copies of some at further positions, such
/// as a border's mirror image. All other positions hold 0.
///
/// Read backwards it is the adjoint: a value is the sum of what its positions hold.
package struct GridAxis: Sendable {
    /// Values of the line.
    package let count: Int
    /// Positions of the grid.
    package let period: Int
    /// Copies, ordered by source: value `sources[k]` also lies at `positions[k]`.
    let sources: [Int]
    let positions: [Int]
    /// For each value, where its copies begin in `sources`; one more entry at the end.
    let starts: [Int]
    /// Positions that hold 0.
    let empty: [Int]

    /// - Parameter copies: positions from `count` up to `period`, each at most once, and the value each holds.
    package init(count: Int, period: Int, copies: [(position: Int, source: Int)] = []) {
        precondition(count <= period, "a line of \(count) values on a grid of \(period)")
        self.count = count
        self.period = period
        let ordered = copies.sorted { ($0.source, $0.position) < ($1.source, $1.position) }
        sources = ordered.map(\.source)
        positions = ordered.map(\.position)
        var starts = [Int](repeating: 0, count: count + 1)
        for copy in ordered { starts[copy.source + 1] += 1 }
        for i in 0..<count { starts[i + 1] += starts[i] }
        self.starts = starts
        var isEmpty = [Bool](repeating: true, count: period - count)
        for copy in ordered { isEmpty[copy.position - count] = false }
        empty = isEmpty.indices.filter { isEmpty[$0] }.map { $0 + count }
    }
}
