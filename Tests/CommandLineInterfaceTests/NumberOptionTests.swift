internal import Testing

extension CommandLineSuite {
    /// Whatever is wrong with a number, the line names the option, what was given and what it takes.
    @Suite("Options that take a number")
    struct NumberOptionTests {
        struct Option: CustomTestStringConvertible, Sendable {
            /// The command before the option, and what is wrong with a value.
            let command: [String]
            let name: String
            let needed: String
            let values: [String]

            init(_ command: [String], _ name: String, _ needed: String, _ values: [String]) {
                self.command = command
                self.name = name
                self.needed = needed
                self.values = values
            }

            var testDescription: String { (command.prefix(1) + [name]).joined(separator: " ") }
        }

        private static let count = "a whole number from 1 to 1024"
        private static let bad = ["-1", "0", "1025", "1.5", "two", "-", "", "99999999999999999999", "--json"]

        private static let denoise = ["denoise", "image.npy", "out.npy"]
        private static let planning: [[String]] = [
            ["run", "g.graph"], ["plan", "g.graph"], ["dot", "g.graph"], denoise + ["--sigma", "0.1"],
        ]
        private static let sigma = "a number from 0 to 1, as images are; for 25 of 255 that is 0.098"
        private static let memory = "an amount of memory such as 4GiB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)"

        static let options: [Option] =
            planning.map { Option($0, "--threads", count, bad) }
            + planning.map {
                Option($0, "--workers", "a host file, or a number from 1 to 1024", ["-1", "0", "1025"])
            } + others

        private static let others: [Option] = [
            Option(
                denoise, "--sigma", sigma,
                ["-0.1", "-1e-3", "-.5", "1.01", "25", "nan", "inf", "-inf", "much", "0,1", "", "--tile"]),
            Option(
                denoise + ["--sigma", "0.1"], "--tile", "a whole number from 1 to 1000000",
                ["-5", "0", "1000001", "2.5", "all"]),
            Option(["worker"], "--threads", count, bad), Option(["worker"], "--slots", count, bad),
            Option(["worker"], "--neighbours", count, bad),
            Option(["worker"], "--memory", memory, ["-1GiB", "-4", "0B", "many"]),
        ]

        @Test("are refused with what they take", arguments: options)
        func refused(_ option: Option) async throws {
            let here = try Workplace()
            try await here.preparePnP()
            for value in option.values {
                for form in [[option.name, value], ["\(option.name)=\(value)"]] where form.count == 2 || !value.isEmpty
                {
                    let outcome = try await here.start(option.command + form, by: "graphrun").outcome()
                    #expect(outcome.code == 2)
                    #expect(outcome.errors == "graphrun: \(option.name) \(value): give \(option.needed)\n")
                    #expect(outcome.output == "")
                }
            }
            #expect(try here.names() == ["g.graph", "image.npy"])
        }

        @Test(
            "say what is missing where nothing follows",
            arguments: [["denoise", "a", "b", "--sigma"], ["worker", "--threads"]])
        func missing(_ arguments: [String]) async throws {
            let outcome = try await Workplace().start(arguments, by: "graphrun").outcome()
            #expect(outcome.code == 2)
            #expect(outcome.errors.hasPrefix("graphrun: Missing value for '\(arguments.last ?? "") <number>'\n"))
        }
    }
}
