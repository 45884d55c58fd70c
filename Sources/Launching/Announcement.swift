internal import Foundation
internal import Scheduling

/// Where a worker listens, as it prints it: `listening at tcp://0.0.0.0:41234 key=…`.
package struct Announcement {
    package let endpoint: String
    /// Its public key, where it has one.
    package let key: String?

    package init(endpoint: String, key: String?) {
        self.endpoint = endpoint
        self.key = key
    }

    /// What a worker writes before it for a program that started it: nothing that a login prints by itself.
    private static let mark = "graphrun-worker-is-"
    private static let verb = "listening at "

    /// The announcement in a line of what a login and the worker that it starts print, wherever it stands there: before it
    /// may be what the login printed without an end of line, such as the title of a terminal. `nil` where there is none.
    package init?(in line: Substring) {
        guard let start = line.range(of: Announcement.mark + Announcement.verb, options: .backwards)?.upperBound else {
            return nil
        }
        let words = line[start...].split { $0.isWhitespace }.map(String.init)
        guard let first = words.first, Endpoint.isOne(first) else { return nil }
        endpoint = first
        let second = words.dropFirst().first.flatMap { $0.hasPrefix("key=") ? String($0.dropFirst(4)) : nil }
        // Half a key would be of no use.
        guard second.map(Endpoint.isKey) ?? true else { return nil }
        key = second
    }

    /// As it stands in a host file.
    package var hostLine: String { endpoint + (key.map { " key=\($0)" } ?? "") }

    /// For people.
    package var line: String { Announcement.verb + hostLine }

    /// For the program that started the worker.
    package var markedLine: String { Announcement.mark + line }

    /// The same worker as others reach it.
    package func reached(at host: String) -> Announcement {
        let port = endpoint.split(separator: ":").last ?? ""
        return Announcement(endpoint: "tcp://\(host):\(port)", key: key)
    }
}
