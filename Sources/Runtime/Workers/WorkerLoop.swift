internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// One worker at work: its kernels, and its steps bound to the memory they use. It stays on the thread that made it.
final class WorkerLoop {
    /// A step with the memory that it uses, and what it needs beside.
    private struct BoundStep {
        enum Tool {
            case none
            case kernel(any Kernel, KernelInputs)
            case boxes(BoxRuns)
            /// A release right before a send: both may leave together, and somebody waits for what is sent.
            case nextSend
        }

        let step: Step<MutableTensorView>
        let tool: Tool
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
                let tool: BoundStep.Tool =
                    switch step {
                    case .compute(let id, let inputs, _):
                        .kernel(
                            try binder.kernel(of: id, written[number]), KernelInputs(inputs.map { $0.map(\.readOnly) }))
                    case .pack(let transfer, _, _): .boxes(binder.boxes(of: transfer))
                    case .release where WorkerLoop.isBeforeSend(written[(number + 1)...]): .nextSend
                    default: .none
                    }
                bound.append(BoundStep(step: step, tool: tool))
            }
            steps[phase] = bound
        }
        implementations = binder.shared.implementations
        trace = WorkerTrace(worker: plan.worker.name, names: names, origin: origin, limit: traceLimit)
    }

    /// Runs the steps of a phase once.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)``.
    func run(_ phase: Phase, iteration: Int) throws(RunError) {
        let first = firstName[phase] ?? 0
        var before = ContinuousClock.now
        for (offset, bound) in (steps[phase] ?? []).enumerated() {
            do {
                try perform(bound, iteration: iteration)
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
        switch (bound.step, bound.tool) {
        case (.compute(_, _, let output), .kernel(let kernel, let inputs)):
            try kernel.run(inputs, into: output, iteration: iteration)
        case (.receive(let transfer), _): try transport.receive(transfer.number)
        case (.send(let transfer, let source), _): try transport.send(transfer.number, source.readOnly)
        case (.settle(let transfer, _), _): try transport.settle(transfer.number)
        case (.release(let transfer), .nextSend): transport.release(transfer.number, withNextSend: true)
        case (.release(let transfer), _): transport.release(transfer.number)
        case (.copy(let source, let target), _): target.copy(from: source.readOnly)
        case (.pack(_, let source, let target), .boxes(let boxes)):
            boxes.gather(from: source.readOnly.floats, into: target.floats)
        case (.report(let id, let source), _): metrics[id] = source.floats[0]
        case (.keep(let id, let source), _): kept[id] = Tensor(copying: source.readOnly)
        case (.compute, _), (.pack, _): break  // Each has been bound to its tool.
        }
    }

    /// The metrics that were computed since it was last asked.
    func takeMetrics() -> [ValueID: Float] {
        defer { metrics = [:] }
        return metrics
    }

    private static func isBeforeSend(_ following: ArraySlice<Step<Buffer>>) -> Bool {
        for step in following {
            switch step {
            case .send: return true
            case .release, .report: continue
            default: return false
            }
        }
        return false
    }
}
