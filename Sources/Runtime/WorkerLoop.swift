internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// One worker at work: its kernels, and its steps bound to the memory they use. It stays on the thread that made it.
final class WorkerLoop {
    /// A step with everything it needs at hand.
    private enum Action {
        case receive(Int)
        case compute(any Kernel, KernelInputs, MutableTensorView)
        case send(Int, TensorView)
        case settle(Int)
        case release(Int, withNextSend: Bool)
        case copy(TensorView, MutableTensorView)
        case pack(BoxRuns, TensorView, MutableTensorView)
        case report(String, TensorView)
        case keep(Int, TensorView)
    }

    private let plan: Plan
    private let index: Int
    let arena: TensorBuffer
    var snapshots: StateSnapshots
    private let transport: any Transport
    private let log: any MetricsSink
    private var actions: [Phase: [Action]] = [:]
    /// Index of the name of the first action of a phase, in the trace.
    private var firstName: [Phase: Int] = [:]
    private(set) var trace: WorkerTrace
    private(set) var kept: [Int: Tensor] = [:]
    /// For every file of weights the library's implementations and how many layers each computes.
    let implementations: [String: [String: Int]]

    var own: WorkerPlan { plan.workers[index] }

    /// Makes the kernels of every instance of the worker.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)`` where one cannot be made.
    init(
        _ plan: Plan, worker index: Int, arena: TensorBuffer, transport: any Transport, log: any MetricsSink,
        catalog: KernelCatalog, files: GraphFiles, origin: ContinuousClock.Instant, traceLimit: Int
    ) throws(RunError) {
        self.plan = plan
        self.index = index
        self.arena = arena
        snapshots = StateSnapshots(plan.workers[index])
        self.transport = transport
        self.log = log
        let own = plan.workers[index]
        var names: [(String, WorkerTrace.Category)] = []
        var actions: [Phase: [Action]] = [:]
        let shared = SharedResources()
        for (phase, steps) in [(Phase.setup, own.setup), (.body, own.body), (.finish, own.finish)] {
            firstName[phase] = names.count
            names += steps.map { WorkerLoop.traceName($0, plan) }
            var bound: [Action] = []
            bound.reserveCapacity(steps.count)
            for (number, step) in steps.enumerated() {
                let action = try WorkerLoop.bind(step, plan, own, arena, catalog, files, shared)
                bound.append(WorkerLoop.withNextSend(action, steps[(number + 1)...]))
            }
            actions[phase] = bound
        }
        self.actions = actions
        implementations = shared.implementations
        trace = WorkerTrace(worker: own.worker.name, names: names, origin: origin, limit: traceLimit)
    }

    /// Runs the steps of a phase once.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)``.
    func run(_ phase: Phase, iteration: Int) throws(RunError) {
        let first = firstName[phase] ?? 0
        var before = ContinuousClock.now
        for (offset, action) in (actions[phase] ?? []).enumerated() {
            do {
                try perform(action, iteration: iteration)
            } catch {
                throw .failed(
                    worker: plan.workers[index].worker.name, instance: trace.names[first + offset].name,
                    reason: SystemReason.of(error))
            }
            let now = ContinuousClock.now
            trace.record(first + offset, iteration: iteration, from: before, to: now)
            before = now
        }
    }

    private func perform(_ action: Action, iteration: Int) throws {
        switch action {
        case .receive(let transfer): try transport.receive(transfer)
        case .compute(let kernel, let inputs, let output): try kernel.run(inputs, into: output, iteration: iteration)
        case .send(let transfer, let source): try transport.send(transfer, source)
        case .settle(let transfer): try transport.settle(transfer)
        case .release(let transfer, let withNextSend): transport.release(transfer, withNextSend: withNextSend)
        case .copy(let source, let target): target.copy(from: source)
        case .pack(let runs, let source, let target): runs.gather(from: source.floats, into: target.floats)
        case .report(let name, let source): log.report(name, source.floats[0], iteration: iteration)
        case .keep(let instance, let source): kept[instance] = Tensor(copying: source)
        }
    }

    // MARK: Binding

