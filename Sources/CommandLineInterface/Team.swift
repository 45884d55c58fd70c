internal import Messaging
internal import Runtime
internal import Scheduling

/// The processes that a host file names: those that it says to start, and those that run already; all asked what they can
/// do.
final class Team {
    let crew: Crew
    /// What lies between the workers.
    let links: Links
    private let own: LocalWorkers

    /// - Throws: ``Failure`` with every worker that cannot be had.
    init(_ file: HostFile) throws {
        let threads = file.hosts.flatMap { host -> [Int] in
            guard case .local(let slots, let threads) = host.address else { return [] }
            return Array(repeating: threads, count: slots)
        }
        own = try LocalWorkers(threads: threads)
        var started = own.endpoints[...]
        let endpoints = file.hosts.flatMap { host -> [String] in
            switch host.address {
            case .remote(let endpoint): return [endpoint]
            case .local(let slots, _):
                defer { started = started.dropFirst(slots) }
                return Array(started.prefix(slots))
            }
        }
        do {
            crew = try Crew(Context(), endpoints: endpoints, program: Tool.version)
        } catch let error as CrewError {
            throw Failure.usage(error.lines)
        } catch {
            throw Failure.usage("\(error)")
        }
        links = crew.measureLinks()
        let versions = crew.members.map(\.abilities.versions)
        if Set(versions).count > 1 {
            Terminal.warning("the workers' processors or libraries differ, and so may the last bits of the result")
        }
    }

    /// As plans know them.
    var workers: [Worker] {
        crew.members.enumerated().map { index, member in
            Worker(
                name: "worker \(index)", threads: member.abilities.threads, hasWinograd: member.abilities.hasWinograd,
                speeds: member.abilities.speeds)
        }
    }

    /// Stops the workers that were started for the run.
    func dismiss() {
        own.stop()
    }
}
