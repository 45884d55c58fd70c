internal import Foundation
internal import GraphModel
internal import Runtime

/// `metrics.csv`: a row an iteration with its metrics and seconds. What is known before the loop stands in a row 0 above
/// them; there is none where nothing is.
struct MetricsTable {
    private let ids: [ValueID]
    private let records: [IterationRecord]

    init(_ expansion: Expansion, _ records: [IterationRecord]) {
        ids = expansion.metrics
        // A run that was gone on with has computed what comes before the loop once more.
        let setup = records.last { $0.iteration == 0 && !$0.metrics.isEmpty }
        self.records = (setup.map { [$0] } ?? []) + records.filter { $0.iteration > 0 }
    }

    var csv: [UInt8] {
        let header = (["iteration"] + ids.map(\.description) + ["seconds"]).joined(separator: ",")
        let rows = records.map { record in
            let values = ids.map { record.metrics[$0].map { $0.isNaN ? "nan" : "\($0)" } ?? "" }
            return (["\(record.iteration)"] + values + [decimals(record.seconds, 6)]).joined(separator: ",")
        }
        return Array((([header] + rows).joined(separator: "\n") + "\n").utf8)
    }

    /// Every metric as it was last: before the loop, or in the last iteration.
    ///
    /// - Parameter iteration: The one whose state is kept, where it has metrics; a run that diverges goes back.
    static func last(_ records: [IterationRecord], upTo iteration: Int) -> [ValueID: Float] {
        let setup = records.last { $0.iteration == 0 }?.metrics ?? [:]
        let measured = records.filter { $0.iteration > 0 && !$0.metrics.isEmpty }
        let last = (measured.last { $0.iteration == iteration } ?? measured.last)?.metrics ?? [:]
        return setup.merging(last) { $1 }
    }

    /// The rows of such a file; those that cannot be read are left out.
    static func records(_ text: String) -> [IterationRecord] {
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard let header = lines.first, header.count >= 2 else { return [] }
        return lines.dropFirst().compactMap { cells in
            guard cells.count == header.count,
                let iteration = Int(cells[0]), let seconds = Double(cells[cells.count - 1])
            else { return nil }
            let pairs = zip(header, cells).dropFirst().dropLast().compactMap { name, cell in
                Float(cell).flatMap { value in ValueID(String(name)).map { ($0, value) } }
            }
            return IterationRecord(
                iteration: iteration, metrics: Dictionary(pairs, uniquingKeysWith: { $1 }), seconds: seconds)
        }
    }
}
