internal import Foundation
internal import Messaging
internal import Networks
internal import Runtime
internal import Scheduling
internal import TensorFiles

/// The processes that a host file names: those that it says to start, and those that run already; all asked what they can
/// do.
final class Team {
    let crew: Crew
    /// What lies between the workers.
    let links: Links
    private let started: StartedWorkers

    /// - Parameter isQuiet: Whether nothing is said when the machine is measured.
    /// - Throws: ``Failure`` with every worker that cannot be had.
    init(_ file: HostFile, isQuiet: Bool) throws {
        let roster = try Roster(file)
        // Before there are many, who would all measure the machine, and each other.
        if file.hosts.contains(where: \.isLocal) {
            try OwnSpeeds(folder: WorkerCommand.cacheFolder, isQuiet: isQuiet).prepare()
        }
        started = try StartedWorkers(roster.launches)
        let members = roster.members(started.announced)
        do {
            crew = try Crew(
                Context(), endpoints: members.map(\.announcement.endpoint),
                keys: Dictionary(
                    members.compactMap { member in member.announcement.key.map { (member.announcement.endpoint, $0) } },
                    uniquingKeysWith: { first, _ in first }),
                program: Tool.version)
            links = try crew.measureLinks()
        } catch let error as CrewError {
            throw Failure.usage(roster.lines(error, members))
        } catch {
            throw Failure.usage(SystemReason.of(error))
        }
        let versions = crew.members.map(\.abilities.versions)
        if Set(versions).count > 1 {
            Terminal.warning("the workers' processors or libraries differ, and so may the last bits of the result")
        }
    }

    /// As plans know them.
    ///
    /// - Parameter convolutions: Those whose scratch memory they are asked for.
    func workers(toCompute convolutions: Set<ConvolutionShape>) -> [Worker] {
        let scratch = crew.scratchBytes(of: convolutions)
        // Workers that are alike and stand on one host measured at one moment, each a little of the others' work: they
        // count as equally fast, or noise would share the work out unequally.
        let alike = Dictionary(grouping: crew.members) { Alike($0) }.mapValues {
            Speeds.median($0.map(\.abilities.speeds))
        }
        return crew.members.enumerated().map { index, member in
            var worker = Worker(
                name: "worker \(index)", threads: member.abilities.threads, hasWinograd: member.abilities.hasWinograd,
                speeds: alike[Alike(member)] ?? member.abilities.speeds, memory: member.abilities.memory,
                idleBytes: member.abilities.idleBytes)
            worker.scratch = scratch[index]
            return worker
        }
    }

    private struct Alike: Hashable {
        let host: String
        let threads: Int
        let versions: [String: String]

        init(_ member: Crew.Member) {
            host = Endpoint.host(member.endpoint)
            threads = member.abilities.threads
            versions = member.abilities.versions
        }
    }

    /// Stops the workers that were started for the run.
    func dismiss() {
        started.stop()
    }
}
