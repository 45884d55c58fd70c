internal import Foundation

/// Most memory that the process has held, in bytes.
package func peakMemoryOfProcess() -> Int {
    // Linux's own account of this program; what getrusage tells may be that of the program which started it.
    if let bytes = processBytes("VmHWM:") { return bytes }
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}

/// Memory that the process holds now, in bytes.
package func residentMemoryOfProcess() -> Int {
    processBytes("VmRSS:") ?? peakMemoryOfProcess()
}

/// An amount that Linux tells of this program, by its name in `/proc/self/status`.
func processBytes(_ name: String) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
}

/// Lets the most memory that the process has held be counted from now on, where the system can.
func forgetPeakMemory() {
    // Linux sets it back where 5 is written here.
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
}
