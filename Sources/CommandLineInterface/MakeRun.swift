internal import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

/// A run of a plan by a team's workers, or in this process where there is no team.
///
/// - Parameter name: What is run, for messages.
func makeRun(
    _ plan: Plan, by team: Team?, name: String, files: GraphFiles, log: MetricsLog,
    checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
) -> any Run {
    guard let team else {
        return InProcessRun(
            plan, catalog: Tool.configuration.kernels, files: files, log: log, checkpoint: checkpoint,
            history: history)
    }
    return RemoteRun(
        plan, crew: team.crew, name: ByteStream.name(name), files: files, log: log, checkpoint: checkpoint,
        history: history)
}
