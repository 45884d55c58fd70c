internal import Foundation
internal import Runtime
internal import Scheduling

/// What a host file asks for: which programs to start, and where all workers are reached then.
struct LaunchPlan {
    /// A worker and the host that it belongs to.
    struct Member {
        let host: Scheduling.Host
        let announcement: Announcement
        /// Which of the programs that were started it is; `nil` where it ran already.
        var program: Int?
    }

    /// The programs to start, in the order of the file.
    let launches: [StartedWorkers.Launch]
    private let file: HostFile
    /// Where other hosts reach the workers of this machine; `nil` where no other need reach them.
    private let ownAddresses: [Int: String]

    /// - Throws: ``LaunchError`` where there is no way to start workers on other hosts.
    init(_ file: HostFile, _ launching: LaunchingProgram) throws {
        self.file = file
        ownAddresses = try LaunchPlan.ownAddresses(file)
        let isAlone = !file.hosts.contains {
            if case .shell = $0.address { return true }
            return false
        }
        let shell = isAlone ? nil : try RemoteShell(launching)
        let localSlots = file.hosts.reduce(0) { $1.isLocal ? $0 + $1.slots.count : $0 }
        var launches: [StartedWorkers.Launch] = []
        for host in file.hosts {
            let place = "\(file.name):\(host.line)"
            switch host.address {
            case .worker: continue
            case .local(let program):
                let address = ownAddresses[host.line]
                let launch = StartedWorkers.local(
                    of: launching, program: program, threads: host.slots.threads,
                    memory: host.slots.memory
                        ?? AvailableMemory().share(among: localSlots, threads: host.slots.threads),
                    bind: address.map { $0.hasPrefix("[") ? "tcp://[::]:*" : "tcp://0.0.0.0:*" },
                    neighbours: localSlots, place: place)
                launches += Array(repeating: launch, count: host.slots.count)
            case .shell(let login):
                guard let shell else { continue }
                launches.append(
                    shell.launch(login, host.slots, reachedAt: host.reachedAt ?? login.host, place: place))
            }
        }
        self.launches = launches
    }

    /// Every worker, in the order of the file.
    ///
    /// - Parameter announced: What each program that was started says.
    func members(_ announced: [[Announcement]]) -> [Member] {
        var rest = announced.enumerated().map { program, own in own.map { (program, $0) } }[...]
        return file.hosts.flatMap { host -> [Member] in
            switch host.address {
            case .worker(let endpoint, let key):
                return [Member(host: host, announcement: Announcement(endpoint: endpoint, key: key))]
            case .local:
                let own = rest.prefix(host.slots.count).flatMap(\.self)
                rest = rest.dropFirst(host.slots.count)
                let address = ownAddresses[host.line]
                return own.map { program, own in
                    Member(host: host, announcement: address.map { own.reached(at: $0) } ?? own, program: program)
                }
            case .shell(let login):
                let own = rest.popFirst() ?? []
                return own.map { program, own in
                    Member(
                        host: host, announcement: own.reached(at: host.reachedAt ?? login.host), program: program)
                }
            }
        }
    }

    /// The workers that cannot be had, a line each, with the lines of the file that name them.
    func lines(_ error: WorkerGroupError, _ members: [Member]) -> [String] {
        zip(error.problems, error.lines).map { problem, line in
            let (endpoint, what) = problem
            guard let host = members.first(where: { $0.announcement.endpoint == endpoint })?.host else { return line }
            let place = "\(file.name):\(host.line)"
            if case .same(let other) = what,
                let first = members.first(where: { $0.announcement.endpoint == other })?.host
            {
                return "\(place): '\(endpoint)' is the worker of line \(first.line), '\(other)'; delete one of the "
                    + "lines, or start another worker there"
            }
            guard case .silent(let seconds) = what else { return "\(place): \(line)" }
            switch host.address {
            case .worker: return "\(place): \(line)"
            case .local:
                return "\(place): localhost: its worker does not answer at \(endpoint) within \(Int(seconds)) s; "
                    + "write address=… by which other hosts reach this one"
            case .shell(let login):
                return "\(place): \(login.destination): its worker runs but does not answer at \(endpoint) within "
                    + "\(Int(seconds)) s; open the firewall between the hosts, or write address=… by which they reach it"
            }
        }
    }

    /// By the line of each `localhost`, where other hosts reach it, if there are any that must.
    ///
    /// - Throws: ``LaunchError`` with every other host that is not known here.
    private static func ownAddresses(_ file: HostFile) throws -> [Int: String] {
        var known: [String: String?] = [:]
        var problems: [String] = []
        var outer: String?
        for host in file.hosts {
            guard let other = host.otherHost else { continue }
            let own = known[other] ?? OwnAddress.toward(other)
            known[other] = own
            guard let own else {
                problems.append(
                    "\(file.name):\(host.line): \(other): there is no such host, or no way to it; check the name"
                        + (host.isNamedForShell ? ", or write address=… by which other hosts reach it" : ""))
                continue
            }
            if outer == nil, !Endpoint.isLoopback("tcp://\(own):") { outer = own }
        }
        guard problems.isEmpty else { throw LaunchError(problems) }
        var addresses: [Int: String] = [:]
        for host in file.hosts where host.isLocal {
            // The address that somebody wrote is the network that is meant; without others it need not be used.
            addresses[host.line] = host.reachedAt ?? outer.map { host.ownAddress ?? $0 }
        }
        return addresses
    }
}

extension Scheduling.Host {
    /// The name or address that it is reached by, of any but this machine.
    fileprivate var otherHost: String? {
        switch address {
        case .local: nil
        case .shell(let login): reachedAt ?? login.host
        case .worker(let endpoint, _): Endpoint.host(endpoint)
        }
    }

    /// Whether its name is one that perhaps only ssh knows.
    fileprivate var isNamedForShell: Bool {
        guard case .shell = address else { return false }
        return reachedAt == nil
    }
}
