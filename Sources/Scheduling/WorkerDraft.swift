internal import GraphModel
internal import Tensors

/// The steps of one worker while they are written down: first with named slots, then with ranges of its arena.
struct WorkerDraft {
    /// A place for a value on this worker.
    private enum Slot: Hashable {
        /// What an instance of this worker yields, or holds if it is a state.
        case own(Int)
        /// What a transfer brings.
        case received(Int)
        /// A state's next value while all states change at once.
        case staged(Int)
    }

    private enum DraftStep {
        case receive(Int)
        case compute(Int, [[Slot]])
        case send(Int, Slot)
        case settle(Int, Slot)
        case release(Int)
        case copy(Slot, Slot)
        case report(Int)
        case keep(Int)
    }

    private let expansion: Expansion
    private let homes: [Int]
    private let routes: Routes
    private let worker: Int
    private let metrics: Set<Int>
    private var steps: [Phase: [DraftStep]] = [.setup: [], .body: [], .finish: []]
    private var arrived: Set<Int> = []

    init(_ expansion: Expansion, homes: [Int], routes: Routes, worker: Int) {
        self.expansion = expansion
        self.homes = homes
        self.routes = routes
        self.worker = worker
        metrics = Set(expansion.graph.metrics.flatMap { Array(expansion.positions[$0] ?? 0..<0) })
    }

    mutating func plan(for worker: Worker) -> (WorkerPlan, received: [Int: BufferRange]) {
        for phase in Phase.allCases { write(phase) }
        let (ranges, count) = assignBuffers()
        func range(_ slot: Slot) -> BufferRange { ranges[slot] ?? BufferRange(offset: 0, count: 0) }

        func finished(_ phase: Phase) -> [Step] {
            (steps[phase] ?? []).map { step in
                switch step {
                case .receive(let transfer): .receive(transfer: transfer)
                case .compute(let instance, let inputs):
                    .compute(
                        instance: instance, inputs: inputs.map { $0.map(range) }, output: range(.own(instance)))
                case .send(let transfer, let slot): .send(transfer: transfer, source: range(slot))
                case .settle(let transfer, let slot): .settle(transfer: transfer, source: range(slot))
                case .release(let transfer): .release(transfer: transfer)
                case .copy(let source, let target): .copy(source: range(source), target: range(target))
                case .report(let instance): .report(instance: instance, source: range(.own(instance)))
                case .keep(let instance): .keep(instance: instance, source: range(.own(instance)))
                }
            }
        }
        var states: [Int: BufferRange] = [:]
        var received: [Int: BufferRange] = [:]
        for (slot, range) in ranges {
            switch slot {
            case .own(let instance) where expansion.instances[instance].isState: states[instance] = range
            case .received(let transfer): received[transfer] = range
            default: break
            }
        }
        let mine = expansion.instances.indices.filter { homes[$0] == self.worker }.map { expansion.instances[$0] }
        let plan = WorkerPlan(
            worker: worker, setup: finished(.setup), body: finished(.body), finish: finished(.finish),
            arenaCount: count, scratchBytes: WorkerDraft.scratchBytes(mine),
            predictedSeconds: mine.reduce(0) { sum, instance in
                instance.phase == .body ? sum + Placement.predictedSeconds(instance.cost) : sum
            } / Double(worker.threads),
            states: states)
        return (plan, received)
    }

    /// Bytes that kernels keep beside their outputs; what instances share counts once.
    private static func scratchBytes(_ instances: [Instance]) -> Int {
        var shared: [String: Int] = [:]
        for instance in instances { shared.merge(instance.cost.sharedBytes) { max($0, $1) } }
        return shared.values.reduce(0, +) + instances.reduce(0) { $0 + $1.cost.scratchBytes }
    }

    // MARK: Steps

    private mutating func write(_ phase: Phase) {
        arrived = []
        if phase == .finish { sendLeftovers() }
        for (position, instance) in expansion.instances.enumerated() where instance.phase == phase {
            guard homes[position] == worker else { continue }
            switch instance.content {
            case .state:
                sendAll(position, in: .body)
            case .compute(_, let inputs, _):
                let slots = inputs.map { $0.map { slot(of: $0, in: phase) } }
                append(.compute(position, slots), to: phase)
                if metrics.contains(position) { append(.report(position), to: phase) }
                sendAll(position, in: phase)
            }
        }
        settleAll(phase)
        switch phase {
        case .setup: startStates()
        case .body: changeStates()
        case .finish: keepOutputs()
        }
        if phase == .body { releaseAfterLastUse() }
    }

    private mutating func append(_ step: DraftStep, to phase: Phase) {
        steps[phase, default: []].append(step)
    }

    /// Where this worker finds the value of an instance, after waiting for it where it comes from elsewhere.
    private mutating func slot(of instance: Int, in phase: Phase) -> Slot {
        guard homes[instance] != worker else { return .own(instance) }
        let sent = Routes.phase(of: expansion.instances[instance], readIn: phase)
        guard let transfer = routes.number(instance, to: worker, phase: sent) else { return .own(instance) }
        if routes.transfers[transfer].phase == phase, arrived.insert(transfer).inserted {
            append(.receive(transfer), to: phase)
        }
        return .received(transfer)
    }

    private mutating func sendAll(_ instance: Int, in phase: Phase) {
        for transfer in routes.outgoing[instance] ?? [] where routes.transfers[transfer].phase == phase {
            append(.send(transfer, .own(instance)), to: phase)
        }
    }

