/// Which processor OpenBLAS takes this one for, and whether it is far off.
///
/// The library knows processors by their model numbers and takes one newer than itself for a Prescott of 2004, whose
/// kernels are five times slower (Debian's 0.3.21 on an Emerald Rapids Xeon: 31 to 39 GFLOP/s instead of 219 to 238). It
/// reads the variable `OPENBLAS_CORETYPE` once, when it is loaded.
package enum BLASCore {
    /// The variable that tells OpenBLAS which processor's kernels to run.
    package static let variable = "OPENBLAS_CORETYPE"

    /// Widths of vectors that kernels are written for, each with what a processor must have for them (as Linux spells
    /// it), the value of the variable that asks for them, and the other cores whose kernels are no narrower.
    private struct Generation {
        let core: String
        let features: Set<String>
        let others: Set<String>
    }

    private static let generations = [
        Generation(
            core: "SkylakeX", features: ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"],
            others: ["Cooperlake", "Sapphirerapids"]),
        Generation(core: "Haswell", features: ["avx2", "fma"], others: ["Zen", "Excavator"]),
        Generation(core: "Sandybridge", features: ["avx"], others: ["Bulldozer", "Piledriver", "Steamroller"]),
    ]

    /// The core to ask for where the library runs kernels without AVX, or with half of what AVX2 gives, on a processor
    /// that has more; `nil` where it is well as it is. Kernels for AVX2 do on a processor with AVX-512, for which the
    /// library chooses them on purpose at times.
    ///
    /// - Parameters:
    ///   - core: The one whose kernels run.
    ///   - features: What the processor has, as `/proc/cpuinfo` spells it.
    ///   - environment: Who sets the variable has decided already.
    package static func mend(core: String, features: Set<String>, environment: [String: String]) -> String? {
        guard environment[variable, default: ""].isEmpty else { return nil }
        guard let best = generations.firstIndex(where: { $0.features.isSubset(of: features) }) else { return nil }
        let running = generations.firstIndex { generation in
            ([generation.core] + generation.others).contains { $0.lowercased() == core.lowercased() }
        }
        guard let running else { return generations[best].core }
        let isWell = running <= best || generations[running].core == "Haswell"
        return isWell ? nil : generations[best].core
    }

    /// The features in the text of `/proc/cpuinfo`: those of its first processor.
    package static func features(cpuInfo: String) -> Set<String> {
        for line in cpuInfo.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingWhitespace == "flags" else { continue }
            return Set(parts[1].split(separator: " ").map(String.init))
        }
        return []
    }
}

extension Substring {
    fileprivate var trimmingWhitespace: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}
