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

    /// The agent that reaches it.
    let agent: String
    private let server: RunningProgram

    init(_ here: Workplace) async throws {
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
        let port = Int.random(in: 20_000..<32_000)
        let settings = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/allowed
            StrictModes no
            UsePAM no
            PidFile none
            PasswordAuthentication no

            """
        try Data(settings.utf8).write(to: URL(filePath: "\(folder)/settings"))
        server = try RunningProgram(program, ["-D", "-e", "-f", "\(folder)/settings"], in: here)
        agent =
            "ssh -p \(port) -i \(folder)/user -o BatchMode=yes -o StrictHostKeyChecking=no "
            + "-o UserKnownHostsFile=\(folder)/known -o IdentitiesOnly=yes"
        for _ in 0..<200 where !Leftovers.isTaken(port) { try await Task.sleep(for: .milliseconds(10)) }
    }

    var environment: [String: String] { ["GRAPHRUN_SSH": agent] }
}