    /// A release right before a send: both may leave together, and somebody waits for what is sent.
    private static func withNextSend(_ action: Action, _ following: ArraySlice<Step>) -> Action {
        guard case .release(let transfer, _) = action else { return action }
        for step in following {
            switch step {
            case .send: return .release(transfer, withNextSend: true)
            case .release, .report: continue
            default: return action
            }
        }
        return action
    }

    private static func bind(
        _ step: Step, _ plan: Plan, _ own: WorkerPlan, _ arena: TensorBuffer, _ catalog: KernelCatalog,
        _ files: GraphFiles, _ shared: SharedResources
    ) throws(RunError) -> Action {
        switch step {
        case .receive(let transfer): return .receive(transfer)
        case .release(let transfer): return .release(transfer, withNextSend: false)
        case .settle(let transfer, _): return .settle(transfer)
        case .send(let transfer, let source):
            return .send(transfer, arena.view(source, plan.transfers[transfer].sentType).readOnly)
        case .pack(let number, let source, let target):
            let transfer = plan.transfers[number]
            return .pack(
                BoxRuns(transfer.type, transfer.boxes), arena.view(source, transfer.type).readOnly,
                arena.view(target, transfer.sentType))
        case .copy(let source, let target):
            let type = TensorType([source.count])
            return .copy(arena.view(source, type).readOnly, arena.view(target, type))
        case .report(let instance, let source):
            let value = plan.instances[instance]
            return .report(value.id, arena.view(source, value.type).readOnly)
        case .keep(let instance, let source):
            return .keep(instance, arena.view(source, plan.instances[instance].type).readOnly)
        case .compute(let position, let operands, let target):
            let instance = plan.instances[position]
            guard case .compute(let kind, let inputs, let node) = instance.content else {
                throw .failed(worker: own.worker.name, instance: instance.id, reason: "a state is not computed")
            }
            let views = zip(inputs, operands).map { positions, operands in
                zip(positions, operands).map { position, operand in
                    arena.view(operand.range, plan.instances[position].type.cut(to: operand.box)).readOnly
                }
            }
            let context = KernelContext(
                node: node, output: instance.type, threads: own.worker.threads,
                automaticConvolutions: plan.automaticConvolutions, files: files, shared: shared,
                boxes: operands.map { $0.map(\.box) })
            do {
                let kernel = try catalog.makeKernel(kind, context)
                return .compute(kernel, KernelInputs(views), arena.view(target, instance.type))
            } catch {
                throw .failed(worker: own.worker.name, instance: instance.id, reason: SystemReason.of(error))
            }
        }
    }

    /// What a step is called in a trace, and what sort of work it is.
    static func traceName(_ step: Step, _ plan: Plan) -> (String, WorkerTrace.Category) {
        switch step {
        case .receive(let transfer): ("receive \(plan.instances[plan.transfers[transfer].instance].id)", .receive)
        case .send(let transfer, _): ("send \(plan.instances[plan.transfers[transfer].instance].id)", .send)
        case .settle(let transfer, _): ("settle \(plan.instances[plan.transfers[transfer].instance].id)", .send)
        case .release(let transfer): ("release \(plan.instances[plan.transfers[transfer].instance].id)", .receive)
        case .compute(let instance, _, _): (plan.instances[instance].id, .compute)
        case .copy: ("next", .copy)
        case .pack(let transfer, _, _): ("pack \(plan.instances[plan.transfers[transfer].instance].id)", .copy)
        case .report(let instance, _): ("report \(plan.instances[instance].id)", .copy)
        case .keep(let instance, _): ("keep \(plan.instances[instance].id)", .copy)
        }
    }
}

extension TensorBuffer {
    /// Where in the arena of its receiver a transfer goes.
    func landing(_ transfer: Transfer) -> Landing {
        Landing(
            transfer.sentType,
            UnsafeMutableBufferPointer(rebasing: floats[transfer.target.offset..<transfer.target.end]),
            BoxRuns(transfer.type, transfer.boxes, in: transfer.targetBox))
    }

    /// A value in a range of an arena.
    func view(_ range: BufferRange, _ type: TensorType) -> MutableTensorView {
        MutableTensorView(type, UnsafeMutableBufferPointer(rebasing: floats[range.offset..<range.end]))
    }
}
