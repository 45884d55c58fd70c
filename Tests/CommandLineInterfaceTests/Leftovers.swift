internal import Foundation

/// What is left of our programs on this machine.
enum Leftovers {
    /// A variable that programs which these tests start hand down to those that they start: others that run here, a
    /// developer's own or those of the same tests at the same time, are none of ours.
    static let mark = (name: "GRAPHRUN_TESTS", value: "\(ProcessInfo.processInfo.processIdentifier)")

    /// Processes of the program, by their identifiers; waits for those that are saying their last words, which a busy
    /// machine may delay.
    static func processes(of program: String = "graphrun") async throws -> [Int32] {
        var left = try running(program)
        let end = ContinuousClock.now + .seconds(60)
        while !left.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
            left = try running(program)
        }
        return left
    }

    /// Processes of the program that these tests have started and that run now.
    static func running(_ program: String = "graphrun") throws -> [Int32] {
        let path = URL(filePath: try Programs.path(program)).resolvingSymlinksInPath().path(percentEncoded: false)
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { process in
            // Those that end meanwhile, and those of others, cannot be looked at.
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")) == path else {
                return false
            }
            let variables = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
            return variables.split(separator: 0).contains(Data("\(mark.name)=\(mark.value)".utf8))
        }.sorted()
    }

    /// Ports on which some processes listen.
    static func ports(of processes: [Int32]) -> Set<Int> {
        let sockets = processes.flatMap { process -> [String] in
            let folder = "/proc/\(process)/fd"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
        }
        return Set(listening().filter { sockets.contains("socket:[\($0.inode)]") }.map(\.port))
    }

    /// Whether anybody listens on a port.
    static func isTaken(_ port: Int) -> Bool {
        listening().contains { $0.port == port }
    }

    /// From Linux's tables: the second word is the address and port, the fourth the state (10: listening), the tenth the
    /// number of the socket.
    private static func listening() -> [(port: Int, inode: String)] {
        ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { table -> [(port: Int, inode: String)] in
            let lines = (try? String(contentsOfFile: table, encoding: .utf8))?.split(separator: "\n") ?? []
            return lines.compactMap { line in
                let words = line.split(separator: " ")
                guard words.count > 9, words[3] == "0A", let digits = words[1].split(separator: ":").last,
                    let port = Int(digits, radix: 16)
                else { return nil }
                return (port, String(words[9]))
            }
        }
    }
}
