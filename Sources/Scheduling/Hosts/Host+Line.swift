extension Host {
    /// A host out of the words of a line.
    ///
    /// - Parameter isThisMachine: Whether a name or address is one of this machine's own.
    /// - Throws: ``HostFileError`` with every problem, without name and line.
    init(
        _ address: String, options: ArraySlice<String>, line: Int, isThisMachine: (String) -> Bool
    ) throws(HostFileError) {
        guard !address.contains("://") else {
            try self.init(worker: address, options: options, line: line)
            return
        }
        let isLoopback = Endpoint.isLoopbackHost(address)
        let isLocal = isLoopback || isThisMachine(address)
        guard isLocal || Host.isDestination(address) else {
            throw HostFileError(problems: [
                "'\(address)' is no host; write localhost, HOST or USER@HOST as ssh knows it, or 'tcp://HOST:PORT' of "
                    + "a worker that runs there"
            ])
        }
        let names = ["slots", "threads", "memory", "address", "program"]
        var settings = HostSettings(options, names: names, of: address)
        let (slots, reachedAt, program) = (settings.slots(), settings.address(), settings.program())
        try settings.finish()
        let isAddress = isLocal && !isLoopback && Endpoint.isAddress(address)
        self.init(
            isLocal ? .local(program: program) : .shell(Login(destination: address, program: program)), slots: slots,
            reachedAt: reachedAt,
            ownAddress: isAddress ? address.contains(":") && !address.hasPrefix("[") ? "[\(address)]" : address : nil,
            line: line)
    }

    private init(worker endpoint: String, options: ArraySlice<String>, line: Int) throws(HostFileError) {
        guard Endpoint.isOne(endpoint) else {
            throw HostFileError(problems: ["'\(endpoint)' is no endpoint; write it as tcp://HOST:PORT"])
        }
        guard !Endpoint.isAnywhere(endpoint) else {
            throw HostFileError(problems: [
                "'\(endpoint)' is where a worker listens, not where it is reached; write the name or address of its host"
            ])
        }
        if let option = options.first(where: { !$0.hasPrefix("key=") }) {
            throw HostFileError(problems: [
                "'\(option)' means nothing for a worker that runs already; it says itself what it has"
            ])
        }
        var settings = HostSettings(options, names: ["key"], of: endpoint)
        let key = settings.key()
        try settings.finish()
        self.init(.worker(endpoint: endpoint, key: key), line: line)
    }

    /// Whether ssh takes a text for `HOST` or `USER@HOST`, and for nothing else, such as an option.
    private static func isDestination(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        return parts.count <= 2 && parts.allSatisfy(Endpoint.isHostName)
    }
}

/// The `NAME=VALUE` words behind a host.
private struct HostSettings {
    private var values: [String: String] = [:]
    private var problems: [String] = []

    /// - Parameter names: Those that mean something for `host`.
    init(_ words: ArraySlice<String>, names: [String], of host: String) {
        var times: [String: Int] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, names.contains(parts[0]) else {
                let known = names.map { "\($0)=" }
                problems.append(
                    "'\(shown(word))' means nothing for \(host); there are \(known.dropLast().joined(separator: ", ")) and "
                        + (known.last ?? ""))
                continue
            }
            times[parts[0], default: 0] += 1
            if times[parts[0]] == 2 { problems.append("\(parts[0]) is given twice; give it once") }
            values[parts[0]] = parts[1]
        }
    }

    func finish() throws(HostFileError) {
        guard problems.isEmpty else { throw HostFileError(problems: problems) }
    }

    mutating func slots() -> Host.Slots {
        let memory = value("memory", "\(ByteCount.form)", ByteCount.init)?.bytes
        return Host.Slots(count: count("slots"), threads: count("threads"), memory: memory)
    }

    mutating func address() -> String? {
        value("address", "a name or address that other hosts reach this one by") { text in
            Endpoint.isHostName(text) || Endpoint.isBracketed(text) ? text : nil
        }
    }

    mutating func program() -> String? {
        value("program", "a path on that host") { $0.isEmpty || $0.hasPrefix("-") ? nil : $0 }
    }

    mutating func key() -> String? {
        value("key", "the 40 characters that the worker printed") { Endpoint.isKey($0) ? $0 : nil }
    }

    private mutating func count(_ name: String) -> Int {
        // Slots and threads have the same limits.
        value(name, "a whole number from 1 to \(Limits.workers.upperBound)") { text in
            Int(text).flatMap { Limits.workers.contains($0) ? $0 : nil }
        } ?? 1
    }

    /// The value of a name as `read` takes it; `nil` where it is not given, or wrong.
    private mutating func value<Value>(_ name: String, _ form: String, _ read: (String) -> Value?) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = read(text) else {
            problems.append("'\(name)=\(text)': \(name) must be \(form)")
            return nil
        }
        return value
    }
}

/// A word of a host file as messages show it: a key is nobody else's business.
private func shown(_ word: String) -> String { word.hasPrefix("key=") ? "key=…" : word }
