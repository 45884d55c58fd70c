internal import Foundation
internal import Launching
internal import Synchronization

/// Where messages and progress go.
///
/// A full disk or a reader that is gone must not end a run that may have taken hours: what cannot be written is lost,
/// and ``outputError`` tells.
enum Terminal {
    private static let failure = Mutex<Int32>(0)

    /// Whether somebody watches standard output.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Why standard output could not be written, in the system's words, if so. A reader that went away is no error.
    static var outputError: String? {
        let code = failure.withLock { $0 }
        return code == 0 || code == EPIPE ? nil : String(cString: strerror(code))
    }

    /// A line on standard error: `graphrun: …`, with nothing in it that cannot be seen.
    static func error(_ line: String) {
        _ = write("\(Tool.configuration.name): \(line.showingAll)\n", to: STDERR_FILENO)
    }

    static func warning(_ line: String) {
        error("warning: \(line)")
    }

    /// A line on standard output, at once.
    static func line(_ text: String) {
        output(text + "\n")
    }

    /// Replaces the line that the cursor is on, cut to the width of the terminal so that it stays one.
    static func status(_ text: String) {
        output("\r\u{1B}[K" + text.prefix(max(columns - 1, 1)))
    }

    /// Ends a line begun with ``status(_:)``.
    static func endStatus() {
        output("\n")
    }

    /// Characters in a line; 80 where the terminal does not say.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func output(_ text: String) {
        let code = write(text, to: STDOUT_FILENO)
        if code != 0 { failure.withLock { $0 = code } }
    }

    /// 0, or an `errno`.
    private static func write(_ text: String, to descriptor: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
