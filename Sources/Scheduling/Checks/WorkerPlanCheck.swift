internal import GraphModel
package import Networks
internal import Tensors

/// What must hold of a plan that came from elsewhere before a worker computes by it: nothing in it reaches beyond its
/// memory, and every kernel is given values of the sizes that it expects.
///
/// That the values are the right ones is for whoever made the plan (see ``PlanCheck``).
package struct WorkerPlanCheck {
    private let plan: WorkerPlan
    private var instances: [ValueID: PlannedInstance] = [:]
    private var transfers: [TransferID: Transfer] = [:]
    /// Types of the values that it holds itself.
    private var own: [ValueID: TensorType] = [:]
    private var costs: [Cost] = []

    /// More floats than an arena has, and than a value has: sums of them are numbers yet.
    private static let mostFloats = 1 << 48
    private static let mostFloatsOfValue = 1 << 40
    /// More boxes than a transfer has.
    private static let mostBoxes = 10_000

    /// Why a worker refuses it; `nil` where it can be computed.
    ///
    /// - Parameter scratch: What the worker's library says of the scratch memory of convolutions.
    package static func problem(
        in plan: WorkerPlan, scratch: (Set<ConvolutionShape>) -> [ConvolutionShape: Int] = { _ in [:] }
    ) -> String? {
        var check = WorkerPlanCheck(plan)
        return check.problem() ?? check.memoryProblem(scratch)
    }

    private init(_ plan: WorkerPlan) {
        self.plan = plan
    }

    private mutating func problem() -> String? {
        guard (0..<WorkerPlanCheck.mostFloats).contains(plan.arenaCount),
            [plan.scratchBytes, plan.keptBytes, plan.snapshotBytes].allSatisfy({ (0..<1 << 50).contains($0) }),
            Limits.threads.contains(plan.worker.threads), plan.index >= 0
        else { return "its memory or its threads are out of bounds" }
        for state in plan.states {
            guard own.updateValue(state.type, forKey: state.id) == nil, isSmallEnough(state.type), fits(state.range),
                state.range.count == state.type.floatCount
            else { return "the state '\(state.id)' does not fit where it lies" }
        }
        for transfer in plan.transfers {
            guard transfers.updateValue(transfer, forKey: transfer.id) == nil, isSound(transfer) else {
                return "transfer \(transfer.id.number) makes no sense"
            }
        }
        for instance in plan.instances {
            guard instances.updateValue(instance, forKey: instance.id) == nil,
                own.updateValue(instance.type, forKey: instance.id) == nil
            else { return "'\(instance.id)' is there twice" }
            do throws(GraphError) {
                costs.append(try cost(instance))
            } catch {
                return "'\(instance.id)': \(error)"
            }
        }
        for phase in Phase.allCases {
            for step in plan.steps(phase) where !isSound(step) {
                return "a step of it reaches beyond the values that there are"
            }
        }
        return nil
    }

    /// What an instance costs.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it is not one that its kind can be asked about, or yields something else.
    private func cost(_ instance: PlannedInstance) throws(GraphError) -> Cost {
        let context = instance.context
        let inputs = type(of: instance.kind).inputs
        guard inputs.count == context.inputs.count, context.index < (context.axis?.count ?? 1),
            [context.axis, context.gathered].allSatisfy({ $0?.tiling.map(\.count) ?? $0?.count == $0?.count })
        else { throw .rule("its axes or inputs do not fit it") }
        for (input, types) in zip(inputs, context.inputs) {
            let isRight =
                switch input.reads {
                case .own: types.count == 1
                case .all: !types.isEmpty
                case .neighbours:
                    types.count == context.neighbours.count
                        && context.axis?.tiling?.neighbours(of: context.index) == context.neighbours
                }
            guard isRight else { throw .rule("input '\(input.name)' has \(types.count) values") }
        }
        guard hasSmallNumbers(context) else { throw .rule("its values are larger than any") }
        let output = try instance.kind.output(context)
        guard output == instance.type, isSmallEnough(output) else {
            throw .rule("it yields \(output), not \(instance.type)")
        }
        return try instance.kind.cost(context)
    }

    /// Whether sums and products of what its kind is told are numbers yet.
    private func hasSmallNumbers(_ context: NodeContext) -> Bool {
        var floats = 0
        let tilings = [context.axis, context.gathered].compactMap { $0?.tiling }
        for type in context.inputs.joined() {
            guard isSmallEnough(type) else { return false }
            floats += type.floatCount
            guard floats <= WorkerPlanCheck.mostFloats else { return false }
            for tiling in tilings {
                let planes = Shape(Array(type.shape.dimensions.dropLast(tiling.extents.count))).count
                let (all, isTooLarge) = planes.multipliedReportingOverflow(by: tiling.paddedCount)
                guard !isTooLarge, all <= WorkerPlanCheck.mostFloatsOfValue else { return false }
            }
        }
        return true
    }

    /// Whether it says of its memory what its steps take: what it says is held against what the worker may use.
    private func memoryProblem(_ scratch: (Set<ConvolutionShape>) -> [ConvolutionShape: Int]) -> String? {
        let states = plan.states.reduce(0) { $0 + $1.range.count } * MemoryLayout<Float>.stride
        guard [0, states * WorkerPlan.snapshotCount].contains(plan.snapshotBytes) else {
            return "it does not count the copies of its states"
        }
        let kept = Phase.allCases.reduce(0) { sum, phase in
            plan.steps(phase).reduce(sum) { sum, step in
                guard case .keep(_, let source) = step else { return sum }
                return sum + source.range.count * MemoryLayout<Float>.stride
            }
        }
        guard plan.keptBytes == kept else { return "it does not count what it keeps" }
        var worker = plan.worker
        worker.scratch = scratch(costs.convolutions)
        guard plan.scratchBytes >= worker.scratchBytes(costs, automatic: plan.automaticConvolutions) else {
            return "it does not count what its kernels keep"
        }
        return nil
    }

    // MARK: Memory

    private func fits(_ range: BufferRange) -> Bool {
        range.offset >= 0 && range.count >= 0 && range.offset <= plan.arenaCount
            && range.count <= plan.arenaCount - range.offset
    }

    /// Whether a value of `type`, or the box of it, fills a buffer.
    private func holds(_ buffer: Buffer, _ type: TensorType) -> Bool {
        fits(buffer.range) && isBox(buffer.box, of: type)
            && buffer.range.count == type.cut(to: buffer.box).floatCount
    }

    private func isSmallEnough(_ type: TensorType) -> Bool { type.shape.count <= WorkerPlanCheck.mostFloatsOfValue }

    private func isBox(_ box: Region?, of type: TensorType) -> Bool {
        guard let box else { return true }
        let extents = type.shape.trailing(box.ranges.count)
        return extents.count == box.ranges.count
            && zip(box.ranges, extents).allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= $1 }
    }

    private func isSound(_ transfer: Transfer) -> Bool {
        guard transfer.from >= 0, transfer.to >= 0, transfer.from != transfer.to,
            transfer.from == plan.index || transfer.to == plan.index, UInt32(exactly: transfer.id.number) != nil,
            isSmallEnough(transfer.type), transfer.boxes == nil || transfer.type.shape.rank > 0,
            transfer.boxes?.count ?? 0 <= WorkerPlanCheck.mostBoxes,
            (transfer.boxes ?? []).allSatisfy({ isBox($0, of: transfer.type) })
        else { return false }
        // Each float travels once, from or to this worker's memory.
        guard transfer.floatCount <= min(transfer.type.floatCount, plan.arenaCount) else { return false }
        // The sender does not know the receiver's memory.
        guard transfer.to == plan.index else { return true }
        guard holds(transfer.target, transfer.type) else { return false }
        guard let held = transfer.target.box else { return true }
        return transfer.boxes?.allSatisfy { box in
            box.ranges.count == held.ranges.count && box.intersection(held) == box
        } ?? false
    }

    private func isSound(_ step: Step<Buffer>) -> Bool {
        switch step {
        case .receive(let id), .grantCredit(let id): return transfers[id]?.to == plan.index
        case .compute(let id, let inputs, let output): return isSound(id, inputs, output)
        case .pack(let id, let source, let target):
            guard let transfer = transfers[id], transfer.from == plan.index, transfer.boxes != nil else {
                return false
            }
            return source.box == nil && holds(source, transfer.type) && isPlain(target, transfer.floatCount)
        case .send(let id, let source), .awaitSent(let id, let source):
            guard let transfer = transfers[id], transfer.from == plan.index else { return false }
            return isPlain(source, transfer.floatCount)
        case .copy(let source, let target):
            return isPlain(source, target.range.count) && isPlain(target, source.range.count)
                && (source == target || source.range.end <= target.range.offset
                    || target.range.end <= source.range.offset)
        case .report(let id, let source): return own[id] == .scalar && isPlain(source, 1)
        case .keep(let id, let source): return own[id].map { isPlain(source, $0.floatCount) } ?? false
        }
    }

    private func isPlain(_ buffer: Buffer, _ count: Int) -> Bool {
        buffer.box == nil && fits(buffer.range) && buffer.range.count == count
    }

    private func isSound(_ id: ValueID, _ inputs: [[Buffer]], _ output: Buffer) -> Bool {
        guard let instance = instances[id], isPlain(output, instance.type.floatCount),
            inputs.map(\.count) == instance.context.inputs.map(\.count)
        else { return false }
        for (input, buffers) in inputs.enumerated() {
            for (value, buffer) in buffers.enumerated() {
                let type = instance.context.inputs[input][value]
                guard holds(buffer, type) else { return false }
                guard let held = buffer.box else { continue }
                // A part of a value is enough for a kind that says which.
                guard let box = instance.kind.box(instance.context, input: input, value: value),
                    box.ranges.count == held.ranges.count, box.intersection(held) == box
                else { return false }
            }
        }
        return true
    }
}
