import TensorMath
import Testing

@Suite("OpenBLAS's choice of kernels")
struct OpenBLASKernelsTests {
    struct Case: Sendable {
        let core: String
        let features: Set<String>
        var told: String?
        let better: String?
    }

    static let old: Set<String> = ["sse2", "sse4_2"]
    static let avx = old.union(["avx"])
    static let avx2 = avx.union(["avx2", "fma"])
    static let avx512 = avx2.union(["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"])

    @Test(
        "is mended where the processor can do more, and left where it is told or right",
        arguments: [
            Case(core: "Prescott", features: avx512, better: "SkylakeX"),
            Case(core: "Prescott", features: avx2, better: "Haswell"),
            Case(core: "Prescott", features: avx, better: "Sandybridge"),
            Case(core: "Prescott", features: old, better: nil),
            Case(core: "Haswell", features: avx512, better: "SkylakeX"),
            Case(core: "Zen", features: avx2, better: nil),
            Case(core: "SkylakeX", features: avx512, better: nil),
            Case(core: "Cooperlake", features: avx512, better: nil),
            Case(core: "SAPPHIRERAPIDS", features: avx512, better: nil),
            Case(core: "Haswell", features: avx2, better: nil),
            // Half of AVX-512 is none of it.
            Case(core: "Haswell", features: avx2.union(["avx512f"]), better: nil),
            Case(core: "Prescott", features: avx512, told: "Prescott", better: nil),
            Case(core: "Prescott", features: avx512, told: "", better: nil),
            Case(core: "a new one", features: avx2, better: "Haswell"),
            Case(core: "Prescott", features: [], better: nil),
        ])
    func choice(_ sample: Case) {
        #expect(
            OpenBLASKernels.better(than: sample.core, features: sample.features, told: sample.told) == sample.better)
    }
}
