import GraphModel
import Scheduling
import Tensors
import TestSupport

/// Runs the steps of a plan on names in place of numbers: a value is the hash of the instance that made it and of what
/// it read. Every range of an arena remembers which value lies in it, float by float.
struct SymbolicRun {
    /// Who takes the next step where several can.
    enum Order: CaseIterable {
        /// Whoever can, by chance.
        case random
        /// Senders run as far ahead as their credits allow: the first worker that can, then the second.
        case firstAhead
        case lastAhead
    }

    enum Failure: Error, Equatable {
        case deadlock(String)
        case wrongValue(String)
        case sentBeforeRelease(Int)
        case changedOnItsWay(Int)
        case unmatched(String)
    }

    /// A worker's place in its steps.
    private struct Cursor {
        var steps: [(step: Step, iteration: Int)]
        var next = 0
    }

    private let plan: Plan
    private var cursors: [Cursor]
    private var arenas: [[Int]]
    /// Whether the buffer of a transfer holds a value that is not yet released.
    private var isFull: [Bool]
    private var hasReceived: [Bool]
    /// What was sent and is not yet settled, so that its memory must stay as it is.
    private var onItsWay: [Int: Int] = [:]
    private(set) var kept: [Int: Int] = [:]
    private(set) var reports: [String: Int] = [:]
    private(set) var sentBytes: [Int: [Int: Int]] = [:]

    init(_ plan: Plan, iterations: Int) {
        self.plan = plan
        arenas = plan.workers.map { Array(repeating: 0, count: $0.arenaCount) }
        isFull = plan.transfers.map { _ in false }
        hasReceived = isFull
        cursors = plan.workers.map { worker in
            var steps = worker.setup.map { ($0, 0) }
            for iteration in 0..<iterations { steps += worker.body.map { ($0, iteration + 1) } }
            steps += worker.finish.map { ($0, iterations) }
            return Cursor(steps: steps)
        }
    }

    /// The values of all instances, computed in order and without a plan: what each kept one must be.
    static func oracle(_ expansion: Expansion, iterations: Int) -> (values: [Int: Int], reports: [String: Int]) {
        var values: [Int: Int] = [:]
        var reports: [String: Int] = [:]
        let metrics = Set(expansion.graph.metrics.flatMap { Array(expansion.positions[$0] ?? 0..<0) })
        func compute(_ phase: Phase, _ iteration: Int) {
            for (position, instance) in expansion.instances.enumerated() where instance.phase == phase {
                guard case .compute(_, let inputs, _) = instance.content else { continue }
                values[position] = name(position, inputs.joined().map { values[$0] ?? -1 })
                if metrics.contains(position) { reports["\(instance.id) \(iteration)"] = values[position] }
            }
        }
        func changeStates(_ source: (Int, Int) -> Int) {
            let before = values
            for (position, instance) in expansion.instances.enumerated() {
                guard case .state(let initial, let next) = instance.content else { continue }
                values[position] = before[source(initial, next)]
            }
        }
        compute(.setup, 0)
        changeStates { initial, _ in initial }
        for iteration in 0..<iterations {
            compute(.body, iteration + 1)
            changeStates { _, next in next }
        }
        compute(.finish, iterations)
        return (values, reports)
    }

    private static func name(_ position: Int, _ inputs: [Int]) -> Int {
        var hasher = Hasher()
        hasher.combine(position)
        hasher.combine(inputs)
        return hasher.finalize()
    }

    mutating func run(_ order: Order, seed: UInt64) throws {
        var random = SeededRandom(seed)
        while true {
            let ready = cursors.indices.filter(canStep)
            let worker: Int? =
                switch order {
                case .random: ready.randomElement(using: &random)
                case .firstAhead: ready.first
                case .lastAhead: ready.last
                }
            guard let worker else { break }
            try step(worker)
        }
        for (index, cursor) in cursors.enumerated() where cursor.next < cursor.steps.count {
            throw Failure.deadlock("worker \(index) waits at \(cursor.steps[cursor.next])")
        }
        for (number, transfer) in plan.transfers.enumerated() where transfer.phase == .body && isFull[number] {
            throw Failure.unmatched("transfer \(number) is never released")
        }
        if let transfer = onItsWay.keys.min() { throw Failure.unmatched("transfer \(transfer) is never settled") }
        for number in plan.transfers.indices where !hasReceived[number] {
            throw Failure.unmatched("transfer \(number) is never received")
        }
    }

    private func canStep(_ worker: Int) -> Bool {
        let cursor = cursors[worker]
        guard cursor.next < cursor.steps.count else { return false }
        switch cursor.steps[cursor.next].step {
        case .receive(let transfer): return isFull[transfer]
        case .send(let transfer, _): return !isFull[transfer]
        default: return true
        }
    }

