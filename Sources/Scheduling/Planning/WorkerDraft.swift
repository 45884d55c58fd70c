internal import GraphModel
internal import Networks
internal import Tensors

/// The plan of one worker while it is drawn up: its steps with values by name, which then get ranges of its arena.
struct WorkerDraft {
    /// Where a value is on this worker.
    enum Place: Hashable {
        /// What an instance of this worker yields, or holds if it is a state.
        case own(Slot)
        /// The stretch of it that a parcel sends.
        case part(of: Slot, parcel: Int)
        /// What a delivery brings.
        case received(Int)
        /// The boxes of a parcel, side by side, while they are sent.
        case packed(Int)
        /// A state's next value while all states change at once.
        case staged(Slot)
    }

    let expansion: Expansion
    private let homes: [Int]
    /// This worker's instances, as it computes them.
    private let own: [Slot]
    let routes: Routes
    /// For every parcel the stretches of its value that it is made of, where this worker sends it.
    var stretches: [Int: BoxRuns] = [:]
    private let worker: Worker
    private let index: Int
    private let automatic: ConvolutionMethod
    private let metrics: Set<ValueID>
    var steps: [Phase: [Step<Place>]] = [.setup: [], .body: [], .finish: []]
    private var arrived: Set<Int> = []
    private var ranges: [Place: BufferRange] = [:]
    private var arenaCount = 0

    /// - Parameters:
    ///   - homes: For every instance the index of its worker.
    ///   - own: The worker's instances, in the order in which it computes them.
    ///   - automatic: What `auto` convolutions are.
    init(
        _ expansion: Expansion, homes: [Int], own: [Slot], routes: Routes, worker: Worker, index: Int,
        automatic: ConvolutionMethod
    ) {
        self.expansion = expansion
        self.homes = homes
        self.own = own
        self.routes = routes
        self.worker = worker
        self.index = index
        self.automatic = automatic
        metrics = Set(expansion.metrics)
        for phase in Phase.allCases { write(phase) }
        (ranges, arenaCount) = assignBuffers()
    }

    /// - Parameter transfers: All of the plan.
    func plan(_ transfers: [Transfer]) -> WorkerPlan {
        func finished(_ phase: Phase) -> [Step<Buffer>] { (steps[phase] ?? []).map { $0.map(buffer) } }

        let mine = own.map { expansion.instances[$0] }
        let states = own.sorted().compactMap { slot -> CarriedState? in
            guard expansion.instances[slot].isState, let range = ranges[.own(slot)] else { return nil }
            return CarriedState(id: expansion.instances[slot].id, type: expansion.instances[slot].type, range: range)
        }
        return WorkerPlan(
            worker: worker, index: index, setup: finished(.setup), body: finished(.body), finish: finished(.finish),
            instances: mine.compactMap(PlannedInstance.init), states: states,
            transfers: transfers.filter { $0.from == index || $0.to == index }, automaticConvolutions: automatic,
            arenaCount: arenaCount, scratchBytes: worker.scratchBytes(mine.map(\.cost), automatic: automatic),
            keptBytes: keptBytes, snapshotBytes: snapshotBytes(states))
    }

    /// Where a value has been put.
    func buffer(_ place: Place) -> Buffer {
        let range = ranges[place.whole] ?? BufferRange(offset: 0, count: 0)
        switch place {
        case .received(let delivery): return Buffer(range, box: routes.deliveries[delivery].box)
        case .part(_, let parcel):
            guard let stretch = stretches[parcel]?.single else { return Buffer(range) }
            return Buffer(BufferRange(offset: range.offset + stretch.lowerBound, count: stretch.count))
        case .own, .packed, .staged: return Buffer(range)
        }
    }

    private var keptBytes: Int {
        (steps[.finish] ?? []).reduce(0) { sum, step in
            guard case .keep(let id, _) = step else { return sum }
            return sum + (expansion[id]?.type.byteCount ?? 0)
        }
    }

    private func snapshotBytes(_ states: [CarriedState]) -> Int {
        guard expansion.graph.stop != nil else { return 0 }
        return states.reduce(0) { $0 + $1.range.count } * MemoryLayout<Float>.stride * WorkerPlan.snapshotCount
    }

    // MARK: Steps

    private mutating func write(_ phase: Phase) {
        arrived = []
        if phase == .finish { sendLeftovers() }
        for slot in own where expansion.instances[slot].phase == phase {
            let instance = expansion.instances[slot]
            guard case .compute(_, let inputs, _) = instance.content else {
                sendAll(slot, in: .body)
                continue
            }
            let places = inputs.map { $0.map { place(of: $0, for: slot, in: phase) } }
            append(.compute(instance.id, inputs: places, output: .own(slot)), to: phase)
            if metrics.contains(instance.id) { append(.report(instance.id, source: .own(slot)), to: phase) }
            sendAll(slot, in: phase)
        }
        awaitAllSent(phase)
        switch phase {
        case .setup: startStates()
        case .body: changeStates()
        case .finish: keepOutputs()
        }
        if phase == .body { releaseAfterLastUse() }
    }

