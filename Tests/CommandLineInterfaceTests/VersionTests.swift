internal import Testing

extension CommandLineSuite {
    @Suite("--version")
    struct VersionTests {
        @Test("names the program, its version and its libraries' in two lines", arguments: ["graphrun", "graphs"])
        func version(_ program: String) async throws {
            let outcome = try await Workplace().run("--version", by: program)
            #expect(outcome.code == 0 && outcome.errors == "")
            let lines = outcome.outputLines
            #expect(lines.count == 2)
            #expect(lines.first?.wholeMatch(of: try Regex("\(program) [0-9]+\\.[0-9]+")) != nil)
            for library in ["FFTW", "OpenBLAS", "oneDNN", "ZeroMQ"] {
                let pattern = try Regex("\(library)[ -][^,]*[0-9]+\\.[0-9]+").ignoresCase()
                #expect(lines.last?.contains(pattern) == true, "\(outcome.output)")
            }
        }

        @Test(
            "is there for every command", arguments: ["run", "check", "plan", "dot", "simulate", "denoise", "worker"])
        func command(_ command: String) async throws {
            let (own, whole) = (
                try await Workplace().run(command, "--version"), try await Workplace().run("--version")
            )
            #expect(own.code == 0 && own.output == whole.output)
        }
    }
}
