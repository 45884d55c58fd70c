import TensorMath
import Testing

@Suite("The core that OpenBLAS runs")
struct BLASCoreTests {
    struct Case: CustomTestStringConvertible {
        let core: String
        let features: String
        let mended: String?

        var testDescription: String { "\(core) with \(features)" }
    }

    private static let avx512 = "sse2 avx avx2 fma avx512f avx512dq avx512bw avx512vl avx512cd"

    @Test(
        "a core far below the processor's is mended",
        arguments: [
            // What Debian's library does on processors newer than itself.
            Case(core: "Prescott", features: avx512, mended: "SkylakeX"),
            Case(core: "Prescott", features: "sse2 avx avx2 fma", mended: "Haswell"),
            Case(core: "Nehalem", features: "sse2 avx", mended: "Sandybridge"),
            Case(core: "Sandybridge", features: avx512, mended: "SkylakeX"),
            Case(core: "Bulldozer", features: "sse2 avx avx2 fma", mended: "Haswell"),
            // AVX-512 without all its parts has no kernels.
            Case(core: "Prescott", features: "sse2 avx avx2 fma avx512f avx512cd", mended: "Haswell"),
            // As good as the processor, or chosen on purpose.
            Case(core: "Cooperlake", features: avx512, mended: nil),
            Case(core: "SkylakeX", features: avx512, mended: nil),
            Case(core: "SAPPHIRERAPIDS", features: avx512, mended: nil),
            Case(core: "Zen", features: avx512, mended: nil),
            Case(core: "Haswell", features: avx512, mended: nil),
            Case(core: "Sandybridge", features: "sse2 avx", mended: nil),
            // Nothing better is there.
            Case(core: "Prescott", features: "sse2", mended: nil),
            Case(core: "Prescott", features: "", mended: nil),
        ])
    func decision(_ sample: Case) {
        let features = Set(sample.features.split(separator: " ").map(String.init))
        #expect(BLASCore.mend(core: sample.core, features: features, environment: ["HOME": "/"]) == sample.mended)
        // A shell's 'VARIABLE= program' sets nothing.
        #expect(
            BLASCore.mend(core: sample.core, features: features, environment: ["OPENBLAS_CORETYPE": ""])
                == sample.mended)
        #expect(
            BLASCore.mend(core: sample.core, features: features, environment: ["OPENBLAS_CORETYPE": "Prescott"]) == nil)
    }

    @Test("features are those of the first processor")
    func features() {
        let text = "processor\t: 0\nmodel name\t: A: B\nflags\t\t: sse2 avx fma\n\nprocessor\t: 1\nflags\t\t: sse2\n"
        #expect(BLASCore.features(cpuInfo: text) == ["sse2", "avx", "fma"])
        #expect(BLASCore.features(cpuInfo: "processor\t: 0\nFeatures\t: fp asimd\n") == [])
        #expect(BLASCore.features(cpuInfo: "") == [])
    }
}
