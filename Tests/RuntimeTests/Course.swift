import Foundation
import Testing

/// How iterations go.
struct Course: Sendable, CustomTestStringConvertible {
    /// What an iteration leaves: residual and largest magnitude.
    struct Point: Sendable {
        let residual: Float
        let magnitude: Float
    }

    let testDescription: String
    let points: [Point]

    init(_ name: String, _ points: [Point]) {
        testDescription = name
        self.points = points
    }

    /// Residuals, with magnitudes that stay as they are.
    init(_ name: String, _ residuals: [Float]) {
        self.init(name, residuals.map { Point(residual: $0, magnitude: 1) })
    }

    /// The states of an iteration on some numbers, each on its own.
    init(
        _ name: String, _ count: Int, from start: [Double], scale: Double = 1,
        _ next: (_ x: [Double], _ before: [Double], _ iteration: Int) -> [Double]
    ) {
        var points: [Point] = []
        var (x, before) = (start, start)
        for iteration in 1...count {
            let after = next(x, before, iteration)
            let change = zip(after, x).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            let size = after.reduce(0) { $0 + $1 * $1 }.squareRoot()
            points.append(
                Point(
                    residual: change == 0 ? 0 : Float(change / size),
                    magnitude: Float(scale * (after.map(abs).max() ?? 0))))
            (before, x) = (x, after)
        }
        self.init(name, points)
    }
}

extension Course {
    /// Eigenvalues of a blur's normal operator, and what it is solved for.
    private static let eigenvalues = (0..<24).map { 3 * exp(-pow(Double($0) / 8, 2)) }
    private static let solution = (0..<24).map { cos(Double(3 * $0)) / Double($0 + 1) }
    private static let zero = solution.map { _ in 0.0 }

    /// Gradient descent, with momentum where there is some.
    static func descent(
        _ name: String, step: Double, momentum: @escaping (Int) -> Double = { _ in 0 }, from start: [Double] = zero,
        scale: Double = 1, count: Int = 1500
    ) -> Course {
        Course(name, count, from: start, scale: scale) { x, before, iteration in
            zip(zip(x, before), zip(eigenvalues, solution)).map { values, target in
                let moved = values.0 + momentum(iteration) * (values.0 - values.1)
                return moved - step * target.0 * (moved - target.1)
            }
        }
    }

    private static func nesterov(_ iteration: Int) -> Double { Double(iteration - 1) / Double(iteration + 2) }

    static let healthy: [Course] = [
        descent("a step of 1 / L", step: 1 / 3.0),
        descent("a step just below 2 / L, which swings", step: 0.6633),
        descent("the same on values of 1e-20", step: 0.6633, scale: 1e-20),
        descent("the same on values of 1e20", step: 0.6633, scale: 1e20),
        descent("a step far too small, so that values grow slowly from zero", step: 1e-5, count: 5000),
        descent("Nesterov's momentum", step: 1 / 3.0, momentum: nesterov),
        descent(
            "Nesterov's momentum from the solution nearly", step: 1e-3, momentum: nesterov,
            from: solution.map { $0 * 0.9 }),
        descent("Nesterov's momentum, tiny steps", step: 1e-4, momentum: nesterov, count: 3000),
        descent("a heavy ball", step: 1 / 3.0, momentum: { _ in 0.9 }),
        descent("from far away", step: 1 / 3.0, from: solution.map { _ in 1e6 }),
        descent("from the solution", step: 1 / 3.0, from: solution),
        Course("towards zero", 100, from: [1]) { x, _, _ in x.map { $0 * 0.3 } },
        Course("zero at first", 100, from: [0]) { x, _, iteration in iteration < 4 ? [0] : [0.9 * x[0] + 0.1] },
        Course(
            "to zero, from which it starts again", [0.5, .infinity, 1, 0.5] + (0..<50).map { 0.4 / Float($0 + 1) }),
        Course("no change at all", Array(repeating: 0, count: 50)),
        Course(
            "changes at random", (0..<2000).map { 0.01 * (1 + 0.3 * sin(Float($0 * $0))) }),
        Course("a metric below zero", (0..<300).map { Float($0) / 100 - 1 }),
        // Rounding brings the last digits up and down again.
        Course("rest", (0..<300).map { pow(0.8, Float($0)) + 1e-6 * abs(sin(Float($0))) }),
    ]
}