    private mutating func step(_ worker: Int) throws {
        let (step, iteration) = cursors[worker].steps[cursors[worker].next]
        cursors[worker].next += 1
        switch step {
        case .receive(let transfer):
            guard plan.transfers[transfer].to == worker else { throw Failure.unmatched("\(step) on worker \(worker)") }
            hasReceived[transfer] = true
        case .release(let transfer):
            guard isFull[transfer] else { throw Failure.unmatched("\(step) of an empty buffer") }
            isFull[transfer] = false
        case .send(let transfer, let source):
            let route = plan.transfers[transfer]
            guard route.from == worker else { throw Failure.unmatched("\(step) on worker \(worker)") }
            guard !isFull[transfer] else { throw Failure.sentBeforeRelease(transfer) }
            isFull[transfer] = true
            let sent = try value(worker, source, "\(step)")
            guard onItsWay.updateValue(sent, forKey: transfer) == nil else {
                throw Failure.unmatched("\(step) before it is settled")
            }
            guard source.count == route.floatCount else { throw Failure.unmatched("\(step) of another size") }
            for run in BoxRuns(route.type, route.boxes, in: route.targetBox).runs {
                write(sent, to: route.to, at: route.target.offset + run.memory, count: run.count)
            }
            sentBytes[iteration, default: [:]][route.from * 100 + route.to, default: 0] += route.byteCount
        case .pack(let transfer, let source, let target):
            let route = plan.transfers[transfer]
            guard target.count == route.floatCount else { throw Failure.unmatched("\(step) of another size") }
            write(try value(worker, source, "\(step)"), to: worker, target)
        case .settle(let transfer, let source):
            guard try onItsWay.removeValue(forKey: transfer) == value(worker, source, "\(step)") else {
                throw Failure.changedOnItsWay(transfer)
            }
        case .copy(let source, let target):
            write(try value(worker, source, "\(step)"), to: worker, target)
        case .compute(let instance, let inputs, let output):
            guard plan.placement[instance] == worker else { throw Failure.unmatched("\(step) on worker \(worker)") }
            let read = try read(inputs, by: instance, on: worker)
            write(SymbolicRun.name(instance, read), to: worker, output)
        case .report(let instance, let source):
            let key = "\(plan.instances[instance].id) \(iteration)"
            guard reports[key] == nil else { throw Failure.unmatched("\(key) is reported twice") }
            reports[key] = try value(worker, source, key)
        case .keep(let instance, let source):
            kept[instance] = try value(worker, source, plan.instances[instance].id)
        }
    }

    private mutating func write(_ value: Int, to worker: Int, _ range: BufferRange) {
        write(value, to: worker, at: range.offset, count: range.count)
    }

    private mutating func write(_ value: Int, to worker: Int, at offset: Int, count: Int) {
        for index in offset..<offset + count { arenas[worker][index] = value }
    }

    /// The values that an instance reads: of those that it reads a box of, only that box must be there.
    private func read(_ operands: [[Operand]], by position: Int, on worker: Int) throws -> [Int] {
        guard case .compute(let kind, let inputs, let context) = plan.instances[position].content else { return [] }
        var values: [Int] = []
        for (input, sources) in inputs.enumerated() {
            for (number, source) in sources.enumerated() {
                let operand = operands[input][number]
                let type = plan.instances[source].type
                guard operand.range.count == type.cut(to: operand.box).floatCount else {
                    throw Failure.wrongValue("\(plan.instances[position].id) reads a buffer of another size")
                }
                guard let box = kind.box(context, input: input, value: number) else {
                    guard operand.box == nil else {
                        throw Failure.wrongValue("\(plan.instances[position].id) reads more than it is given")
                    }
                    values.append(try value(worker, operand.range, plan.instances[position].id))
                    continue
                }
                let seen = Set(
                    BoxRuns(type, [box], in: operand.box).runs.flatMap { run in
                        arenas[worker][
                            operand.range.offset + run.memory..<operand.range.offset + run.memory + run.count]
                    })
                guard seen.count == 1, let only = seen.first else {
                    throw Failure.wrongValue("\(plan.instances[position].id) reads a box that is not all there")
                }
                values.append(only)
            }
        }
        return values
    }

    /// The one value that lies in a range; two would mean that something wrote over a part of it.
    private func value(_ worker: Int, _ range: BufferRange, _ reader: String) throws -> Int {
        let value = arenas[worker][range.offset]
        for index in range.offset..<range.end where arenas[worker][index] != value {
            throw Failure.wrongValue("\(reader) reads a buffer that was written over in part")
        }
        return value
    }
}
