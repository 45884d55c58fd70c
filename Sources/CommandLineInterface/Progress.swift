internal import Foundation
internal import Runtime
internal import Synchronization

/// Shows how a run goes: a line that changes on a terminal, a plain one now and then elsewhere, or JSON for scripts.
final class Progress: Sendable {
    enum Style: Sendable {
        case quiet
        case json
        case terminal
        case plain
    }

    private struct State {
        var lastShown: ContinuousClock.Instant?
        var seconds: [Double] = []
    }

    private struct IterationLine: Encodable {
        let event = "iteration"
        let iteration: Int
        let metrics: [String: Float]
        let seconds: Double
    }

    private let style: Style
    private let total: Int
    private let workers: Int
    private let order: [String]
    private let state = Mutex(State())

    /// - Parameter order: Names of metrics in the order to show them in.
    init(_ style: Style, total: Int, workers: Int, order: [String]) {
        self.style = style
        self.total = total
        self.workers = workers
        self.order = order
    }

    func show(_ record: IterationRecord) {
        guard record.iteration > 0 || !record.metrics.isEmpty else { return }
        switch style {
        case .quiet: break
        case .json:
            let line = IterationLine(
                iteration: record.iteration, metrics: record.metrics, seconds: record.seconds)
            if let text = try? jsonLine(line) { Terminal.line(text) }
        case .terminal:
            let text = line(record)
            Terminal.status(text)
            if record.iteration == total || record.iteration == 0 { Terminal.endStatus() }
        case .plain:
            guard isDue(record) else { return }
            Terminal.line(line(record))
        }
    }

    /// Ends a line that is still changing.
    func end(after iteration: Int) {
        if case .terminal = style, iteration != total, iteration > 0 { Terminal.endStatus() }
    }

    /// The first and last iteration, and one every two seconds in between.
    private func isDue(_ record: IterationRecord) -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            let early = state.lastShown.map { now - $0 < .seconds(2) } ?? false
            guard record.iteration <= 1 || record.iteration == total || !early else { return false }
            state.lastShown = now
            return true
        }
    }

    private func line(_ record: IterationRecord) -> String {
        let metrics = order.compactMap { name in record.metrics[name].map { "\(name) \(Progress.text(name, $0))" } }
        guard record.iteration > 0 else { return "before the loop  " + metrics.joined(separator: "  ") }
        let average = state.withLock { state in
            state.seconds = state.seconds.suffix(9) + [record.seconds]
            return state.seconds.reduce(0, +) / Double(state.seconds.count)
        }
        let left = Double(total - record.iteration) * average
        let parts =
            ["iteration \(record.iteration)/\(total)"] + metrics
            + ["\(decimals(record.seconds, 2)) s", "\(Progress.clock(left)) left", counted(workers, "worker")]
        return parts.joined(separator: "  ")
    }

    /// Decibels with two decimals, all else with three significant digits.
    private static func text(_ name: String, _ value: Float) -> String {
        name.hasPrefix("psnr") ? "\(decimals(Double(value), 2)) dB" : String(format: "%.3g", Double(value))
    }

    private static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        let whole = Int(seconds.rounded())
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
