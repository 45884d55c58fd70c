internal import Foundation

/// An ssh server on loopback with keys and settings of its own, which lets in whoever has the key of this test.
final class SSHServer {
    private static let program =
        Programs.installed("sshd")
        ?? ["/usr/sbin/sshd", "/usr/local/sbin/sshd"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    static var isInstalled: Bool {
        program != nil && Programs.installed("ssh") != nil && Programs.installed("ssh-keygen") != nil
    }

    /// This machine, as it is reached by ssh: without a user it would be known for what it is.
    static let host = "\(NSUserName())@127.0.0.1"

    /// The agent that reaches it.
    let agent: String
    /// What holds the number of its process.
    private let note: String
    /// Kept, as its folders go when it does.
    private let place: Workplace

    init(_ here: Workplace) async throws {
        place = here
        guard let program = SSHServer.program else { throw Programs.Missing(description: "there is no sshd") }
        let folder = here.outputs.appending(path: "ssh").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let prepared = try await here.shell(
            // The server of root drops its rights in a folder that Debian makes when it starts the server itself.
            """
            cd \(folder) && ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f user && \
            cp user.pub allowed && { [ "$(id -u)" != 0 ] || mkdir -p /run/sshd; }
            """)
        guard prepared.code == 0 else { throw Programs.Missing(description: prepared.errors) }
        note = "\(folder)/process"
        var found: Int?
        // A port may be taken by others at any moment.
        for _ in 0..<20 where found == nil {
            let port = Int.random(in: 20_000..<32_000)
            if try await SSHServer.listens(program, on: port, folder, here) { found = port }
        }
        guard let port = found else { throw Programs.Missing(description: "sshd does not listen anywhere") }
        agent =
            "ssh -p \(port) -i \(folder)/user -o BatchMode=yes -o StrictHostKeyChecking=no "
            + "-o UserKnownHostsFile=\(folder)/known -o IdentitiesOnly=yes"
    }

    /// Starts the server; `false` where it cannot have the port.
    private static func listens(
        _ program: String, on port: Int, _ folder: String, _ here: Workplace
    ) async throws -> Bool {
        guard !Leftovers.isTaken(port) else { return false }
        let variables = try here.environment([:])
        let own = [Leftovers.mark.name, "GRAPHRUN_SPEEDS", "XDG_CACHE_HOME"].compactMap { name in
            variables[name].map { "\(name)=\($0)" }
        }.joined(separator: " ")
        let settings = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/allowed
            StrictModes no
            UsePAM no
            PidFile \(folder)/process
            PasswordAuthentication no
            SetEnv \(own)

            """
        try Data(settings.utf8).write(to: URL(filePath: "\(folder)/settings"))
        // In the background, where Foundation's `Process` does not wait for it: it would do nothing else until then.
        let started = try await here.shell("\(program) -f \(folder)/settings -E \(folder)/log")
        guard started.code == 0 else { throw Programs.Missing(description: started.errors) }
        // It says so when it listens, or ends where somebody else does.
        let log = "\(folder)/log"
        func said(_ words: String) -> Bool {
            (try? String(contentsOfFile: log, encoding: .utf8))?.contains(words) == true
        }
        for _ in 0..<6000 {
            if said("Server listening on 127.0.0.1 port \(port)") { return true }
            if said("Cannot bind any address") { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        try? FileManager.default.removeItem(atPath: log)
        return false
    }

    deinit {
        let text = (try? String(contentsOfFile: note, encoding: .utf8)) ?? ""
        if let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) { kill(process, SIGTERM) }
    }

    var environment: [String: String] { ["GRAPHRUN_SSH": agent] }
}
