/// A figure that the project has to reach, and the one that was measured.
package struct Requirement: Codable, Equatable, Sendable {
    package enum Bound: String, Codable, Sendable {
        case atLeast = "at least"
        case atMost = "at most"
    }

    /// What is held to it.
    package let what: String
    package let bound: Bound
    package let asked: Double
    /// `nil` where it could not be measured.
    package let measured: Double?
    /// What asked and measured are counted in: `×`, `µs`, `MB`.
    package let unit: String

    package init(_ what: String, _ bound: Bound, _ asked: Double, _ unit: String, measured: Double?) {
        self.what = what
        self.bound = bound
        self.asked = asked
        self.unit = unit
        self.measured = measured
    }

    /// `nil` where nothing was measured.
    package var holds: Bool? {
        measured.map { bound == .atLeast ? $0 >= asked : $0 <= asked }
    }
}
