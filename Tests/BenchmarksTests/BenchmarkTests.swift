import Benchmarks
import Foundation
import TestSupport
import Testing

@Suite("the benchmark")
struct BenchmarkTests {
    @Test("a table reads in a terminal and on a page")
    func table() {
        let table = MarkdownTable(columns: ["", "µs"], rows: [["wide", "1"], ["a|b", "10.5"]])
        #expect(
            table.text == """
                |      | µs   |
                |------|------|
                | wide | 1    |
                | a\\|b | 10.5 |
                """)
    }

    @Test("a report begins with what was asked and whether it holds")
    func report() throws {
        var section = Section("Title", "What it shows.", columns: ["", "ms"])
        section.rows = [["one", "1.0"]]
        section.notes = ["A note."]
        section.requirements = [
            Requirement("speed", .atLeast, 2, "×", measured: 3),
            Requirement("memory", .atMost, 10, "MB", measured: 12.4),
            Requirement("other", .atMost, 1, "×", measured: nil),
        ]
        let report = Report(command: "Tools/bench", machine: Machine(), sections: [section])
        #expect(report.markdown.hasPrefix("# Benchmarks\n\nMade by `Tools/bench`. "))
        #expect(
            report.markdown.contains(
                """
                ## What was asked

                |        | asked           | measured     |                 |
                |--------|-----------------|--------------|-----------------|
                | speed  | at least 2.00 × | 3.00 ×       | holds           |
                | memory | at most 10 MB   | 12 MB        | **falls short** |
                | other  | at most 1.00 ×  | not measured |                 |

                ## Title

                What it shows.

                |     | ms  |
                |-----|-----|
                | one | 1.0 |

                - A note.

                ## How it is measured

                """))
        #expect(try JSONDecoder().decode(Report.self, from: report.json()) == report)
    }

    private struct Interrupted: Error {}

    @Test("what was measured is kept at once, section by section and row by row", arguments: [1, 2, 5, 8])
    func kept(interruptedAfter count: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "benchmark-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let benchmark = Benchmark(
            .quick(threads: 1), [.overhead, .denoiser], peer: false, venv: nil,
            folder: folder.path(percentEncoded: false))
        var reports: [Report] = []
        #expect(throws: Interrupted.self) {
            _ = try benchmark.run(command: "Tools/bench") { report in
                reports.append(report)
                if reports.count == count { throw Interrupted() }
            }
        }
        // The only row of the denoiser, all of it, and each of four rows of the other section. Not the gradient: FFTW's
        // planner, which it calls by itself, is for one thread.
        #expect(reports.map(\.sections.count) == Array([1, 1, 2, 2, 2, 2, 2, 2].prefix(count)))
        #expect(reports.map { $0.sections.last?.rows.count ?? 0 } == Array([1, 1, 1, 2, 3, 4, 4, 4].prefix(count)))
        #expect(reports.map(\.isWhole) == (1...count).map { $0 == 8 })
        for report in reports {
            #expect(report.markdown.contains("**Unfinished**") == !report.isWhole)
            #expect(try JSONDecoder().decode(Report.self, from: report.json()) == report)
        }
    }

    /// Only that it runs and that its tables are whole: how long things take depends on the machine.
    @Test(
        "every part runs at small sizes", .timeLimit(.minutes(15)),
        arguments: ["job", "denoiser", "gradient", "overhead", "workers", "neighbours", "transport", "hops", "stencil"]
            + (SharedFiles.data.exist ? ["quality"] : []))
    func quick(_ part: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "benchmark-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = { (name: String) in folder.appending(path: name).path(percentEncoded: false) }

        let printed = try Program(built: "benchmark").run([
            "--quick", "--only", part, "--folder", path("made"), "--output", path("table.md"), "--json",
            path("figures.json"),
        ])
        #expect(try Data(contentsOf: folder.appending(path: "table.md")) == printed)

        let report = try JSONDecoder().decode(
            Report.self, from: try Data(contentsOf: folder.appending(path: "figures.json")))
        #expect(report.sections.count == (["job", "workers"].contains(part) ? 2 : 1))
        #expect(report.isWhole)
        for section in report.sections {
            #expect(!section.rows.isEmpty && section.rows.allSatisfy { $0.count == section.columns.count })
            // Of quality no times are taken.
            #expect(section.samples.isEmpty == (part == "quality"))
            #expect(section.samples.values.allSatisfy { !$0.seconds.isEmpty && $0.seconds.allSatisfy { $0 >= 0 } })
        }
    }
}
