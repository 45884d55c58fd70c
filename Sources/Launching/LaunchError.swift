/// Why workers cannot be had: a line each, with where that was asked for.
package struct LaunchError: Error, Equatable, CustomStringConvertible {
    package let problems: [String]

    init(_ problems: [String]) {
        self.problems = problems
    }

    package var description: String { problems.joined(separator: "\n") }
}

/// A program that starts workers: itself, here and elsewhere.
package struct LaunchingProgram: Sendable {
    /// What it calls itself in front of its messages.
    let name: String
    /// That workers must be of, too.
    let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
