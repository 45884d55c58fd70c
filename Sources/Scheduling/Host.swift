/// A line of a host file.
public struct Host: Hashable, Sendable {
    public enum Address: Hashable, Sendable {
        /// Workers that graphrun starts itself on this machine.
        case local(slots: Int, threads: Int)
        /// A worker that somebody started, at an endpoint such as `tcp://10.0.0.5:7001`.
        case remote(endpoint: String)
    }

    public let address: Address
    public let line: Int

    /// Workers it stands for.
    var slots: Int {
        switch address {
        case .local(let slots, _): slots
        case .remote: 1
        }
    }
}

/// What is wrong with a host file.
public struct HostFileError: Error, Equatable, CustomStringConvertible {
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}

/// A list of hosts, as mpirun users know it: one a line, `#` comments.
public struct HostFile: Hashable, Sendable {
    public private(set) var hosts: [Host]

    /// - Parameters:
    ///   - text: The file's contents.
    ///   - name: Its name, for messages.
    /// - Throws: ``HostFileError`` with every problem, each with its line and how to mend it.
    public init(_ text: String, name: String) throws(HostFileError) {
        var hosts: [Host] = []
        var problems: [String] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let address = words.first else { continue }
            do throws(HostFileError) {
                hosts.append(try HostFile.host(address, options: words.dropFirst(), line: index + 1))
            } catch {
                problems += error.problems.map { "\(name):\(index + 1): \($0)" }
            }
        }
        let total = hosts.reduce(0) { $0 + $1.slots }
        if total > HostFile.mostWorkers {
            problems.append(
                "\(name):1: the hosts have \(total) slots in all; a run takes up to \(HostFile.mostWorkers) workers")
        }
        if hosts.isEmpty && problems.isEmpty {
            problems.append("\(name):1: no host is listed; write for example 'localhost slots=2 threads=1'")
        }
        guard problems.isEmpty else { throw HostFileError(problems: problems) }
        self.hosts = hosts
    }

    /// Far more than a run is good for, and few enough to be written out.
    private static let mostWorkers = 1024

    /// `count` workers in this process.
    public init(local count: Int, threads: Int) {
        hosts = [Host(address: .local(slots: count, threads: threads), line: 1)]
    }

    /// The same hosts with other threads for each worker that graphrun starts.
    public func withThreads(_ count: Int) -> HostFile {
        var file = self
        file.hosts = hosts.map { host in
            guard case .local(let slots, _) = host.address else { return host }
            return Host(address: .local(slots: slots, threads: count), line: host.line)
        }
        return file
    }

    /// The workers of all hosts, in the order of the file; of those that somebody else started, threads are not known
    /// before they are asked.
    public var workers: [Worker] {
        var workers: [Worker] = []
        for host in hosts {
            switch host.address {
            case .local(let slots, let threads):
                for _ in 0..<slots {
                    workers.append(Worker(name: "worker \(workers.count)", threads: threads))
                }
            case .remote: workers.append(Worker(name: "worker \(workers.count)", threads: 1))
            }
        }
        return workers
    }

    private static func host(
        _ address: String, options: ArraySlice<String>, line: Int
    ) throws(HostFileError) -> Host {
        if address.contains("://") { return try remote(address, options: options, line: line) }
        guard address == "localhost" else {
            throw HostFileError(problems: [
                "'\(address)' is no host that can be used; write 'localhost slots=N threads=M', or 'tcp://HOST:PORT' of a "
                    + "worker that runs there"
            ])
        }
        var values = ["slots": 1, "threads": 1]
        var given: [String: Int] = [:]
        var problems: [String] = []
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, values[parts[0]] != nil else {
                problems.append("'\(option)' means nothing for localhost; there are slots=N and threads=N")
                continue
            }
            guard let value = Int(parts[1]), (1...1024).contains(value) else {
                problems.append("'\(option)': \(parts[0]) must be a whole number from 1 to 1024")
                continue
            }
            given[parts[0], default: 0] += 1
            if given[parts[0]] == 2 { problems.append("\(parts[0]) is given twice; give it once") }
            values[parts[0]] = value
        }
        guard problems.isEmpty else { throw HostFileError(problems: problems) }
        return Host(address: .local(slots: values["slots"] ?? 1, threads: values["threads"] ?? 1), line: line)
    }

    private static func remote(
        _ endpoint: String, options: ArraySlice<String>, line: Int
    ) throws(HostFileError) -> Host {
        guard Endpoint.isOne(endpoint) else {
            throw HostFileError(problems: ["'\(endpoint)' is no endpoint; write it as tcp://HOST:PORT"])
        }
        guard let option = options.first else { return Host(address: .remote(endpoint: endpoint), line: line) }
        throw HostFileError(problems: [
            "'\(option)' means nothing for a worker that runs already; it says itself what it has"
        ])
    }
}
