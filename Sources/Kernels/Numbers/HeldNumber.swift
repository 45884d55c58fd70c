internal import Foundation
internal import GraphModel

/// Refuses a setting that is too large for the numbers that are computed with, and would make all of them infinite.
///
/// - Parameter power: In which it is multiplied with.
/// - Throws: ``GraphError/rule(_:)``, which names it.
func checkHeld(_ setting: Setting<Double>, _ name: String, power: Double = 1) throws(GraphError) {
    try checkHeld(setting.value, setting.parameter ?? name, power: power)
}

func checkHeld(_ value: Double, _ name: String, power: Double = 1) throws(GraphError) {
    guard value.isFinite else { throw .rule("'\(name)' is \(value); it must be finite") }
    let most = pow(Double(Float.greatestFiniteMagnitude), 1 / power)
    guard abs(value) <= most else {
        throw .rule(
            "'\(name)' is \(plain(value)), and numbers would become infinite by it; give at most \(brief(most * 0.99))")
    }
}

/// Refuses a noise level by which measurements are divided, squared, where they would become infinite.
///
/// - Throws: ``GraphError/rule(_:)``, which names it.
func checkDivisor(_ sigma: Setting<Double>, _ name: String) throws(GraphError) {
    guard sigma.value > 0, sigma.value.isFinite else {
        throw .rule("'\(name)' is \(sigma.value); it must be above 0")
    }
    let least = 1 / Double(Float.greatestFiniteMagnitude).squareRoot()
    guard sigma.value >= least else {
        throw .rule(
            "'\(sigma.parameter ?? name)' is \(plain(sigma.value)), and numbers would become infinite by 1/σ²; give at least "
                + brief(least * 1.01))
    }
}
