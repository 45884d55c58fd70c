/// What is wrong with a host file.
public struct HostFileError: Error, Equatable, CustomStringConvertible {
    /// A line for each mistake.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}

/// A list of hosts, as mpirun users know it: one a line, `#` comments.
public struct HostFile: Hashable, Sendable {
    /// The hosts, in the order of the file.
    public private(set) var hosts: [Host]
    /// Its name, for messages.
    public let name: String

    /// - Parameters:
    ///   - text: The file's contents.
    ///   - name: Its name, for messages.
    ///   - isThisMachine: Whether a name or address is one of this machine's own, beside those that every machine has for
    ///     itself, such as `localhost`.
    /// - Throws: ``HostFileError`` with every problem, each with its line and how to mend it.
    public init(
        _ text: String, name: String, isThisMachine: (String) -> Bool = { _ in false }
    ) throws(HostFileError) {
        var hosts: [Host] = []
        var problems: [String] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let address = words.first else { continue }
            do throws(HostFileError) {
                hosts.append(
                    try Host(address, options: words.dropFirst(), line: index + 1, isThisMachine: isThisMachine))
            } catch {
                problems += error.problems.map { "\(name):\(index + 1): \($0)" }
            }
        }
        problems += (HostFile.repetitions(hosts) + HostFile.unreachable(hosts)).map { "\(name):\($0)" }
        let total = hosts.reduce(0) { $0 + $1.slots.count }
        if total > Limits.workers.upperBound {
            problems.append(
                "\(name):1: the hosts have \(total) slots in all; a run takes up to \(Limits.workers.upperBound) workers"
            )
        }
        if hosts.isEmpty && problems.isEmpty {
            problems.append("\(name):1: no host is listed; write for example 'localhost slots=2 threads=1'")
        }
        guard problems.isEmpty else { throw HostFileError(problems: problems) }
        self.hosts = hosts
        self.name = name
    }

    /// `count` workers in this process.
    public init(local count: Int, threads: Int) {
        hosts = [Host(.local(), slots: Host.Slots(count: count, threads: threads), line: 1)]
        name = ""
    }

    /// The same hosts with other threads for each worker that graphrun starts.
    public func withThreads(_ count: Int) -> HostFile {
        var file = self
        for index in hosts.indices {
            if case .worker = hosts[index].address { continue }
            file.hosts[index].slots.threads = count
        }
        return file
    }

    /// The workers of all hosts, in the order of the file; of those that somebody else started, threads are not known
    /// before they are asked.
    public var workers: [Worker] {
        let slots = hosts.flatMap { Array(repeating: $0.slots, count: $0.slots.count) }
        return slots.enumerated().map { index, slot in
            Worker(name: "worker \(index)", threads: slot.threads, memory: slot.memory)
        }
    }

    /// Workers send each other values, and behind a loopback address each host finds itself; `LINE: what is wrong`.
    private static func unreachable(_ hosts: [Host]) -> [String] {
        let isLoopback = hosts.map { host in host.addressForOthers.map { Endpoint.isLoopback("tcp://\($0):") } }
        guard let elsewhere = zip(hosts, isLoopback).first(where: { $1 == false })?.0 else { return [] }
        return zip(hosts, isLoopback).compactMap { host, isLoopback in
            guard isLoopback == true, let address = host.addressForOthers else { return nil }
            return "\(host.line): the host of line \(elsewhere.line) cannot reach '\(address)', which is each host's "
                + "own address; name one that all hosts reach"
        }
    }

    /// A worker takes one part in a run, so none may be listed twice; `LINE: what is wrong`.
    private static func repetitions(_ hosts: [Host]) -> [String] {
        var lines: [String: Int] = [:]
        return hosts.compactMap { host in
            guard case .worker(let endpoint, _) = host.address else { return nil }
            guard let line = lines.updateValue(host.line, forKey: endpoint) else { return nil }
            return "\(host.line): '\(endpoint)' is listed in line \(line) already; start another worker there"
        }
    }
}
