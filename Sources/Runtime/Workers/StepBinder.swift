internal import GraphModel
internal import Kernels
internal import Messaging
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// Binds the steps of a worker's plan to the memory of its arena, and makes its kernels.
struct StepBinder {
    let shared = SharedResources()
    private let plan: WorkerPlan
    private let arena: TensorBuffer
    private let catalog: KernelCatalog
    private let files: GraphFiles
    private let instances: [ValueID: PlannedInstance]
    private let transfers: [TransferID: Transfer]
    /// Types of the values that the worker holds.
    private let types: [ValueID: TensorType]

    init(_ plan: WorkerPlan, _ arena: TensorBuffer, _ catalog: KernelCatalog, _ files: GraphFiles) {
        self.plan = plan
        self.arena = arena
        self.catalog = catalog
        self.files = files
        instances = Dictionary(plan.instances.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        transfers = Dictionary(plan.transfers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        types = plan.heldTypes
    }

    /// A step on the memory of the arena, with the types of what lies there.
    func bind(_ step: Step<Buffer>) -> Step<MutableTensorView> {
        func view(_ buffer: Buffer, _ type: TensorType?) -> MutableTensorView {
            arena.view(buffer.range, type?.cut(to: buffer.box) ?? TensorType([buffer.range.count]))
        }
        switch step {
        case .compute(let id, let inputs, let output):
            let read = instances[id]?.context.inputs ?? []
            return .compute(
                id,
                inputs: zip(inputs, read).map { buffers, types in zip(buffers, types).map { view($0, $1) } },
                output: view(output, types[id]))
        case .pack(let id, let source, let target):
            return .pack(
                id, source: view(source, transfers[id]?.type), target: view(target, transfers[id]?.sentType))
        case .send(let id, let source): return .send(id, source: view(source, transfers[id]?.sentType))
        case .report(let id, let source): return .report(id, source: view(source, types[id]))
        case .keep(let id, let source): return .keep(id, source: view(source, types[id]))
        // What is copied or waited for may be of any type.
        case .receive, .awaitSent, .grantCredit, .copy: return step.map { view($0, nil) }
        }
    }

    /// The kernel of an instance that a step computes.
    ///
    /// - Throws: ``RunError/failed(worker:instance:reason:)`` where it cannot be made.
    func kernel(of id: ValueID, _ step: Step<Buffer>) throws(RunError) -> any Kernel {
        guard let instance = instances[id], case .compute(_, let inputs, _) = step else {
            throw .failed(worker: plan.worker.name, instance: "\(id)", reason: "it is no instance of this worker")
        }
        let context = KernelContext(
            node: instance.context, output: instance.type, threads: plan.worker.threads,
            automaticConvolutions: plan.automaticConvolutions, files: files, shared: shared,
            boxes: inputs.map { $0.map(\.box) })
        do {
            return try catalog.makeKernel(instance.kind, context)
        } catch {
            throw .failed(worker: plan.worker.name, instance: "\(id)", reason: SystemReason.of(error))
        }
    }

    /// The stretches of a value that a transfer sends.
    func boxes(of id: TransferID) -> BoxRuns {
        guard let transfer = transfers[id] else { return BoxRuns(.scalar, nil) }
        return BoxRuns(transfer.type, transfer.boxes)
    }
}

extension TensorBuffer {
    /// Where in the arena of its receiver a transfer goes.
    func receiveBuffer(_ transfer: Transfer) -> ReceiveBuffer {
        let range = transfer.target.range
        return ReceiveBuffer(
            transfer.sentType, UnsafeMutableBufferPointer(rebasing: floats[range.offset..<range.end]),
            BoxRuns(transfer.type, transfer.boxes, in: transfer.target.box))
    }

    /// A value in a range of an arena.
    func view(_ range: BufferRange, _ type: TensorType) -> MutableTensorView {
        MutableTensorView(type, UnsafeMutableBufferPointer(rebasing: floats[range.offset..<range.end]))
    }
}
