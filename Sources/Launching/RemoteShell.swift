internal import Foundation
internal import Scheduling

/// How workers are started on other machines: by ssh, or what the environment's `GRAPHRUN_SSH` names instead, as rsync's
/// `RSYNC_RSH` does.
package struct RemoteShell {
    static let variable = "GRAPHRUN_SSH"

    /// The agent and its options, as they were given.
    private let agent: [String]
    private let path: String
    private let launching: LaunchingProgram

    /// - Throws: ``LaunchError`` where there is no such program.
    init(
        _ launching: LaunchingProgram, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.launching = launching
        let given = (environment[RemoteShell.variable] ?? "").split(separator: " ").map(String.init)
        // Nobody could answer a question, and a host that is off must not hold up the others.
        let words = given.isEmpty ? ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"] : given
        guard let path = RemoteShell.find(words[0], environment) else {
            throw LaunchError([
                "there is no program '\(words[0])' to start workers on other hosts with; install openssh-client, or name "
                    + "another in \(RemoteShell.variable)"
            ])
        }
        agent = words
        self.path = path
    }

    private static func find(_ program: String, _ environment: [String: String]) -> String? {
        guard !program.contains("/") else { return program }
        return (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Workers on another machine, which listen there with keys.
    ///
    /// - Parameter place: The line of the host file, for messages.
    func launch(
        _ login: Scheduling.Host.Login, _ slots: Scheduling.Host.Slots, reachedAt: String, place: String
    ) -> StartedWorkers.Launch {
        let here = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        let program = login.program ?? here
        var words = ["worker", "--attended", "--secure", "--threads", "\(slots.threads)"]
        if slots.count > 1 { words += ["--slots", "\(slots.count)"] }
        if let memory = slots.memory { words += ["--memory", "\(memory)B"] }
        // Not as an endpoint, whose brackets would need quotes, which agents without a shell do not take off.
        if reachedAt.hasPrefix("[") { words.append("--ipv6") }
        return StartedWorkers.Launch(
            command: [path] + agent.dropFirst() + [login.destination, RemoteShell.quotedPath(program)]
                + words.map(RemoteShell.quoted),
            workers: slots.count
        ) { ending in
            "\(place): \(login.destination): \(explanation(ending, login.destination, program))"
        }
    }

    /// A word as a shell takes it whole. Words that need no quotes get none: agents such as srun use no shell.
    package static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./:=,+@".contains($0)) }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }

    /// A path, which a shell may find from the home folder there.
    private static func quotedPath(_ path: String) -> String {
        path.hasPrefix("~/") ? "~/" + quoted(String(path.dropFirst(2))) : quoted(path)
    }

    /// What the agent or the program there complains of, and how to mend it.
    private func explanation(_ ending: StartedWorkers.Ending, _ destination: String, _ program: String) -> String {
        guard ending.code != nil else {
            return "no worker listens there in time (\(ending.line)); "
                + "see whether '\(program) worker' starts there by hand"
        }
        func says(_ words: String...) -> Bool { words.contains { ending.errors.localizedStandardContains($0) } }
        let advice =
            if says("shared libraries") {
                "install the libraries there, as Tools/setup does"
            } else if says("could not resolve") {
                "check the name"
            } else if says("permission denied (", "too many authentication failures") {
                "let this user log in there without a password: ssh-copy-id \(destination)"
            } else if says("host key verification failed") {
                "log in there once by hand, to see whether the host is the right one: ssh \(destination)"
            } else if says("connection refused", "timed out", "no route to host", "unreachable") {
                "check that the host is up and runs an ssh server"
            } else if ending.code == 126 || ending.code == 127 || says("\(program): no such file") {
                "install the same program there, or say where it is by program=/path/\(launching.name)"
            } else if ending.line.hasPrefix("\(launching.name): ") {
                "use the same program everywhere"
            } else {
                "try by hand: \(agent.joined(separator: " ")) \(destination) \(RemoteShell.quoted(program)) --help"
            }
        return "\(ending.line); \(advice)"
    }
}
