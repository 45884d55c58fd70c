internal import Foundation
internal import Scheduling

/// Processes that this program starts as workers and stops at the end, here or over ssh; they stop too when it dies, since
/// their standard input ends then.
package final class StartedWorkers {
    /// A program to start, which says where its workers listen.
    package struct Launch {
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
        /// What else it printed, of which nothing was understood.
        var output = ""
        /// What our own programs call themselves in front of their messages.
        let name: String

        /// The line that tells most: our own first, wherever it stands in what a login prints; else the last error, and else
        /// the last of what was printed otherwise.
        var line: String {
            let lines = Ending.lines(errors)
            let own = "\(name): "
            if let told = lines.compactMap({ line in line.range(of: own).map { line[$0.lowerBound...] } }).first {
                return Ending.cut(String(told))
            }
            if let last = lines.last { return Ending.cut(last) }
            let end = code.map { $0 < 0 ? killed(by: -$0) : "it ended with code \($0)" }
            if let last = Ending.lines(output).last {
                return (end.map { "\($0) and printed" } ?? "it prints") + " '\(Ending.cut(last))'"
            }
            return end ?? "it says nothing"
        }

        /// How it ended after it had been at work, and what it said last.
        var afterWork: String {
            guard let code, code >= 0 else { return code.map { killed(by: -$0) } ?? line }
            let last = Ending.lines(errors).last.map { "; it said last: \(Ending.cut($0))" }
            return "it ended with code \(code)\(last ?? "")"
        }

        private func killed(by signal: Int32) -> String {
            "it was killed by signal \(signal)"
                + (signal == SIGKILL ? ", as the system does to programs where memory runs out" : "")
        }

        /// Lines on which something can be seen.
        private static func lines(_ text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).filter { line in
                line.unicodeScalars.contains {
                    $0.properties.generalCategory != .control && !$0.properties.isWhitespace
                }
            }.map { String($0).trimmingCharacters(in: .whitespaces).showingAll }
        }

        private static func cut(_ line: String) -> String {
            line.count > 300 ? line.prefix(300) + "…" : line
        }
    }

    /// What each program announced, in order.
    package private(set) var announced: [[Announcement]] = []
    private var programs: [StartedProgram] = []

    /// Starts all of them at once, and waits until each listens.
    ///
    /// - Parameters:
    ///   - program: This one.
    ///   - patience: Seconds that they have for it.
    /// - Throws: ``LaunchError`` with a line for each that does not; the others are stopped then.
    package init(_ launches: [Launch], of program: LaunchingProgram, patience: Double = 30) throws {
        for launch in launches {
            do throws(ChildProcess.Refusal) {
                programs.append(try StartedProgram(launch.command, lines: launch.workers, of: program))
            } catch {
                stop()
                throw LaunchError([
                    "\(launch.command[0]): the program cannot be started (\(error.reason)); check that it is there"
                ])
            }
        }
        StartedProgram.listen(to: programs, until: .now + .seconds(patience))
        announced = programs.map(\.announcements)
        let problems = zip(launches, programs).compactMap { launch, program in
            program.announcements.count < launch.workers ? launch.explain(program.ending) : nil
        }
        guard problems.isEmpty else {
            stop()
            throw LaunchError(problems)
        }
    }

    deinit { stop() }

    /// The first program that has ended by itself, and how.
    package var ended: (program: Int, how: String)? {
        guard let index = programs.firstIndex(where: \.isOver) else { return nil }
        return (index, programs[index].ending.afterWork)
    }

    /// Ends all of them, and waits for it.
    package func stop() {
        for program in programs { program.endInput() }
        let limit = ContinuousClock.now + .seconds(5)
        for program in programs { program.waitForEnd(until: limit) }
        programs = []
    }

    /// A worker on this machine.
    ///
    /// - Parameters:
    ///   - launching: This program.
    ///   - program: The path of the program, where it is not this one.
    ///   - memory: Bytes that it may use.
    ///   - bind: Where it listens; beyond this machine only with keys.
    ///   - neighbours: Workers that start here at once, this one included.
    ///   - place: Whose it is, for messages.
    package static func local(
        of launching: LaunchingProgram, program: String? = nil, threads: Int, memory: Int, bind: String? = nil,
        neighbours: Int, place: String
    ) -> Launch {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        let path = program.map { NSString(string: $0).expandingTildeInPath } ?? own
        let options = bind.map { ["--secure", "--bind", $0] } ?? []
        let command =
            [path, "worker", "--attended", "--threads", "\(threads)", "--memory", "\(memory)B"]
            + ["--neighbours", "\(neighbours)"] + options
        return Launch(command: command) { ending in
            "\(place): a worker does not start on this machine: \(ending.line); try "
                + "'\(launching.name) worker' by hand"
        }
    }
}
