internal import Foundation

/// How long threads of OpenMP, which oneDNN computes with, look for the next work before they sleep.
///
/// GNU's libgomp has them look 300,000 times, which is tens of milliseconds, longer than the system lets one thread run
/// before another: two programs with a thread a processor each then keep each other from computing (48 × 64 pixels, two
/// processors: 0.37 s for an iteration instead of 0.0036 s). The library reads the variable once, when it is loaded.
package enum OpenMPWaiting {
    /// The variable that tells libgomp how often a thread looks.
    package static let variable = "GOMP_SPINCOUNT"

    /// Some ten microseconds: longer than what lies between the convolutions of a network, and shorter than what is lost where
    /// the processor is wanted elsewhere. On two processors an iteration of 48 × 64 pixels took, alone and as one of two runs
    /// at once, 7.0 and 10 ms at 1,000, 6.0 and 13 at 4,000, 5.0 and 24 at 15,000, and 6.0 alone as libgomp has it.
    package static let count = 3000

    /// How often they look where nobody says anything.
    package static let defaultCount = 300_000

    /// Variables by which a user decides about it, for libgomp and for the OpenMP of LLVM and Intel.
    private static let deciding = [variable, "OMP_WAIT_POLICY", "KMP_BLOCKTIME"]

    /// The variables of this process that have the value which ``mend(environment:)`` gives: other programs that it starts
    /// may do without.
    package static var set: [String] {
        ProcessInfo.processInfo.environment[variable] == "\(count)" ? [variable] : []
    }

    /// The value to set; `nil` where it is set, or who started the program has decided otherwise.
    package static func mend(environment: [String: String]) -> String? {
        deciding.allSatisfy { environment[$0, default: ""].isEmpty } ? "\(count)" : nil
    }
}
