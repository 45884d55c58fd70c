internal import GraphModel
internal import Pictures
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// The files that a run leaves in its folder, in the order in which they are written, and how long they may become: all of
/// it is known before the run begins.
struct RunFiles {
    let files: [DiskSpace.File]

    /// - Parameters:
    ///   - dot: The graph's picture, as text.
    ///   - inputs: Files that the run reads, by path.
    ///   - isRemote: Whether workers are processes of their own.
    ///   - iteratesEvery: After how many iterations iterates are kept.
    init(_ plan: Plan, dot: [UInt8], inputs: [String], isRemote: Bool, iteratesEvery: Int? = nil) {
        let expansion = plan.expansion
        files =
            [DiskSpace.File("graph.dot", most: dot.count, least: dot.count)]
            + RunFiles.iterates(expansion, every: iteratesEvery) + RunFiles.arrays(expansion)
            + RunFiles.checkpoint(expansion, inputs)
            + [
                DiskSpace.File("metrics.csv", most: RunFiles.tableSize(expansion)),
                DiskSpace.File("run.json", most: RunFiles.reportSize(plan)),
            ]
            + RunFiles.pictures(expansion)
            + [DiskSpace.File("trace.json", most: ChromeTrace.largestSize(plan, isRemote: isRemote))]
    }

    private static func arrays(_ expansion: Expansion) -> [DiskSpace.File] {
        RunPictures.outputs(expansion).map { output in
            array("\(output.file).npy", output.instance.type)
        }
    }

    /// A run may end before it has written them all; of very many the first thousand are looked at.
    private static func iterates(_ expansion: Expansion, every: Int?) -> [DiskSpace.File] {
        guard let every else { return [] }
        return expansion.keptStates.flatMap { state in
            (0..<min(1000, expansion.iterations / every)).map { number in
                DiskSpace.File("iterates/\(state.id)-\((number + 1) * every).npy", most: state.type.byteCount + 256)
            }
        }
    }

    private static func array(_ name: String, _ type: TensorType) -> DiskSpace.File {
        DiskSpace.File(name, most: type.byteCount + 256, least: type.byteCount)
    }

    private static func checkpoint(_ expansion: Expansion, _ inputs: [String]) -> [DiskSpace.File] {
        let states = expansion.instances.filter(\.isState)
        guard !states.isEmpty else { return [] }
        let known = inputs.reduce(0) { $0 + $1.utf8.count + 100 }
        return states.indices.map { array("checkpoint.new/state-\($0).npy", states[$0].type) }
            + [DiskSpace.File("checkpoint.new/checkpoint.json", most: Checkpoint.headerBytes(expansion, inputs: known))]
            // Those that are there go then.
            + states.indices.map { DiskSpace.File("checkpoint/state-\($0).npy", most: 0) }
    }

    private static func pictures(_ expansion: Expansion) -> [DiskSpace.File] {
        let outputs = RunPictures.outputs(expansion).flatMap { output -> [DiskSpace.File] in
            let type = output.instance.type
            if type.isPicture { return [DiskSpace.File("\(output.file).png", most: PNG.largestSize(type))] }
            guard type.isComplexPicture else { return [] }
            let size = PNG.largestSize(TensorType(Shape([1, 1] + type.shape.trailing(2))))
            return ["", "-phase"].map { DiskSpace.File("\(output.file)\($0).png", most: size) }
        }
        let result = expansion.output("result")?.first?.type
        let comparison = result.flatMap { type in
            type.isPicture ? Comparison.largestSize(height: type.shape[2], width: type.shape[3]) : nil
        }
        return outputs + (comparison.map { [DiskSpace.File("comparison.png", most: $0)] } ?? [])
            + [DiskSpace.File("convergence.png", most: ConvergencePlot.largestSize)]
    }

    /// A row of numbers for every iteration.
    private static func tableSize(_ expansion: Expansion) -> Int {
        let names = expansion.metrics.map(\.description)
        let header = names.reduce(64) { $0 + $1.utf8.count + 1 }
        return header + (expansion.iterations + 1) * (30 + 17 * names.count)
    }

    /// A few numbers of every instance, worker and link.
    private static func reportSize(_ plan: Plan) -> Int {
        let instances = plan.instances.reduce(0) { $0 + 4 * ($1.id.description.utf8.count + 40) }
        let rewrites = plan.rewrites.reduce(0) { $0 + $1.description.utf8.count + 20 }
        return 16384 + instances + rewrites + plan.workers.count * 2000 + plan.traffic.ways.count * 250
    }
}
