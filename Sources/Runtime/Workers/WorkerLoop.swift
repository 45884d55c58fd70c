internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// One worker at work: its kernels, and its steps bound to the memory they use. It stays on the thread that made it.
final class WorkerLoop {
    /// A step with the memory that it uses, and what it needs beside. An object, so that taking it up in the loop copies
    /// nothing.
    private final class BoundStep {
        let step: Step<MutableTensorView>
        /// Of a step that computes.
        let kernel: (any Kernel)?
        let inputs: KernelInputs
        let output: MutableTensorView?
        /// Of a step that packs.
        let boxes: BoxRuns?
        /// Of a release: whether a send comes right after it. Both may leave together, and somebody waits for what is sent.
        let isBeforeSend: Bool

        init(
            _ step: Step<MutableTensorView>, kernel: (any Kernel)? = nil, boxes: BoxRuns? = nil,
            isBeforeSend: Bool = false
        ) {
            self.step = step
            self.kernel = kernel
            self.boxes = boxes
            self.isBeforeSend = isBeforeSend
            guard case .compute(_, let inputs, let output) = step else {
                (self.inputs, self.output) = (KernelInputs([]), nil)
                return
            }
            (self.inputs, self.output) = (KernelInputs(inputs.map { $0.map(\.readOnly) }), output)
        }
    }

    let plan: WorkerPlan
    let arena: TensorBuffer
    var snapshots: StateSnapshots
    private let transport: any Transport
    private var metrics: [ValueID: Float] = [:]
    private var steps: [Phase: [BoundStep]] = [:]
    /// Index of the name of the first step of a phase, in the trace.
    private var firstName: [Phase: Int] = [:]
    private(set) var trace: WorkerTrace
    private(set) var kept: [ValueID: Tensor] = [:]
    /// For every file of weights the library's implementations and how many layers each computes.
    let implementations: [String: [String: Int]]

    /// Makes the kernels of every instance of the worker.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)`` where one cannot be made.
    init(
        _ plan: WorkerPlan, arena: TensorBuffer, transport: any Transport, catalog: KernelCatalog, files: GraphFiles,
        origin: ContinuousClock.Instant, traceLimit: Int
    ) throws(RunError) {
        self.plan = plan
        self.arena = arena
        snapshots = StateSnapshots(plan)
        self.transport = transport
        let binder = StepBinder(plan, arena, catalog, files)
        var names: [(String, WorkerTrace.Category)] = []
        for phase in Phase.allCases {
            firstName[phase] = names.count
            let written = plan.steps(phase)
            names += plan.traceNames(phase)
            var bound: [BoundStep] = []
            bound.reserveCapacity(written.count)
            for (number, step) in written.enumerated() {
                let step = binder.bind(step)
                switch step {
                case .compute(let id, _, _):
                    bound.append(BoundStep(step, kernel: try binder.kernel(of: id, written[number])))
                case .pack(let transfer, _, _): bound.append(BoundStep(step, boxes: binder.boxes(of: transfer)))
                case .grantCredit:
                    bound.append(BoundStep(step, isBeforeSend: WorkerLoop.isBeforeSend(written[(number + 1)...])))
                default: bound.append(BoundStep(step))
                }
            }
            steps[phase] = bound
        }
        implementations = binder.shared.implementations
        trace = WorkerTrace(worker: plan.worker.name, names: names, origin: origin, limit: traceLimit)
    }

    /// Does what there is to compute in some work.
    ///
    /// - Returns: the metrics that were computed and, of an iteration, the largest magnitude in the states.
    /// - Throws: ``RunError/failed(worker:instance:reason:)``.
    func compute(_ work: WorkerMachine.Work) throws(RunError) -> (metrics: [ValueID: Float], magnitude: Float) {
        var magnitude: Float = 0
        switch work {
        case .prepare, .takeStates, .giveBack: break
        case .setUp: try run(.setup, iteration: 0)
        case .iterate(let iteration, let best):
            keepStates(before: iteration, best: best)
            try run(.body, iteration: iteration)
            magnitude = self.magnitude
        case .finish(let iteration, let goesBack):
            if goesBack { try goBack(to: iteration) }
            try run(.finish, iteration: iteration)
        }
        defer { metrics = [:] }
        return (metrics, magnitude)
    }

    /// Runs the steps of a phase once.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)``.
    func run(_ phase: Phase, iteration: Int) throws(RunError) {
        let first = firstName[phase] ?? 0
        var before = ContinuousClock.now
        let steps = steps[phase] ?? []
        for offset in steps.indices {
            do {
                try perform(steps[offset], iteration: iteration)
            } catch {
                throw .failed(
                    worker: plan.worker.name, instance: trace.names[first + offset].name, reason: SystemReason.of(error)
                )
            }
            let now = ContinuousClock.now
            trace.record(first + offset, iteration: iteration, from: before, to: now)
            before = now
        }
    }

    private func perform(_ bound: BoundStep, iteration: Int) throws {
        if let kernel = bound.kernel, let output = bound.output {
            return try kernel.run(bound.inputs, into: output, iteration: iteration)
        }
        switch bound.step {
        case .compute: break  // Each has its kernel.
        case .receive(let transfer): try transport.receive(transfer.number)
        case .send(let transfer, let source): try transport.send(transfer.number, source.readOnly)
        case .awaitSent(let transfer, _): try transport.awaitSent(transfer.number)
        case .grantCredit(let transfer): transport.grantCredit(transfer.number, withNextSend: bound.isBeforeSend)
        case .copy(let source, let target): target.copy(from: source.readOnly)
        case .pack(_, let source, let target): bound.boxes?.gather(from: source.readOnly.floats, into: target.floats)
        case .report(let id, let source): metrics[id] = source.floats[0]
        case .keep(let id, let source): kept[id] = Tensor(copying: source.readOnly)
        }
    }

    private static func isBeforeSend(_ following: ArraySlice<Step<Buffer>>) -> Bool {
        for step in following {
            switch step {
            case .send: return true
            case .grantCredit, .report: continue
            default: return false
            }
        }
        return false
    }
}
