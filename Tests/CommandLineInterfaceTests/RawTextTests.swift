internal import Foundation
internal import TensorFiles
internal import Testing

extension CommandLineSuite {
    /// What is told where the system or Foundation refuses something.
    @Suite("No message holds raw text")
    struct RawTextTests {
        /// A command that cannot be done, and what makes it so.
        private struct Attempt {
            let line: String
            var code: Int32 = 2
            /// What the message names.
            let names: String
        }

        private static let long = String(repeating: "n", count: 300)

        private static let attempts = [
            // Folders that cannot be made, and files that are folders.
            Attempt(line: "$graphrun g.graph --output image.npy", names: "image.npy"),
            Attempt(line: "$graphrun g.graph --output image.npy/out", names: "image.npy/out"),
            Attempt(line: "$graphrun g.graph --output \(long)", names: long),
            Attempt(line: "$graphrun g.graph --output /proc/out", names: "/proc/out"),
            Attempt(line: "$graphrun g.graph --output loop/out", names: "loop"),
            Attempt(line: "touch runs; $graphrun g.graph; code=$?; rm runs; exit $code", names: "runs"),
            Attempt(line: "mkdir -p o1/graph.dot; $graphrun g.graph --output o1", names: "o1/graph.dot"),
            Attempt(
                line: "mkdir -p o2/result.npy; $graphrun g.graph $quick --output o2", code: 1, names: "o2/result.npy"),
            Attempt(
                line: "mkdir -p o3; touch o3/checkpoint.new; $graphrun g.graph $quick --output o3", code: 1,
                names: "o3/checkpoint.new"),
            Attempt(
                line: "mkdir -p o4/trace.json; $graphrun g.graph $quick --output o4", code: 1, names: "o4/trace.json"),
            Attempt(line: "mkdir -p o5/run.json; $graphrun g.graph $quick --output o5", names: "o5"),
            Attempt(line: "$graphrun denoise image.npy image.npy/o.npy --sigma 0.1", names: "image.npy/o.npy"),
            Attempt(line: "$graphrun denoise image.npy \(long).npy --sigma 0.1", code: 1, names: long),
            Attempt(line: "mkdir -p o.npy; $graphrun denoise image.npy o.npy --sigma 0.1", code: 1, names: "o.npy"),
            Attempt(line: "$graphs emit pnp -o \(long)", names: long),
            Attempt(line: "$graphs emit pnp -o image.npy/x.graph", names: "image.npy/x.graph"),
            // Files that cannot be read, or hold something else.
            Attempt(line: "$graphrun check \(long)", names: long),
            Attempt(line: "$graphrun check loop", names: "loop"),
            Attempt(line: "$graphrun check image.npy", names: "image.npy"),
            Attempt(line: "echo '{' > j.graph; $graphrun check j.graph", names: "j.graph"),
            Attempt(line: ": > j.graph; $graphrun check j.graph", names: "j.graph"),
            Attempt(line: "echo '[1e999]' > j.graph; $graphrun check j.graph", names: "j.graph"),
            Attempt(line: "echo '{' > j.json; $graphrun simulate g.graph --hosts-spec j.json", names: "j.json"),
            Attempt(line: "$graphrun simulate g.graph --hosts-spec loop", names: "loop"),
            Attempt(line: "$graphrun plan g.graph --workers loop", names: "loop"),
            Attempt(line: "$graphrun g.graph --set image=loop", names: "loop"),
            Attempt(line: "$graphrun g.graph --set image=\(long)", names: long),
            Attempt(line: "$graphrun g.graph --set weights=image.npy", names: "image.npy"),
            Attempt(line: "mkdir -p r1; echo '{' > r1/run.json; $graphrun dot g.graph --run r1", names: "r1"),
            Attempt(line: "mkdir -p r2/checkpoint; $graphrun g.graph --resume r2", names: "r2/checkpoint"),
            Attempt(
                line: "mkdir -p r3/checkpoint/checkpoint.json; $graphrun g.graph --resume r3", names: "r3/checkpoint"),
            Attempt(line: "mkdir -p r4; touch r4/checkpoint; $graphrun g.graph --resume r4", names: "r4/checkpoint"),
            Attempt(
                line: "mkdir -p r5/checkpoint; echo '{\"version\": 3}' > r5/checkpoint/checkpoint.json; "
                    + "(cd r5/checkpoint; sha256sum checkpoint.json > SHA256SUMS); $graphrun g.graph --resume r5",
                names: "r5/checkpoint"),
            // Workers' folders, and programs that are not there.
            Attempt(line: "$graphrun worker --data image.npy", names: "image.npy"),
            Attempt(line: "$graphrun worker --data image.npy/data", names: "image.npy/data"),
            Attempt(line: "$graphrun worker --data \(long)", names: long),
            Attempt(
                line: "echo me@127.0.0.1 > h; GRAPHRUN_SSH=/no/ssh $graphrun g.graph --workers h",
                names: "/no/ssh"),
            // Too few open files to go on with.
            Attempt(line: "ulimit -n 12; echo localhost slots=4 > h; $graphrun g.graph --workers h", names: ""),
        ]

        @Test("A set of commands that cannot be done", arguments: attempts.indices)
        func messages(index: Int) async throws {
            let attempt = Self.attempts[index]
            let here = try Workplace()
            try await here.preparePnP()
            try FileManager.default.createSymbolicLink(atPath: here.path("loop"), withDestinationPath: "loop")
            let outcome = try await here.shell(
                """
                graphrun='\(try Programs.path("graphrun"))'; graphs='\(try Programs.path("graphs"))'
                quick='\(quick.joined(separator: " "))'
                \(attempt.line)
                """)
            #expect(outcome.code == attempt.code, "\(attempt.line): \(outcome.errors)")
            let lines = outcome.errorLines
            #expect(!lines.isEmpty)
            #expect(lines.allSatisfy { $0.hasPrefix("graphrun: ") || $0.hasPrefix("graphs: ") }, "\(outcome.errors)")
            if !attempt.names.isEmpty {
                #expect(lines.contains { $0.contains(attempt.names) }, "\(attempt.line): \(outcome.errors)")
            }
            for raw in [
                "Domain=", "UserInfo", "Code=", "NSCocoa", "NSPOSIX", "CocoaError", "DecodingError", "EncodingError",
                "Optional(", "Swift.", "Foundation", "debugDescription", "Fatal error", "crashed",
            ] {
                #expect(!outcome.errors.contains(raw), "\(attempt.line): \(outcome.errors)")
            }
        }
    }
}
