package import GraphModel
internal import Tensors

/// Runs the steps of a plan on names in place of numbers: a value is the hash of the instance that made it and of what it
/// read. Every arena remembers which value lies where.
package struct PlanReplay {
    /// What is wrong with a plan.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case deadlock(String)
        case wrongValue(String)
        case changedOnItsWay(String)
        case unmatched(String)

        package var description: String {
            switch self {
            case .deadlock(let what): "\(what) for ever"
            case .wrongValue(let what): what
            case .changedOnItsWay(let what): "\(what) is written over while it is sent"
            case .unmatched(let what): what
            }
        }
    }

    /// A worker's place in its steps.
    private struct Cursor {
        var steps: [(step: Step<Buffer>, iteration: Int)]
        var next = 0
    }

    private let plan: Plan
    private var cursors: [Cursor]
    private var arenas: [ArenaContents]
    /// Whether the buffer of a transfer holds a value that is not yet released.
    private var isFull: [Bool]
    private var hasReceived: [Bool]
    /// What was sent and is still on its way, so that its memory must stay as it is.
    private var onItsWay: [TransferID: Int] = [:]
    /// What was sent last.
    private var sent: [TransferID: Int] = [:]
    package private(set) var kept: [ValueID: Int] = [:]
    /// What was reported in every iteration.
    package private(set) var reports: [Int: [ValueID: Int]] = [:]
    /// Bytes sent in every iteration, by the indices of sender and receiver.
    package private(set) var sentBytes: [Int: [Int: [Int: Int]]] = [:]

    package init(_ plan: Plan, iterations: Int) {
        self.plan = plan
        arenas = plan.workers.map { _ in ArenaContents() }
        isFull = plan.transfers.map { _ in false }
        hasReceived = isFull
        cursors = plan.workers.map { worker in
            var steps = worker.setup.map { ($0, 0) }
            for iteration in 0..<iterations { steps += worker.body.map { ($0, iteration + 1) } }
            steps += worker.finish.map { ($0, iterations) }
            return Cursor(steps: steps)
        }
        // A sender may begin at once.
        for transfer in plan.transfers { expect(transfer.id) }
    }

    // MARK: Order

    /// Lets the worker that `choose` names of those that can take the next step, until none can.
    package mutating func run(choosing choose: ([Int]) -> Int?) throws(Failure) {
        while let worker = choose(cursors.indices.filter(canStep)) { try step(worker) }
        try end()
    }

    /// Lets every worker in turn run as far ahead as it can.
    package mutating func run(turns: [Int]) throws(Failure) {
        var isGoingOn = true
        while isGoingOn {
            isGoingOn = false
            for worker in turns {
                while canStep(worker) {
                    try step(worker)
                    isGoingOn = true
                }
            }
        }
        try end()
    }

    private func end() throws(Failure) {
        for (index, cursor) in cursors.enumerated() where cursor.next < cursor.steps.count {
            throw .deadlock("\(plan.workers[index].worker.name) waits at \(cursor.steps[cursor.next].step)")
        }
        for (number, transfer) in plan.transfers.enumerated() where transfer.phase == .body && isFull[number] {
            throw .unmatched("transfer \(number) is never given credit")
        }
        if let transfer = onItsWay.keys.min() { throw .unmatched("transfer \(transfer.number) is never waited for") }
        for number in plan.transfers.indices where !hasReceived[number] {
            throw .unmatched("transfer \(number) is never received")
        }
    }

    // MARK: Steps

    private func canStep(_ worker: Int) -> Bool {
        let cursor = cursors[worker]
        guard cursor.next < cursor.steps.count else { return false }
        switch cursor.steps[cursor.next].step {
        case .receive(let transfer): return isFull[transfer.number]
        case .send(let transfer, _): return !isFull[transfer.number]
        default: return true
        }
    }

    private mutating func step(_ worker: Int) throws(Failure) {
        let (step, iteration) = cursors[worker].steps[cursors[worker].next]
        cursors[worker].next += 1
        switch step {
        case .receive(let transfer):
            guard plan.transfers[transfer].to == worker else { throw .unmatched("\(step) on worker \(worker)") }
            hasReceived[transfer.number] = true
            for run in runs(transfer) {
                guard arenas[worker].content(run) == .awaited(transfer: transfer.number) else {
                    throw .wrongValue(
                        "the buffer of transfer \(transfer.number) is written to by others while it may arrive")
                }
                arenas[worker].write(
                    .value(sent[transfer] ?? -1, start: plan.transfers[transfer].target.range.offset), run)
            }
        case .grantCredit(let transfer):
            guard plan.transfers[transfer].to == worker else { throw .unmatched("\(step) on worker \(worker)") }
            guard isFull[transfer.number] else { throw .unmatched("\(step) of an empty buffer") }
            isFull[transfer.number] = false
            if plan.transfers[transfer].phase == .body { expect(transfer) }
        case .send(let transfer, let source):
            let route = plan.transfers[transfer]
            guard route.from == worker else { throw .unmatched("\(step) on worker \(worker)") }
            isFull[transfer.number] = true
            let sent = try part(worker, source.range, "\(step)")
            guard onItsWay.updateValue(sent, forKey: transfer) == nil else {
                throw .unmatched("\(step) before it has left")
            }
            guard source.range.count == route.floatCount else { throw .unmatched("\(step) of another size") }
            self.sent[transfer] = sent
            sentBytes[iteration, default: [:]][route.from, default: [:]][route.to, default: 0] += route.byteCount
        case .pack(let transfer, let source, let target):
            let route = plan.transfers[transfer]
            guard route.from == worker else { throw .unmatched("\(step) on worker \(worker)") }
            guard target.range.count == route.floatCount else { throw .unmatched("\(step) of another size") }
            write(try part(worker, source.range, "\(step)"), to: worker, target.range)
        case .awaitSent(let transfer, let source):
            guard plan.transfers[transfer].from == worker, let sent = onItsWay.removeValue(forKey: transfer) else {
                throw .unmatched("\(step) of what was not sent")
            }
            guard try part(worker, source.range, "\(step)") == sent else {
                throw .changedOnItsWay("transfer \(transfer.number)")
            }
        case .copy(let source, let target):
            write(try value(worker, source.range, "\(step)"), to: worker, target.range)
        case .compute(let id, let inputs, let output):
            guard plan.placement[id] == worker else { throw .unmatched("\(step) on worker \(worker)") }
            let read = try read(inputs, by: id, on: worker)
            write(PlanReplay.name(id, read), to: worker, output.range)
        case .report(let id, let source):
            let reported = try value(worker, source.range, "\(id)")
            guard reports[iteration, default: [:]].updateValue(reported, forKey: id) == nil else {
                throw .unmatched("\(id) is reported twice in iteration \(iteration)")
            }
        case .keep(let id, let source):
            kept[id] = try value(worker, source.range, "\(id)")
        }
    }

    private mutating func write(_ value: Int, to worker: Int, _ range: BufferRange) {
        arenas[worker].write(.value(value, start: range.offset), range.offset..<range.end)
    }

    /// Where a transfer's value lies at the receiver.
    private func runs(_ transfer: TransferID) -> [Range<Int>] {
        let route = plan.transfers[transfer]
        return BoxRuns(route.type, route.boxes, in: route.target.box).runs.map { run in
            route.target.range.offset + run.memory..<route.target.range.offset + run.memory + run.count
        }
    }

    /// From now on its sender may write to a transfer's buffer.
    private mutating func expect(_ transfer: TransferID) {
        for run in runs(transfer) {
            arenas[plan.transfers[transfer].to].write(.awaited(transfer: transfer.number), run)
        }
    }

    /// The values that an instance reads: of those that it reads a box of, only that box must be there.
    private func read(_ operands: [[Buffer]], by id: ValueID, on worker: Int) throws(Failure) -> [Int] {
        guard case .compute(let kind, let inputs, let context)? = plan.expansion[id]?.content else { return [] }
        var values: [Int] = []
        for (input, sources) in inputs.enumerated() {
            for (number, source) in sources.enumerated() {
                let operand = operands[input][number]
                guard let type = plan.expansion[source]?.type else {
                    throw .wrongValue("\(id) reads what is not there")
                }
                guard operand.range.count == type.cut(to: operand.box).floatCount else {
                    throw .wrongValue("\(id) reads a buffer of another size")
                }
                guard let box = kind.box(context, input: input, value: number) else {
                    guard operand.box == nil else { throw .wrongValue("\(id) reads more than it is given") }
                    values.append(try value(worker, operand.range, "\(id)"))
                    continue
                }
                var seen: Set<ArenaContents.Content?> = []
                for run in BoxRuns(type, [box], in: operand.box).runs {
                    let start = operand.range.offset + run.memory
                    seen.insert(arenas[worker].content(start..<start + run.count))
                }
                guard seen.count == 1, case .value(let only, operand.range.offset)?? = seen.first else {
                    throw .wrongValue("\(id) reads a box that is not all there")
                }
                values.append(only)
            }
        }
        return values
    }

    /// The value that lies in a range as a whole: it begins there, and nothing has been written over a part of it.
    private func value(_ worker: Int, _ range: BufferRange, _ reader: String) throws(Failure) -> Int {
        guard case .value(let value, range.offset) = arenas[worker].content(range.offset..<range.end) else {
            throw .wrongValue(
                "\(reader) reads a buffer that nothing has been written to yet, or that was written over in part")
        }
        return value
    }

    /// The value that all of a range is a part of: boxes are sent from where the whole lies.
    private func part(_ worker: Int, _ range: BufferRange, _ reader: String) throws(Failure) -> Int {
        guard case .value(let value, _) = arenas[worker].content(range.offset..<range.end) else {
            throw .wrongValue(
                "\(reader) reads a buffer that nothing has been written to yet, or that was written over in part")
        }
        return value
    }

    /// The name of what an instance makes of what it reads.
    static func name(_ id: ValueID, _ inputs: [Int]) -> Int {
        var hasher = Hasher()
        hasher.combine(id)
        hasher.combine(inputs)
        return hasher.finalize()
    }
}
