/// Where a worker listens: `tcp://HOST:PORT`.
public enum Endpoint {
    /// Whether a text is an endpoint.
    ///
    /// - Parameter anyPort: Whether the port may be `*`, any that is free.
    public static func isOne(_ text: String, anyPort: Bool = false) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "tcp", let colon = parts[1].lastIndex(of: ":"),
            colon != parts[1].startIndex
        else { return false }
        let port = parts[1][parts[1].index(after: colon)...]
        return Int(port).map { (1...65535).contains($0) } ?? (anyPort && port == "*")
    }

    /// Whether its host stands for every address of a machine, where one can listen but that nobody can call.
    public static func isAnywhere(_ text: String) -> Bool {
        ["*", "0.0.0.0", "[::]", "::"].contains(host(text))
    }

    /// Whether only programs of the same machine can reach it.
    public static func isLoopback(_ text: String) -> Bool {
        let host = host(text)
        // A name such as 127.example.org is no address.
        return isLoopbackHost(host) || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    /// The host of an endpoint.
    public static func host(_ text: String) -> String {
        let behind = text.replacing("tcp://", with: "", maxReplacements: 1)
        return String(behind[..<(behind.lastIndex(of: ":") ?? behind.endIndex)])
    }
}

extension Endpoint {
    /// Names by which every machine knows itself, as Linux distributions list them in `/etc/hosts`.
    private static let loopbackNames: Set<String> = [
        "localhost", "localhost.localdomain", "localhost4", "localhost4.localdomain4", "localhost6",
        "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
    ]

    /// Whether a text is a name or address, without a port, that is this machine wherever it is used.
    static func isLoopbackHost(_ text: String) -> Bool {
        loopbackNames.contains(text.lowercased()) || text == "::1" || text == "[::1]"
            || isAddress(text) && text.hasPrefix("127.")
    }

    /// Whether a text is an address and no name; of IPv6 with or without brackets.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count != 4 || !parts.allSatisfy({ UInt8($0) != nil && $0.first != "+" }) else { return true }
        return isBracketed(text) || isBracketed("[\(text)]") && text.contains(":")
    }

    /// Whether a text is the name or IPv4 address of a host, and nothing that a program could take for an option.
    static func isHostName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    /// Whether a text is an IPv6 address as it stands in an endpoint: `[fd00::5]`.
    static func isBracketed(_ text: String) -> Bool {
        (4...64).contains(text.utf8.count) && text.hasPrefix("[") && text.hasSuffix("]")
            && text.dropFirst().dropLast().allSatisfy { $0.isHexDigit && $0.isASCII || $0 == ":" }
    }

    /// Whether a text is a public key of a worker: 40 characters of Z85, but not `#`, with which comments begin.
    public static func isKey(_ text: String) -> Bool {
        text.utf8.count == 40
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:+=^!/*?&<>()[]{}@%$".contains($0)) }
    }
}
