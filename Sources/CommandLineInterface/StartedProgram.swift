internal import Foundation

/// A program at work whose standard input ends when this one does.
///
/// It prints a few lines when it is ready. Its errors go to a file without a name: nobody need read them for it to go on.
final class StartedProgram {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors: UnsafeMutablePointer<FILE>?
    private let lines: Int
    private var text: [UInt8] = []
    private var hasEnded = false
    private(set) var announcements: [Announcement] = []

    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - lines: Workers that it will announce.
    init(_ command: [String], lines: Int) throws {
        self.lines = lines
        errors = tmpfile()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = input
        process.standardOutput = output
        // A worker's notes would disturb the progress line.
        process.standardError = errors.map { FileHandle(fileDescriptor: fileno($0)) } ?? FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            if let errors { fclose(errors) }
            throw error
        }
    }

    deinit {
        if let errors { fclose(errors) }
    }

    /// Reads what programs announce, all at once, until each has done so, has ended or the time is over.
    static func listen(to programs: [StartedProgram], until limit: ContinuousClock.Instant) {
        while true {
            let open = programs.filter { !$0.hasEnded && $0.announcements.count < $0.lines }
            let left = (limit - .now).components
            guard !open.isEmpty, left.seconds >= 0, left.attoseconds >= 0 else { return }
            var waiting = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else { continue }
            for (program, state) in zip(open, waiting) where state.revents != 0 { program.readOutput() }
        }
    }

    private var descriptor: Int32 { output.fileHandleForReading.fileDescriptor }

    private func readOutput() {
        var part = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &part, part.count)
        guard count != 0 else {
            hasEnded = true
            return
        }
        guard count > 0 else { return }
        text += part.prefix(count)
        // A line is short; what is longer is none.
        while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
            if let announcement = Announcement(String(decoding: text[..<end], as: UTF8.self)) {
                announcements.append(announcement)
            }
            text.removeFirst(end + 1)
        }
        if text.count > 1 << 16 { text = [] }
    }

    /// How it ended, or that it did not, with its errors so far.
    var ending: StartedWorkers.Ending {
        if hasEnded { waitForEnd(until: .now + .seconds(1)) }
        let code = process.isRunning ? nil : process.terminationStatus
        guard let errors else { return StartedWorkers.Ending(code: code, errors: "") }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(fileno(errors), &bytes, bytes.count, 0)
        return StartedWorkers.Ending(code: code, errors: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
    }

    /// Tells it to end.
    func endInput() {
        try? input.fileHandleForWriting.close()
    }

    /// Waits for its end; one that takes too long is ended.
    func waitForEnd(until limit: ContinuousClock.Instant) {
        while process.isRunning, ContinuousClock.now < limit { Thread.sleep(forTimeInterval: 0.005) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}
