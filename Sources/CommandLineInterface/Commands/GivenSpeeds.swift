internal import Foundation
internal import Runtime
internal import Scheduling

/// Speeds that a file tells, and nobody measures: with them a plan is the same on every machine.
enum GivenSpeeds {
    /// Names the file, which holds one of the `speeds` that are kept in the folder of measured ones.
    static let variable = "GRAPHRUN_SPEEDS"

    /// `nil` where no file is named.
    ///
    /// - Throws: ``Failure`` where it is none, or tells what cannot be.
    static func read() throws -> Speeds? {
        guard let path = ProcessInfo.processInfo.environment[variable], !path.isEmpty else { return nil }
        let data = try contents(of: path, what: "a file of speeds") { "it was named by \(variable)" }
        guard let speeds = try? JSONDecoder().decode(Speeds.self, from: data) else {
            throw Failure.usage("\(path): these are no speeds in JSON; see what \(variable) names")
        }
        if let complaint = speeds.complaint {
            throw Failure.usage("\(path): no machine has \(complaint); see what \(variable) names")
        }
        return speeds
    }
}
