/// Takes what a part of the benchmark has measured so far, each time there is more: what was measured is kept, however the
/// benchmark ends.
package typealias Keep = (Section) throws -> Void

/// One part of the benchmark: what was measured, as a table and as numbers.
package struct Section: Codable, Equatable, Sendable {
    package let title: String
    /// What the table shows and how it was measured.
    let text: String
    package let columns: [String]
    /// A row for each thing that was timed, its name first.
    package var rows: [[String]] = []
    /// What is worth knowing besides, a line each.
    package var notes: [String] = []
    /// Every time taken, by what it is of.
    package var samples: [String: Samples] = [:]
    package var requirements: [Requirement] = []

    package init(_ title: String, _ text: String, columns: [String]) {
        self.title = title
        self.text = text
        self.columns = columns
    }
}
