package import Foundation
internal import GraphModel

/// Everything that a run of the benchmark found.
package struct Report: Codable, Equatable, Sendable {
    /// The command that made it.
    package let command: String
    package let machine: Machine
    package let sections: [Section]
    /// Whether all that was asked for has been measured.
    package let isWhole: Bool

    package init(command: String, machine: Machine, sections: [Section], isWhole: Bool = true) {
        self.command = command
        self.machine = machine
        self.sections = sections
        self.isWhole = isWhole
    }

    package var requirements: [Requirement] { sections.flatMap(\.requirements) }

    package func json() throws -> Data {
        Data(try JSONText.encode(self, isPretty: true).utf8)
    }

    package var markdown: String {
        var parts = [
            "# Benchmarks",
            "Made by `\(command)`. Times are by the wall clock: the median, and in brackets the least and the greatest. "
                + "Ratios are of medians, and in brackets the least and the greatest that the single times allow.",
            MarkdownTable(columns: ["", ""], rows: machine.rows).text,
        ]
        if !isWhole { parts.insert("**Unfinished**: more was to be measured.", at: 1) }
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
        parts.append("## How it is measured")
        parts.append(Report.method)
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// What a reader who doubts the figures would ask.
    private static let method = """
        - *Same work.* All programs read the same files: image, measurements, weights. Each section says by how much their \
        results differ.
        - *Same means.* All have the same number of threads, and the machine to themselves while they run. deepinv runs in \
        one process, as `Tools/peer.py`, unless two are named.
        - *In turn.* Programs that are compared run one after the other and then all again, so that a machine that is \
        slower for a while is so for all of them.
        - *Warm.* The first iteration of a process, and the first round of everything else, is not counted: it meets cold \
        memory, and libraries prepare themselves in it. Reading files, planning and making kernels come before the clock.
        - *Data step* is the gradient of the data fidelity and the step against it; *denoise* includes cutting into tiles \
        and putting them together; *rest* is what remains of an iteration. Ours are from the run's `trace.json` and \
        `metrics.csv`, theirs from a clock around deepinv's own calls.
        - *Waiting.* Our programs have the threads of OpenMP sleep soon while they wait, as they always do; deepinv runs as its \
        libraries come.
        - *Peak memory* is the most that a process has ever held (`VmHWM` of Linux), with all its libraries.
        """

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
