internal import Foundation
public import GraphModel
public import Kernels
internal import Messaging
internal import Scheduling
internal import Synchronization
internal import TensorMath
public import Tensors

/// Where a graph is run.
public struct RunPlace: Sendable {
    let workers: Int
    let threads: Int?

    /// Workers in this process, a thread each that computes with some others.
    ///
    /// - Parameters:
    ///   - workers: From 1 to 1,024.
    ///   - threads: Threads that each computes with; by default the processors are shared out evenly.
    public static func local(workers: Int = 1, threads: Int? = nil) -> RunPlace {
        RunPlace(workers: workers, threads: threads)
    }
}

/// What a run from Swift yields.
public struct Reconstruction: Sendable {
    /// For every output of the graph the values of its instances, in order.
    public let outputs: [String: [Tensor]]
    /// Every iteration with its metrics.
    public let records: [IterationRecord]
    /// Why it ended.
    public let ending: Ending
    /// The iteration that the values are from: the last or, of a run that diverged, the best.
    public let iterations: Int

    /// The value of an output; of one over an axis the first.
    public subscript(_ output: String) -> Tensor? { outputs[output]?.first }
}

extension Graph {
    /// Runs the graph and gives back the values of its outputs:
    ///
    /// ```swift
    /// let found = try await graph.run(on: .local(workers: 2)) { print($0.iteration, $0.metrics) }
    /// let image = found["result"]
    /// ```
    ///
    /// It keeps no files. Whoever cancels the task ends the run after the iteration that it is in.
    ///
    /// - Parameters:
    ///   - place: Where its workers are.
    ///   - catalog: The kinds, operators and rewrites that there are.
    ///   - folder: What relative paths of files count from.
    ///   - rewriting: Whether it is computed with less work than it is written.
    ///   - observe: Called for each iteration when it is complete, in order, on a thread of the run.
    /// - Throws: ``GraphModel/GraphError`` with every problem of the graph, what of a plan is impossible, or
    ///   ``RunError`` with what made the run fail. A run that diverges does not fail: ``Reconstruction/ending`` says so.
    public func run(
        on place: RunPlace = .local(), catalog: KernelCatalog = .standard, folder: String = "",
        rewriting: Rewriting = .all, observe: @escaping @Sendable (IterationRecord) -> Void = { _ in }
    ) async throws -> Reconstruction {
        let files = GraphFiles(folder: folder, formats: catalog.formats)
        let plan = try plan(for: place, catalog, files, rewriting)
        let run = InProcessRun(plan, catalog: catalog, files: files, log: MetricsLog(observe))
        let result = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(ThreadRefusal) {
                    // Blocking calls stay off the threads of Swift's concurrency.
                    try startThread("graphrun") { continuation.resume(with: Result { try run.run() }) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            run.stop()
        }
        let kept = result.worthKeeping.kept
        return Reconstruction(
            outputs: plan.expansion.graph.outputs.mapValues { node in
                plan.expansion.instances(of: node).compactMap { kept[$0.id] }
            }, records: result.records, ending: result.conclusion.ending, iterations: result.iterations)
    }

    private func plan(
        for place: RunPlace, _ catalog: KernelCatalog, _ files: GraphFiles, _ rewriting: Rewriting
    ) throws -> Plan {
        guard Limits.workers.contains(place.workers), place.threads.map(Limits.threads.contains) ?? true else {
            throw RunPlaceError(
                description: "workers, and threads of each, must be from 1 to 1024, not \(place.workers)"
                    + (place.threads.map { " and \($0)" } ?? ""))
        }
        guard catalog.problems.isEmpty else {
            throw RunPlaceError(description: catalog.problems.joined(separator: "\n"))
        }
        let expansion = try expand(FileFacts(files))
            .rewritten(rewriting, workers: place.workers, FileFacts(files), rules: catalog.rules)
        let threads = place.threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / place.workers)
        let scratch = Libraries.scratchBytes(expansion.convolutions, threads: threads)
        let workers = HostFile(local: place.workers, threads: threads).workers.map { listed in
            var worker = Worker(name: listed.name, threads: threads, hasWinograd: Libraries.hasWinograd)
            worker.scratch = scratch
            return worker
        }
        let plan = try Plan.best(expansion, workers: workers, links: .inProcess)
        guard plan.refusals.isEmpty else {
            throw RunPlaceError(description: plan.refusals.joined(separator: "\n"))
        }
        return plan
    }
}

/// Why a graph cannot be run where it was asked to.
public struct RunPlaceError: Error, Equatable, CustomStringConvertible {
    public let description: String
}