    /// Values stay as they are until the end of the phase that sends them, so that sending hides behind computing.
    private mutating func settleAll(_ phase: Phase) {
        for case .send(let transfer, let slot) in steps[phase] ?? [] { append(.settle(transfer, slot), to: phase) }
    }

    /// What was made in the loop but is needed elsewhere only after it.
    private mutating func sendLeftovers() {
        for (position, instance) in expansion.instances.enumerated() where instance.phase == .body {
            guard homes[position] == worker else { continue }
            sendAll(position, in: .finish)
        }
    }

    private mutating func startStates() {
        for (position, instance) in expansion.instances.enumerated() where homes[position] == worker {
            guard case .state(let initial, _) = instance.content else { continue }
            append(.copy(slot(of: initial, in: .setup), .own(position)), to: .setup)
        }
        receiveEarly()
    }

    /// Values of the setup that only later phases read are received at its end, so that the loop never waits for them.
    private mutating func receiveEarly() {
        for (number, route) in routes.transfers.enumerated() where route.to == worker && route.phase == .setup {
            if arrived.insert(number).inserted { append(.receive(number), to: .setup) }
        }
    }

    /// All states change at once: one that becomes another state's value takes it from a copy made before any changes.
    private mutating func changeStates() {
        var changes: [DraftStep] = []
        for (position, instance) in expansion.instances.enumerated() where homes[position] == worker {
            guard case .state(_, let next) = instance.content else { continue }
            if expansion.instances[next].isState {
                append(.copy(.own(next), .staged(position)), to: .body)
                changes.append(.copy(.staged(position), .own(position)))
            } else {
                changes.append(.copy(.own(next), .own(position)))
            }
        }
        steps[.body, default: []] += changes
    }

    private mutating func keepOutputs() {
        let kept = Set(expansion.graph.outputs.values.flatMap { Array(expansion.positions[$0] ?? 0..<0) })
        for position in kept.sorted() where homes[position] == worker {
            append(.keep(position), to: .finish)
        }
    }

    /// The sender may overwrite a buffer of the loop as soon as its last reader of the iteration is done.
    private mutating func releaseAfterLastUse() {
        let written = steps[.body] ?? []
        var last: [Int: Int] = [:]
        for (index, step) in written.enumerated() {
            for transfer in received(by: step) where routes.transfers[transfer].phase == .body {
                last[transfer] = index
            }
        }
        var released: [DraftStep] = []
        for (index, step) in written.enumerated() {
            released.append(step)
            released += received(by: step).filter { last[$0] == index }.map { .release($0) }
        }
        steps[.body] = released
    }

    /// Numbers of the transfers whose values a step reads, each once, in ascending order.
    private func received(by step: DraftStep) -> [Int] {
        var transfers: Set<Int> = []
        for case .received(let transfer) in reads(of: step) { transfers.insert(transfer) }
        return transfers.sorted()
    }

    private func reads(of step: DraftStep) -> [Slot] {
        switch step {
        case .compute(_, let inputs): Array(inputs.joined())
        case .send(_, let slot), .settle(_, let slot): [slot]
        case .copy(let source, _): [source]
        case .report(let instance), .keep(let instance): [.own(instance)]
        case .receive, .release: []
        }
    }

    private func writes(of step: DraftStep) -> Slot? {
        switch step {
        case .receive(let transfer): .received(transfer)
        case .compute(let instance, _): .own(instance)
        case .copy(_, let target): target
        case .send, .settle, .release, .report, .keep: nil
        }
    }

    // MARK: Buffers

    private func count(_ slot: Slot) -> Int {
        switch slot {
        case .own(let instance), .staged(let instance): expansion.instances[instance].type.floatCount
        case .received(let transfer): expansion.instances[routes.transfers[transfer].instance].type.floatCount
        }
    }

    /// Ranges of the arena for every slot. The steps of setup, loop and finish are one line of time, on which what the
    /// loop reads from before it lives to the end of the loop.
    private func assignBuffers() -> ([Slot: BufferRange], Int) {
        let all = Phase.allCases.flatMap { steps[$0] ?? [] }
        let bodyStart = steps[.setup]?.count ?? 0
        let bodyEnd = bodyStart + (steps[.body]?.count ?? 0)
        var slots: [Slot] = []
        var lifetimes: [Slot: BufferAllocator.Lifetime] = [:]
        for (index, step) in all.enumerated() {
            for slot in reads(of: step) + [writes(of: step)].compactMap(\.self) {
                if var lifetime = lifetimes[slot] {
                    lifetime.last = index
                    if lifetime.first < bodyStart, index >= bodyStart { lifetime.last = max(index, bodyEnd) }
                    lifetimes[slot] = lifetime
                } else {
                    slots.append(slot)
                    lifetimes[slot] = BufferAllocator.Lifetime(count: count(slot), first: index, last: index)
                }
            }
        }
        for slot in slots {
            switch slot {
            case .received(let transfer):
                // Its sender may run ahead, so nothing else may use the buffer before.
                lifetimes[slot]?.first = 0
                guard routes.transfers[transfer].phase != .setup else { continue }
                lifetimes[slot]?.last = all.count
            case .own(let instance) where expansion.instances[instance].isState:
                // A checkpoint reads it after the last step.
                lifetimes[slot]?.last = all.count
            default: break
            }
        }
        let (ranges, count) = BufferAllocator.assign(slots.compactMap { lifetimes[$0] })
        return (Dictionary(zip(slots, ranges), uniquingKeysWith: { first, _ in first }), count)
    }
}
