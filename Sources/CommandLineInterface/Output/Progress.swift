internal import Foundation
internal import GraphModel
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
        /// Seconds of the latest iterations.
        var seconds: [Double] = []
        /// An iteration that has not been shown.
        var pending: IterationRecord?
        /// Whether the cursor is on a line that changes.
        var isLineOpen = false
    }

    private struct IterationLine: Encodable {
        let event = "iteration"
        let iteration: Int
        let metrics: [ValueID: Float]
        let seconds: Double
    }

    private let style: Style
    private let total: Int
    private let mayEndEarly: Bool
    private let workers: Int
    private let order: [ValueID]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - total: The number of the last iteration.
    ///   - mayEndEarly: Whether a stop rule may end the run before it.
    ///   - order: Metrics in the order to show them in.
    init(_ style: Style, total: Int, mayEndEarly: Bool, workers: Int, order: [ValueID]) {
        self.style = style
        self.total = total
        self.mayEndEarly = mayEndEarly
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
        case .terminal, .plain:
            state.withLock { state in
                if record.iteration > 0 { state.seconds = state.seconds.suffix(9) + [record.seconds] }
                state.pending = record
                if isDue(record, state) { print(&state) }
            }
        }
    }

    /// Shows the last iteration, if that is still to be done, and ends a line that is still changing.
    func end() {
        state.withLock { state in
            print(&state)
            if state.isLineOpen { Terminal.endStatus() }
            state.isLineOpen = false
        }
    }

    /// What was known before the loop, the first iteration, and then ten a second on a terminal, else one in two seconds.
    private func isDue(_ record: IterationRecord, _ state: State) -> Bool {
        guard record.iteration > 0, let last = state.lastShown else { return true }
        return ContinuousClock.now - last >= (style == .terminal ? .milliseconds(100) : .seconds(2))
    }

    private func print(_ state: inout State) {
        guard let record = state.pending else { return }
        state.pending = nil
        let text = line(record, state.seconds)
        guard style == .terminal, record.iteration > 0 else {
            Terminal.line(text)
            if record.iteration > 0 { state.lastShown = .now }
            return
        }
        state.lastShown = .now
        state.isLineOpen = true
        Terminal.status(text)
    }

    private func line(_ record: IterationRecord, _ seconds: [Double]) -> String {
        let metrics = order.compactMap { id in record.metrics[id].map { "\(id) \(Progress.text(id, $0))" } }
        guard record.iteration > 0 else { return "before the loop  " + metrics.joined(separator: "  ") }
        let average = seconds.reduce(0, +) / Double(max(seconds.count, 1))
        let left = Double(total - record.iteration) * average
        let parts =
            ["iteration \(record.iteration)/\(total)"] + metrics
            + [
                Progress.duration(average), "\(mayEndEarly ? "at most " : "")\(Progress.clock(left)) left",
                counted(workers, "worker"),
            ]
        return parts.joined(separator: "  ")
    }

    /// Decibels with two decimals, all else with three significant digits.
    static func text(_ id: ValueID, _ value: Float) -> String {
        id.node.hasPrefix("psnr") ? "\(decimals(Double(value), 2)) dB" : String(format: "%.3g", Double(value))
    }

    /// The time of an iteration: `1.25 s`, `0.4 ms`.
    private static func duration(_ seconds: Double) -> String {
        seconds >= 0.1 ? "\(decimals(seconds, 2)) s" : "\(decimals(seconds * 1e3, 1)) ms"
    }

    private static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
