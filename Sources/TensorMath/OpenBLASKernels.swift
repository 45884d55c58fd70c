internal import Foundation

/// Which kernels OpenBLAS runs on this processor, and which it should.
///
/// It picks them when it is loaded, by a list of processors that ends with those known when it was made: Debian 12's takes
/// a new Xeon for a Prescott of 2004, and multiplies matrices five times slower than the processor can.
package enum OpenBLASKernels {
    /// The variable by which OpenBLAS, when it is loaded, is told what to take the processor for.
    package static let variable = "OPENBLAS_CORETYPE"

    /// What OpenBLAS should take the processor for; `nil` where it does well, or was told already.
    package static var better: String? {
        #if arch(x86_64) && os(Linux)
            better(
                than: Libraries.openBLASCore, features: processorFeatures(),
                told: ProcessInfo.processInfo.environment[variable])
        #else
            nil
        #endif
    }

    /// - Parameters:
    ///   - core: What OpenBLAS takes the processor for.
    ///   - features: Of the processor, as Linux names them.
    ///   - told: The value of ``variable``, if it has one: it is its user's choice, good or bad.
    package static func better(than core: String, features: Set<String>, told: String?) -> String? {
        guard told == nil, let best = Level.allCases.last(where: { features.isSuperset(of: $0.features) }) else {
            return nil
        }
        return Level(core: core) < best ? best.core : nil
    }

    /// Instruction sets that OpenBLAS has kernels for, the widest last.
    private enum Level: Int, CaseIterable, Comparable {
        case sse, avx, avx2, avx512

        /// - Parameter core: A name of OpenBLAS's; one that is not among these has kernels for SSE.
        init(core: String) {
            switch core.lowercased() {
            case "skylakex", "cooperlake", "sapphirerapids": self = .avx512
            case "haswell", "zen", "excavator": self = .avx2
            case "sandybridge", "bulldozer", "piledriver", "steamroller": self = .avx
            default: self = .sse
            }
        }

        var features: Set<String> {
            switch self {
            case .sse: []
            case .avx: ["avx"]
            case .avx2: ["avx2", "fma"]
            case .avx512: ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"]
            }
        }

        /// A core that has these kernels in every OpenBLAS since 2017.
        var core: String {
            switch self {
            case .sse: "Nehalem"
            case .avx: "Sandybridge"
            case .avx2: "Haswell"
            case .avx512: "SkylakeX"
            }
        }

        static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// What the processor can do, as Linux says; nothing where it does not.
    private static func processorFeatures() -> Set<String> {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
        else { return [] }
        return Set(line.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
