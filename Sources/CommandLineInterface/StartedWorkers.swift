internal import Foundation
internal import Scheduling

/// Processes that this program starts as workers and stops at the end, here or over ssh; they stop too when it dies, since
/// their standard input ends then.
final class StartedWorkers {
    /// A program to start, which says where its workers listen.
    struct Launch {
        /// The program's path and its arguments.
        let command: [String]
        /// Workers that it announces.
        var workers = 1
        /// What to tell where they do not come to listen.
        let explain: (Ending) -> String
    }

    /// How a program ended that should still run.
    struct Ending {
        /// `nil` where it does not end, but says nothing.
        let code: Int32?
        /// What it printed as errors.
        let errors: String

        /// The line that tells most: our own first, else the last.
        var line: String {
            let lines = errors.split(whereSeparator: \.isNewline).map { $0.filter { !$0.isASCII || $0 >= " " } }
                .filter { !$0.allSatisfy(\.isWhitespace) }
            let own = "\(Tool.configuration.name): "
            guard let told = lines.first(where: { $0.hasPrefix(own) }) ?? lines.last else {
                return code.map { "it ended with code \($0)" } ?? "it says nothing"
            }
            return String(told.prefix(300))
        }
    }

    /// What each program announced, in order.
    private(set) var announced: [[Announcement]] = []
    private var programs: [StartedProgram] = []

    /// Starts all of them at once, and waits until each listens.
    ///
    /// - Parameter patience: Seconds that they have for it.
    /// - Throws: ``Failure`` with a line for each that does not; the others are stopped then.
    init(_ launches: [Launch], patience: Double = 30) throws {
        for launch in launches {
            do throws(ChildProcess.Refusal) {
                programs.append(try StartedProgram(launch.command, lines: launch.workers))
            } catch {
                stop()
                throw Failure.usage(
                    "\(launch.command[0]): the program cannot be started (\(error.reason)); "
                        + "check that it is there")
            }
        }
        StartedProgram.listen(to: programs, until: .now + .seconds(patience))
        announced = programs.map(\.announcements)
        let problems = zip(launches, programs).compactMap { launch, program in
            program.announcements.count < launch.workers ? launch.explain(program.ending) : nil
        }
        guard problems.isEmpty else {
            stop()
            throw Failure.usage(problems)
        }
    }

    deinit { stop() }

    /// Ends all of them, and waits for it.
    func stop() {
        for program in programs { program.endInput() }
        let limit = ContinuousClock.now + .seconds(5)
        for program in programs { program.waitForEnd(until: limit) }
        programs = []
    }

    /// A worker on this machine.
    ///
    /// - Parameters:
    ///   - memory: Bytes that it may use.
    ///   - bind: Where it listens; beyond this machine only with keys.
    ///   - neighbours: Workers that start here at once, this one included.
    ///   - place: Whose it is, for messages.
    static func local(threads: Int, memory: Int, bind: String? = nil, neighbours: Int, place: String) -> Launch {
        let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        let options = bind.map { ["--secure", "--bind", $0] } ?? []
        let command =
            [path, "worker", "--attended", "--threads", "\(threads)", "--memory", "\(memory)B"]
            + ["--neighbours", "\(neighbours)"] + options
        return Launch(command: command) { ending in
            "\(place): a worker does not start on this machine: \(ending.line); try "
                + "'\(Tool.configuration.name) worker' by hand"
        }
    }
}

/// Where a worker listens, as it prints it: `listening at tcp://0.0.0.0:41234 key=…`.
struct Announcement {
    let endpoint: String
    /// Its public key, where it has one.
    let key: String?

    init(endpoint: String, key: String?) {
        self.endpoint = endpoint
        self.key = key
    }

    /// `nil` where a line is something else, such as a greeting of the shell there.
    init?(_ line: String) {
        let words = line.split { $0.isWhitespace }.map(String.init)
        guard (3...4).contains(words.count), words[0] == "listening", words[1] == "at", Endpoint.isOne(words[2]) else {
            return nil
        }
        endpoint = words[2]
        guard words.count == 4 else {
            key = nil
            return
        }
        guard words[3].hasPrefix("key="), Endpoint.isKey(String(words[3].dropFirst(4))) else { return nil }
        key = String(words[3].dropFirst(4))
    }

    /// As it stands in a host file.
    var hostLine: String { endpoint + (key.map { " key=\($0)" } ?? "") }

    var line: String { "listening at \(hostLine)" }

    /// The same worker as others reach it.
    func reached(at host: String) -> Announcement {
        let port = endpoint.split(separator: ":").last ?? ""
        return Announcement(endpoint: "tcp://\(host):\(port)", key: key)
    }
}
