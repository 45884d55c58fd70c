package import Tensors

/// Projection on balls of the 2-norm, `v · min(1, r / |v|)`: of the dual variables of primal-dual splitting (Chambolle and
/// Pock 2011, section 6.2).
package enum BallProjection {
    /// What is a vector.
    package enum Vectors: Sendable {
        /// The values along the last axis.
        case lastAxis
        /// Each element.
        case element
        /// All values together.
        case all
    }

    /// Writes each vector, or where it is longer than `radius` the nearest one of that length; complex values count by their
    /// magnitudes.
    ///
    /// - Precondition: both are of one type, with a last axis where that is asked for.
    package static func project(
        _ u: TensorView, _ vectors: Vectors, radius: Float, into p: MutableTensorView
    ) {
        precondition(u.type == p.type, "projection of \(u.type) into \(p.type)")
        guard let from = u.floats.baseAddress, let to = p.floats.baseAddress else { return }
        let floats = u.type.element.floats
        switch vectors {
        case .element where floats == 1:
            for i in p.floats.indices { to[i] = from[i] > radius ? radius : from[i] < -radius ? -radius : from[i] }
        case .all:
            var sum = 0.0
            for value in u.floats { sum += Double(value) * Double(value) }
            let length = sum.squareRoot()
            let factor = length > Double(radius) ? Float(Double(radius) / length) : 1
            for i in p.floats.indices { to[i] = factor * from[i] }
        case .element, .lastAxis:
            let own = floats * (vectors == .element ? 1 : u.shape.dimensions.last ?? 1)
            if own == 2 {
                for i in stride(from: 0, to: p.floats.count, by: 2) {
                    let length = (from[i] * from[i] + from[i + 1] * from[i + 1]).squareRoot()
                    let factor = length > radius ? radius / length : 1
                    to[i] = factor * from[i]
                    to[i + 1] = factor * from[i + 1]
                }
            } else if own > 0 {
                for start in stride(from: 0, to: p.floats.count, by: own) {
                    var sum: Float = 0
                    for i in start..<start + own { sum += from[i] * from[i] }
                    let length = sum.squareRoot()
                    let factor = length > radius ? radius / length : 1
                    for i in start..<start + own { to[i] = factor * from[i] }
                }
            }
        }
    }
}
