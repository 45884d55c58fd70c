internal import Foundation

/// A program at work whose standard input ends when this one does.
///
/// It prints a few lines when it is ready. Its errors go to a file without a name: nobody need read them for it to go on.
final class StartedProgram {
    private let process: ChildProcess
    private let input: Int32
    private let output: Int32
    private let errors: UnsafeMutablePointer<FILE>
    private let lines: Int
    private let launching: LaunchingProgram
    private var text: [UInt8] = []
    /// What it printed last that is no announcement.
    private var lastLine = ""
    private var hasEnded = false
    private var hasInput = true
    private(set) var announcements: [Announcement] = []

    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - lines: Workers that it will announce.
    ///   - launching: This program.
    init(_ command: [String], lines: Int, of launching: LaunchingProgram) throws(ChildProcess.Refusal) {
        guard let errors = tmpfile() else { throw ChildProcess.Refusal(reason: String(cString: strerror(errno))) }
        _ = fcntl(fileno(errors), F_SETFD, FD_CLOEXEC)
        var open: [Int32] = []
        do throws(ChildProcess.Refusal) {
            let input = try ChildProcess.pipe()
            open += [input.read, input.write]
            let output = try ChildProcess.pipe()
            open += [output.read, output.write]
            process = try ChildProcess(command, files: [input.read, output.write, fileno(errors)])
            close(input.read)
            close(output.write)
            self.input = input.write
            self.output = output.read
        } catch {
            for file in open { close(file) }
            fclose(errors)
            throw error
        }
        self.errors = errors
        self.launching = launching
        self.lines = lines
    }

    deinit {
        endInput()
        close(output)
        fclose(errors)
    }

    /// Reads what programs announce, all at once, until each has done so, has ended or the time is over.
    static func listen(to programs: [StartedProgram], until limit: ContinuousClock.Instant) {
        while ContinuousClock.now < limit {
            let open = programs.filter { !$0.hasEnded && $0.announcements.count < $0.lines }
            guard !open.isEmpty else { return }
            var waiting = open.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else { continue }
            for (program, state) in zip(open, waiting) where state.revents != 0 { program.readOutput() }
        }
    }

    private func readOutput() {
        var part = [UInt8](repeating: 0, count: 4096)
        let count = read(output, &part, part.count)
        guard count != 0 else {
            hasEnded = true
            return
        }
        guard count > 0 else { return }
        text += part.prefix(count)
        while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: text[..<end], as: UTF8.self)
            if let announcement = Announcement(in: line[...]) {
                announcements.append(announcement)
            } else if !line.allSatisfy(\.isWhitespace) {
                lastLine = line
            }
            text.removeFirst(end + 1)
        }
        // A line of ours is short, and stands at the end of what comes before it.
        if text.count > 1 << 16 { text.removeFirst(text.count - 1 << 12) }
    }

    /// Whether it has ended.
    var isOver: Bool { process.code != nil }

    /// How it ended, or that it did not, with its errors so far.
    var ending: StartedWorkers.Ending {
        // Its output ends a moment before it does.
        if hasEnded { wait(until: .now + .seconds(1)) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(fileno(errors), &bytes, bytes.count, 0)
        return StartedWorkers.Ending(
            code: process.code, errors: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self),
            output: "\(lastLine)\n\(String(decoding: text, as: UTF8.self))", name: launching.name)
    }

    /// Tells it to end.
    func endInput() {
        guard hasInput else { return }
        hasInput = false
        close(input)
    }

    /// Waits for its end; one that takes too long is ended.
    func waitForEnd(until limit: ContinuousClock.Instant) {
        wait(until: limit)
        process.kill()
        wait(until: .now + .seconds(1))
    }

    private func wait(until limit: ContinuousClock.Instant) {
        while process.code == nil, ContinuousClock.now < limit { Thread.sleep(forTimeInterval: 0.005) }
    }
}
