package import Foundation

/// Everything that a run of the benchmark found.
package struct Report: Codable, Equatable, Sendable {
    /// The command that made it.
    package let command: String
    package let machine: Machine
    package let sections: [Section]

    package init(command: String, machine: Machine, sections: [Section]) {
        self.command = command
        self.machine = machine
        self.sections = sections
    }

    package var requirements: [Requirement] { sections.flatMap(\.requirements) }

    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    package var markdown: String {
        var parts = [
            "# Benchmarks",
            "Made by `\(command)`. Times are wall-clock seconds, medians of all that were taken unless it says otherwise; "
                + "ratios are of medians, with the least and greatest that the single times allow in brackets.",
            MarkdownTable(columns: ["", ""], rows: machine.rows).text,
        ]
        if !requirements.isEmpty {
            parts.append("## What was asked")
            parts.append(MarkdownTable(columns: ["", "asked", "measured", ""], rows: requirements.map(row)).text)
        }
        for section in sections {
            parts.append("## \(section.title)")
            parts.append(section.text)
            parts.append(MarkdownTable(columns: section.columns, rows: section.rows).text)
            if !section.notes.isEmpty { parts.append(section.notes.map { "- \($0)" }.joined(separator: "\n")) }
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func row(_ requirement: Requirement) -> [String] {
        let digits = requirement.unit == "MB" ? 0 : 2
        let measured = requirement.measured.map { "\(decimals($0, digits)) \(requirement.unit)" } ?? "not measured"
        let verdict = requirement.holds.map { $0 ? "holds" : "**falls short**" } ?? ""
        return [
            requirement.what,
            "\(requirement.bound.rawValue) \(decimals(requirement.asked, digits)) \(requirement.unit)", measured,
            verdict,
        ]
    }
}
