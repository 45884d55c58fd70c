internal import Foundation
internal import Testing

extension CommandLineSuite {
    /// A library put before OpenBLAS says that the processor is taken for one of 2004.
    @Suite("OpenBLAS with slow kernels", .enabled(if: SlowOpenBLAS.canBeMade, "there is no clang, or no AVX here"))
    struct OpenBLASTests {
        /// What the environment of the program tells OpenBLAS while it runs.
        private func told(_ here: Workplace, _ variables: String) async throws -> String {
            let program = try Programs.path("graphrun")
            let outcome = try await here.shell(
                "\(variables) \(program) g.graph --output out --json --set iterations=100000 --set tolerance=0 > log & pid=$!; "
                    + "while ! grep -q iteration log; do sleep 0.05; done; "
                    + "tr '\\0' '\\n' < /proc/$pid/environ | grep OPENBLAS_CORETYPE; kill -KILL $pid; rm -r out")
            return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        @Test("is told better and the program started again, with its arguments")
        func mended() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try await SlowOpenBLAS.make(here)
            let told = try await told(here, "LD_PRELOAD=./slow.so")
            #expect(["SkylakeX", "Haswell", "Sandybridge"].map { "OPENBLAS_CORETYPE=\($0)" }.contains(told))
        }

        @Test("stays as its user wants it")
        func kept() async throws {
            let here = try Workplace()
            try await here.preparePnP()
            try await SlowOpenBLAS.make(here)
            #expect(
                try await told(here, "OPENBLAS_CORETYPE=Nehalem LD_PRELOAD=./slow.so") == "OPENBLAS_CORETYPE=Nehalem")
        }
    }
}

private enum SlowOpenBLAS {
    static var canBeMade: Bool {
        let features = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return Programs.installed("clang") != nil && features.contains(" avx ")
    }

    static func make(_ here: Workplace) async throws {
        try here.write("char *openblas_get_corename(void) { return \"Prescott\"; }\n", to: "slow.c")
        let outcome = try await here.shell("clang -shared -fPIC -o slow.so slow.c")
        #expect(outcome.code == 0, "\(outcome.errors)")
    }
}
