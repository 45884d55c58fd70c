internal import GraphModel
internal import Networks
internal import Tensors

/// The steps of one worker while they are written down: first with named slots, then with ranges of its arena.
struct WorkerDraft {
    /// A place for a value on this worker.
    enum Slot: Hashable {
        /// What an instance of this worker yields, or holds if it is a state.
        case own(Int)
        /// What a delivery brings.
        case received(Int)
        /// The boxes of a parcel, side by side, while they are sent.
        case packed(Int)
        /// A state's next value while all states change at once.
        case staged(Int)
    }

    enum DraftStep {
        case receive(Int)
        case compute(Int, [[Slot]])
        case pack(Int, Slot)
        case send(Int, Slot)
        case settle(Int, Slot)
        case release(Int)
        case copy(Slot, Slot)
        case report(Int)
        case keep(Int)
    }

    let expansion: Expansion
    private let homes: [Int]
    /// The positions of this worker's instances, as it computes them.
    private let own: [Int]
    let routes: Routes
    /// For every parcel the stretches of its value that it is made of, where this worker sends it.
    var stretches: [Int: BoxRuns] = [:]
    private let worker: Int
    private let metrics: Set<Int>
    var steps: [Phase: [DraftStep]] = [.setup: [], .body: [], .finish: []]
    private var arrived: Set<Int> = []

    /// - Parameters:
    ///   - own: The positions of the worker's instances, in the order in which it computes them.
    ///   - metrics: The positions of instances that are reported.
    init(_ expansion: Expansion, homes: [Int], own: [Int], routes: Routes, metrics: Set<Int>, worker: Int) {
        self.expansion = expansion
        self.homes = homes
        self.own = own
        self.routes = routes
        self.worker = worker
        self.metrics = metrics
    }

