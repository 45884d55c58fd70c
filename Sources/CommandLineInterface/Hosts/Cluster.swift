internal import Foundation
internal import Messaging
internal import Networks
internal import Runtime
internal import Scheduling
internal import TensorFiles

/// The processes that a host file names: those that it says to start, and those that run already; all asked what they can
/// do.
final class Cluster {
    let group: WorkerGroup
    /// What lies between the workers.
    let links: Links
    private let started: StartedWorkers

    /// - Parameter isQuiet: Whether nothing is said when the machine is measured.
    /// - Throws: ``Failure`` with every worker that cannot be had.
    init(_ file: HostFile, isQuiet: Bool) throws {
        let launchPlan = try LaunchPlan(file)
        // Before there are many, who would all measure the machine, and each other.
        if file.hosts.contains(where: \.isLocal) {
            try OwnSpeeds(folder: WorkerCommand.cacheFolder, isQuiet: isQuiet).prepare()
        }
        started = try StartedWorkers(launchPlan.launches)
        let members = launchPlan.members(started.announced)
        do {
            group = try WorkerGroup(
                Context(), endpoints: members.map(\.announcement.endpoint),
                keys: Dictionary(
                    members.compactMap { member in member.announcement.key.map { (member.announcement.endpoint, $0) } },
                    uniquingKeysWith: { first, _ in first }),
                program: Tool.version)
            links = try group.measureLinks()
        } catch let error as WorkerGroupError {
            throw Failure.usage(launchPlan.lines(error, members))
        } catch {
            throw Failure.usage(SystemReason.of(error))
        }
        let versions = group.members.map(\.info.versions)
        if Set(versions).count > 1 {
            Terminal.warning("the workers' processors or libraries differ, and so may the last bits of the result")
        }
    }

    /// As plans know them.
    ///
    /// - Parameter convolutions: Those whose scratch memory they are asked for.
    func workers(toCompute convolutions: Set<ConvolutionShape>) -> [Worker] {
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

    /// Stops the workers that were started for the run.
    func dismiss() {
        started.stop()
    }
}
