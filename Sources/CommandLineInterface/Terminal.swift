internal import Foundation

/// Where messages and progress go.
enum Terminal {
    /// Whether somebody watches standard output.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// A line on standard error: `graphrun: …`.
    static func error(_ line: String) {
        FileHandle.standardError.write(Data("\(Tool.configuration.name): \(line)\n".utf8))
    }

    static func warning(_ line: String) {
        error("warning: \(line)")
    }

    /// A line on standard output, at once.
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Replaces the line that the cursor is on.
    static func status(_ text: String) {
        FileHandle.standardOutput.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    /// Ends a line begun with ``status(_:)``.
    static func endStatus() {
        FileHandle.standardOutput.write(Data("\n".utf8))
    }
}