    /// - Parameter automatic: What `auto` convolutions are.
    mutating func plan(
        for worker: Worker, automatic: ConvolutionMethod
    ) -> (WorkerPlan, received: [Int: BufferRange]) {
        for phase in Phase.allCases { write(phase) }
        let (ranges, count) = assignBuffers()
        func range(_ slot: Slot) -> BufferRange { ranges[slot] ?? BufferRange(offset: 0, count: 0) }

        func finished(_ phase: Phase) -> [Step] {
            (steps[phase] ?? []).map { step in
                switch step {
                case .receive(let transfer): .receive(transfer: transfer)
                case .compute(let instance, let inputs):
                    .compute(
                        instance: instance,
                        inputs: inputs.map { $0.map { Operand(range: range($0), box: box(of: $0)) } },
                        output: range(.own(instance)))
                case .pack(let parcel, let slot):
                    .pack(transfer: parcel, source: range(slot), target: range(.packed(parcel)))
                case .send(let parcel, let slot): .send(transfer: parcel, source: part(parcel, of: range(slot), slot))
                case .settle(let parcel, let slot):
                    .settle(transfer: parcel, source: part(parcel, of: range(slot), slot))
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
            case .received(let delivery): received[delivery] = range
            case .own, .packed, .staged: break
            }
        }
        let mine = own.map { expansion.instances[$0] }
        let plan = WorkerPlan(
            worker: worker, setup: finished(.setup), body: finished(.body), finish: finished(.finish),
            arenaCount: count, scratchBytes: worker.scratchBytes(mine, automatic: automatic), keptBytes: keptBytes,
            snapshotBytes: snapshotBytes(states), states: states)
        return (plan, received)
    }

    /// The box of a value that a slot holds; `nil` for the whole.
    private func box(of slot: Slot) -> Region? {
        guard case .received(let delivery) = slot else { return nil }
        return routes.deliveries[delivery].box
    }

    /// Where a parcel lies in the memory that it is sent from.
    private func part(_ parcel: Int, of range: BufferRange, _ slot: Slot) -> BufferRange {
        guard case .own = slot, let stretch = stretches[parcel]?.single else { return range }
        return BufferRange(offset: range.offset + stretch.lowerBound, count: stretch.count)
    }

    private var keptBytes: Int {
        (steps[.finish] ?? []).reduce(0) { sum, step in
            guard case .keep(let instance) = step else { return sum }
            return sum + expansion.instances[instance].type.byteCount
        }
    }

    private func snapshotBytes(_ states: [Int: BufferRange]) -> Int {
        guard expansion.graph.stop != nil else { return 0 }
        return states.values.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.stride * WorkerPlan.snapshotCount
    }

    // MARK: Steps

    private mutating func write(_ phase: Phase) {
        arrived = []
        if phase == .finish { sendLeftovers() }
        for position in own where expansion.instances[position].phase == phase {
            switch expansion.instances[position].content {
            case .state:
                sendAll(position, in: .body)
            case .compute(_, let inputs, _):
                let slots = inputs.map { $0.map { slot(of: $0, for: position, in: phase) } }
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

    /// Where this worker finds the value of an instance, after waiting for what `reader` reads of it where it comes from
    /// elsewhere. What earlier readers have waited for is there.
    private mutating func slot(of instance: Int, for reader: Int, in phase: Phase) -> Slot {
        guard homes[instance] != worker else { return .own(instance) }
        let sent = Routes.phase(of: expansion.instances[instance], readIn: phase)
        guard let number = routes.delivery(instance, to: worker, phase: sent) else { return .own(instance) }
        if sent == phase {
            for parcel in routes.deliveries[number].parcels where routes.parcels[parcel].reader == reader {
                receive(parcel, in: phase)
            }
        }
        return .received(number)
    }

    private mutating func receive(_ parcel: Int, in phase: Phase) {
        guard arrived.insert(parcel).inserted else { return }
        append(.receive(parcel), to: phase)
    }

    private mutating func sendAll(_ instance: Int, in phase: Phase) {
        for parcel in routes.outgoing[instance] ?? [] where self.phase(parcel) == phase {
            let runs = BoxRuns(expansion.instances[instance].type, routes.parcels[parcel].boxes)
            stretches[parcel] = runs
            guard runs.single == nil else {
                append(.send(parcel, .own(instance)), to: phase)
                continue
            }
            append(.pack(parcel, .own(instance)), to: phase)
            append(.send(parcel, .packed(parcel)), to: phase)
        }
    }

    /// When a parcel is sent.
    private func phase(_ parcel: Int) -> Phase {
        routes.deliveries[routes.parcels[parcel].delivery].phase
    }

    /// Values stay as they are until the end of the phase that sends them, so that sending hides behind computing.
    private mutating func settleAll(_ phase: Phase) {
        for case .send(let transfer, let slot) in steps[phase] ?? [] { append(.settle(transfer, slot), to: phase) }
    }

    /// What was made in the loop but is needed elsewhere only after it.
    private mutating func sendLeftovers() {
        for position in own where expansion.instances[position].phase == .body { sendAll(position, in: .finish) }
    }

    /// Values of the setup that only later phases read are received at its end, so that the loop never waits for them.
    private mutating func startStates() {
        for parcel in routes.incoming[worker] ?? [] where phase(parcel) == .setup { receive(parcel, in: .setup) }
        for position in own {
            guard case .state(let initial, _) = expansion.instances[position].content else { continue }
            append(.copy(slot(of: initial, for: position, in: .setup), .own(position)), to: .setup)
        }
    }

    /// All states change at once: one that becomes another state's value takes it from a copy made before any changes.
    private mutating func changeStates() {
        var changes: [DraftStep] = []
        for position in own {
            guard case .state(_, let next) = expansion.instances[position].content else { continue }
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
        for position in own.sorted() where kept.contains(position) { append(.keep(position), to: .finish) }
    }

    /// The sender may overwrite a buffer of the loop as soon as its last reader of the iteration is done.
    private mutating func releaseAfterLastUse() {
        let written = steps[.body] ?? []
        var last: [Int: Int] = [:]
        for (index, step) in written.enumerated() {
            for delivery in received(by: step) where routes.deliveries[delivery].phase == .body {
                last[delivery] = index
            }
        }
        var released: [DraftStep] = []
        for (index, step) in written.enumerated() {
            released.append(step)
            for delivery in received(by: step) where last[delivery] == index {
                released += routes.deliveries[delivery].parcels.map { .release($0) }
            }
        }
        steps[.body] = released
    }

    /// Numbers of the deliveries whose values a step reads, each once, in ascending order.
    private func received(by step: DraftStep) -> [Int] {
        var deliveries: Set<Int> = []
        for case .received(let delivery) in reads(of: step) { deliveries.insert(delivery) }
        return deliveries.sorted()
    }

    func reads(of step: DraftStep) -> [Slot] {
        switch step {
        case .compute(_, let inputs): Array(inputs.joined())
        case .pack(_, let slot), .send(_, let slot), .settle(_, let slot): [slot]
        case .copy(let source, _): [source]
        case .report(let instance), .keep(let instance): [.own(instance)]
        case .receive, .release: []
        }
    }

    func writes(of step: DraftStep) -> Slot? {
        switch step {
        case .receive(let parcel): .received(routes.parcels[parcel].delivery)
        case .pack(let parcel, _): .packed(parcel)
        case .compute(let instance, _): .own(instance)
        case .copy(_, let target): target
        case .send, .settle, .release, .report, .keep: nil
        }
    }
}
