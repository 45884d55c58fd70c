internal import GraphModel
internal import Kernels
internal import Launching
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// A run of a plan by a cluster's workers, or in this process where there is no cluster.
///
/// - Parameter name: What is run, for messages.
func makeRun(
    _ plan: Plan, by cluster: Cluster?, name: String, files: GraphFiles, log: MetricsLog,
    checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
) -> any Run {
    guard let cluster else {
        return InProcessRun(
            plan, catalog: Tool.configuration.kernels, files: files, log: log, checkpoint: checkpoint,
            history: history)
    }
    return RemoteRun(
        plan, group: cluster.group, name: ByteStream.name(name), files: files, log: log, checkpoint: checkpoint,
        history: history, ended: { cluster.ended })
}
