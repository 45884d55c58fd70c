internal import Foundation
public import GraphModel
public import Kernels
internal import Messaging
internal import Scheduling
internal import Synchronization
internal import TensorMath

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
    ///   - iterates: Takes outputs that are states while it runs.
    ///   - observe: Called for each iteration when it is complete, in order, on a thread of the run.
    /// - Throws: ``GraphModel/GraphError`` with every problem of the graph, ``RunPlaceError`` with what of it is impossible
    ///   there, or ``RunError`` with what made the run fail. A run that diverges does not fail: ``Reconstruction/ending`` says so.
    public func run(
        on place: RunPlace = .local(), catalog: KernelCatalog = .standard, folder: String = "",
        rewriting: Rewriting = .all, iterates: Iterates? = nil,
        observe: @escaping @Sendable (IterationRecord) -> Void = { _ in }
    ) async throws -> Reconstruction {
        let stopping = Stopping()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do throws(ThreadRefusal) {
                    // Files are read and plans made there, too: blocking calls stay off the threads of Swift's concurrency.
                    try startThread("graphrun") {
                        continuation.resume(
                            with: Result {
                                let files = GraphFiles(folder: folder, formats: catalog.formats)
                                let plan = try plan(for: place, catalog, files, rewriting)
                                let run = InProcessRun(
                                    plan, catalog: catalog, files: files, log: MetricsLog(observe), iterates: iterates)
                                stopping.begin(run)
                                return Reconstruction(try run.run().worthKeeping, plan.expansion)
                            })
                    }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            stopping.stop()
        }
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
        let plan: Plan
        do throws(PlanError) {
            plan = try Plan.best(expansion, workers: workers, links: .inProcess)
        } catch {
            throw RunPlaceError(description: error.description)
        }
        guard plan.refusals.isEmpty else {
            throw RunPlaceError(description: plan.refusals.joined(separator: "\n"))
        }
        return plan
    }
}

/// Why a graph cannot be run where it was asked to.
public struct RunPlaceError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, in a line.
    public let description: String
}

/// Ends a run from another thread, also one that has not begun yet.
private final class Stopping: Sendable {
    private let state = Mutex<(run: InProcessRun?, isStopped: Bool)>((nil, false))

    func begin(_ run: InProcessRun) {
        let isStopped = state.withLock { state in
            state.run = run
            return state.isStopped
        }
        if isStopped { run.stop() }
    }

    func stop() {
        let run = state.withLock { state in
            state.isStopped = true
            return state.run
        }
        run?.stop()
    }
}
