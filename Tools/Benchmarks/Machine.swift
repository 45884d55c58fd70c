internal import Foundation
internal import TensorMath

/// What the figures were measured on and with.
package struct Machine: Codable, Equatable, Sendable {
    let processor: String
    let cores: Int
    let memoryGigabytes: Double
    let system: String
    /// Of the libraries and of the peer, by name.
    package var versions: [String: String]
    /// The commit of this checkout, with a mark where files differ from it.
    let commit: String
    let date: String

    package init() {
        let file = { (path: String) in (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
        let information = ProcessInfo.processInfo
        processor = Machine.value(of: "model name", in: file("/proc/cpuinfo"), after: ":") ?? "unknown"
        cores = information.activeProcessorCount
        memoryGigabytes = Double(information.physicalMemory) / 1e9
        system =
            Machine.value(of: "PRETTY_NAME", in: file("/etc/os-release"), after: "=")?
            .trimmingCharacters(in: ["\""]) ?? information.operatingSystemVersionString
        versions = [
            "OpenBLAS": Libraries.openBLAS, "FFTW": Libraries.fftw, "oneDNN": Libraries.oneDNN,
        ]
        commit = Machine.commit()
        date = String(Date.now.ISO8601Format().prefix(10))
    }

    /// The value in a line such as `model name : Xeon`.
    private static func value(of key: String, in text: String, after separator: Character) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            guard let index = line.firstIndex(of: separator) else { continue }
            return line[line.index(after: index)...].trimmingCharacters(in: .whitespaces)
        }
        return nil
    }

    private static func commit() -> String {
        let git = Program("/usr/bin/env", in: Checkout.root)
        guard let name = try? git.run(["git", "rev-parse", "--short", "HEAD"]),
            let changes = try? git.run(["git", "status", "--porcelain", "--untracked-files=no"])
        else { return "unknown" }
        let text = String(decoding: name, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return changes.isEmpty ? text : "\(text) with changes"
    }

    var rows: [[String]] {
        [
            ["processor", "\(processor), \(cores) cores, \(decimals(memoryGigabytes, 0)) GB"],
            ["system", system],
        ] + versions.sorted { $0.key < $1.key }.map { [$0.key, $0.value] } + [["commit", commit], ["date", date]]
    }
}
