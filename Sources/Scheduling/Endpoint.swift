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

    /// Whether only programs of the same machine can reach it.
    public static func isLoopback(_ text: String) -> Bool {
        ["tcp://127.", "tcp://localhost:", "tcp://[::1]:"].contains(where: text.hasPrefix)
    }
}
