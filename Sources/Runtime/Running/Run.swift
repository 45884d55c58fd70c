package import GraphModel
package import Kernels
package import Scheduling
internal import TensorFiles
package import Tensors

/// A plan being run.
package protocol Run: Sendable {
    /// Runs to the last iteration, or to where ``stop()`` ends it.
    ///
    /// - Throws: the first failure; all workers have ended by then.
    func run() throws -> RunResult
    /// Ends the run early, after an iteration that all workers take part in.
    func stop()
}

extension Plan {
    /// A run by a group's workers, or in this process where there is no group.
    ///
    /// - Parameter name: What is run, for messages.
    package func run(
        by group: WorkerGroup?, name: String, catalog: KernelCatalog, files: GraphFiles, log: MetricsLog,
        checkpoint: (iteration: Int, states: [ValueID: Tensor])? = nil, history: ConvergenceHistory? = nil
    ) -> any Run {
        guard let group else {
            return InProcessRun(
                self, catalog: catalog, files: files, log: log, checkpoint: checkpoint, history: history)
        }
        return RemoteRun(
            self, group: group, name: ByteStream.name(name), files: files, log: log, checkpoint: checkpoint,
            history: history)
    }
}

/// What a run leaves behind.
package struct RunResult: Sendable {
    /// The values of outputs.
    package let kept: [ValueID: Tensor]
    /// Every state as it is after the last iteration.
    package let states: [ValueID: Tensor]
    /// Why it ended, and after which iteration its values are what they are.
    package let conclusion: Conclusion
    package let records: [IterationRecord]
    package let traces: [WorkerTrace]
    /// For every worker, for every file of weights, the library's implementations and how many layers each computes.
    package let implementations: [[String: [String: Int]]]
    /// Values on their way between workers in processes of their own.
    package var transfers: [TransferSpan] = []
    /// For every transfer of the plan between such workers the bytes that were sent of it, all iterations.
    package var sentBytes: [TransferID: Int] = [:]
    /// For every worker in a process of its own the most memory that it held, in bytes.
    package var peakMemoryBytes: [Int] = []

    /// The iteration that the values are from: the last, or the one that a run which diverged went back to.
    package var iterations: Int { conclusion.iteration }
}

extension RunResult {
    /// How often the loop was computed: a run that goes back to its best iteration computes that once more.
    package var computedIterations: Int {
        let passed = records.count { $0.iteration > 0 }
        guard case .diverged(let divergence) = conclusion.ending, divergence.best != nil else { return passed }
        return passed + 1
    }

    /// The same without values, where a run has diverged and there is nothing to keep of it.
    package var worthKeeping: RunResult {
        guard case .diverged(let divergence) = conclusion.ending, divergence.best == nil else { return self }
        return RunResult(
            kept: [:], states: [:], conclusion: conclusion, records: records, traces: traces,
            implementations: implementations, transfers: transfers, sentBytes: sentBytes,
            peakMemoryBytes: peakMemoryBytes)
    }
}
