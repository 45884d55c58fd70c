internal import Foundation
internal import Messaging
package import Networks
package import Runtime
package import Scheduling
internal import TensorFiles

/// The processes that a host file names: those that it says to start, and those that run already; all asked what they can
/// do.
///
/// Safe to be asked by a run for what has ``ended``, on any thread: it is all constants, and what is asked of the started programs
/// then is under a lock, or changes no more once they listen.
package final class Cluster: @unchecked Sendable {
    package let group: WorkerGroup
    /// What lies between the workers.
    package let links: Links
    private let started: StartedWorkers
    /// For each worker the program that was started for it.
    private let programs: [Int?]

    /// Whether processors or libraries differ among the workers, so that the last bits of a result may hang on who computes
    /// what.
    package let isMixed: Bool

    /// - Parameters:
    ///   - program: This one.
    ///   - measure: Called before workers are started on this machine, who would all measure it, and each other.
    /// - Throws: ``LaunchError`` with every worker that cannot be had; what `measure` throws.
    package init(_ file: HostFile, program: LaunchingProgram, measure: () throws -> Void) throws {
        let launchPlan = try LaunchPlan(file, program)
        if file.hosts.contains(where: \.isLocal) { try measure() }
        started = try StartedWorkers(launchPlan.launches, of: program)
        let members = launchPlan.members(started.announced)
        programs = members.map(\.program)
        do {
            group = try WorkerGroup(
                Context(), endpoints: members.map(\.announcement.endpoint),
                keys: Dictionary(
                    members.compactMap { member in member.announcement.key.map { (member.announcement.endpoint, $0) } },
                    uniquingKeysWith: { first, _ in first }),
                program: program.version)
            links = try group.measureLinks()
        } catch let error as WorkerGroupError {
            throw LaunchError(launchPlan.lines(error, members))
        } catch {
            throw LaunchError([SystemReason.of(error)])
        }
        isMixed = Set(group.members.map(\.info.versions)).count > 1
    }

    /// As plans know them.
    ///
    /// - Parameter convolutions: Those whose scratch memory they are asked for.
    package func workers(toCompute convolutions: Set<ConvolutionShape>) -> [Worker] {
        let scratch = group.scratchBytes(of: convolutions)
        // Workers that are alike and stand on one host measured at one moment, each a little of the others' work: they
        // count as equally fast, or noise would share the work out unequally.
        let alike = Dictionary(grouping: group.members) { Alike($0) }.mapValues {
            Speeds.median($0.map(\.info.speeds))
        }
        return group.members.enumerated().map { index, member in
            var worker = Worker(
                name: "worker \(index)", threads: member.info.threads, hasWinograd: member.info.hasWinograd,
                speeds: alike[Alike(member)] ?? member.info.speeds, memory: member.info.memory,
                idleBytes: member.info.idleBytes)
            worker.scratch = scratch[index]
            return worker
        }
    }

    private struct Alike: Hashable {
        let host: String
        let threads: Int
        let versions: [String: String]

        init(_ member: WorkerGroup.Member) {
            host = Endpoint.host(member.endpoint)
            threads = member.info.threads
            versions = member.info.versions
        }
    }

    /// The first worker whose process has ended, of those that were started for the run, and how.
    package var ended: (worker: Int, reason: String)? {
        guard let (program, how) = started.ended, let worker = programs.firstIndex(of: program) else { return nil }
        return (worker, "its process has ended before the run: \(how)")
    }

    /// Stops the workers that were started for the run.
    package func dismiss() {
        started.stop()
    }
}