    private mutating func append(_ step: Step<Place>, to phase: Phase) {
        steps[phase, default: []].append(step)
    }

    /// Where this worker finds a value, after waiting for what `reader` reads of it where it comes from elsewhere. What
    /// earlier readers have waited for is there.
    private mutating func place(of id: ValueID, for reader: Slot, in phase: Phase) -> Place {
        // An expansion has all that its instances read.
        guard let slot = expansion.slot(id) else { return .own(reader) }
        guard homes[slot] != index else { return .own(slot) }
        let sent = Routes.phase(of: expansion.instances[slot], readIn: phase)
        guard let number = routes.delivery(slot, to: index, phase: sent) else { return .own(slot) }
        if sent == phase {
            for parcel in routes.deliveries[number].parcels where routes.parcels[parcel].reader == reader {
                receive(parcel, in: phase)
            }
        }
        return .received(number)
    }

    private mutating func receive(_ parcel: Int, in phase: Phase) {
        guard arrived.insert(parcel).inserted else { return }
        append(.receive(TransferID(parcel)), to: phase)
    }

    private mutating func sendAll(_ slot: Slot, in phase: Phase) {
        for parcel in routes.outgoing[slot] ?? [] where self.phase(parcel) == phase {
            let runs = BoxRuns(expansion.instances[slot].type, routes.parcels[parcel].boxes)
            stretches[parcel] = runs
            guard runs.single == nil else {
                append(.send(TransferID(parcel), source: .part(of: slot, parcel: parcel)), to: phase)
                continue
            }
            append(.pack(TransferID(parcel), source: .own(slot), target: .packed(parcel)), to: phase)
            append(.send(TransferID(parcel), source: .packed(parcel)), to: phase)
        }
    }

    /// When a parcel is sent.
    private func phase(_ parcel: Int) -> Phase {
        routes.deliveries[routes.parcels[parcel].delivery].phase
    }

    /// Values stay as they are until the end of the phase that sends them, so that sending hides behind computing.
    private mutating func awaitAllSent(_ phase: Phase) {
        for case .send(let transfer, let place) in steps[phase] ?? [] {
            append(.awaitSent(transfer, source: place), to: phase)
        }
    }

    /// What was made in the loop but is needed elsewhere only after it.
    private mutating func sendLeftovers() {
        for slot in own where expansion.instances[slot].phase == .body { sendAll(slot, in: .finish) }
    }

    /// Values of the setup that only later phases read are received at its end, so that the loop never waits for them.
    private mutating func startStates() {
        for parcel in routes.incoming[index] ?? [] where phase(parcel) == .setup { receive(parcel, in: .setup) }
        for slot in own {
            guard case .state(let initial, _) = expansion.instances[slot].content else { continue }
            append(.copy(source: place(of: initial, for: slot, in: .setup), target: .own(slot)), to: .setup)
        }
    }

    /// All states change at once: one that becomes another state's value takes it from a copy made before any changes.
    private mutating func changeStates() {
        var changes: [Step<Place>] = []
        for slot in own {
            guard case .state(_, let id) = expansion.instances[slot].content, let next = expansion.slot(id) else {
                continue
            }
            if expansion.instances[next].isState {
                append(.copy(source: .own(next), target: .staged(slot)), to: .body)
                changes.append(.copy(source: .staged(slot), target: .own(slot)))
            } else {
                changes.append(.copy(source: .own(next), target: .own(slot)))
            }
        }
        steps[.body, default: []] += changes
    }

    private mutating func keepOutputs() {
        let kept = expansion.kept
        for slot in own.sorted() where kept.contains(expansion.instances[slot].id) {
            append(.keep(expansion.instances[slot].id, source: .own(slot)), to: .finish)
        }
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
        var released: [Step<Place>] = []
        for (index, step) in written.enumerated() {
            released.append(step)
            for delivery in received(by: step) where last[delivery] == index {
                released += routes.deliveries[delivery].parcels.map { .grantCredit(TransferID($0)) }
            }
        }
        steps[.body] = released
    }

    /// Numbers of the deliveries whose values a step reads, each once, in ascending order.
    private func received(by step: Step<Place>) -> [Int] {
        var deliveries: Set<Int> = []
        for case .received(let delivery) in step.reads { deliveries.insert(delivery) }
        return deliveries.sorted()
    }
}

extension WorkerDraft.Place {
    /// The place that has a range of its own.
    var whole: WorkerDraft.Place {
        guard case .part(let slot, _) = self else { return self }
        return .own(slot)
    }
}

extension PlannedInstance {
    /// `nil` of a state.
    fileprivate init?(_ instance: Instance) {
        guard case .compute(let kind, _, let context) = instance.content else { return nil }
        self.init(id: instance.id, kind: kind, context: context, type: instance.type)
    }
}
