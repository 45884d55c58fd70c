import Foundation
import GraphModel
import Tensors
import Testing

/// Graphviz, where it is installed.
private let graphviz = ["/usr/bin/dot", "/usr/local/bin/dot", "/opt/homebrew/bin/dot"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

@Suite("Pictures of a graph")
struct DotTests {
    /// Two shards, one state, one output and one metric.
    private func sample() throws -> Expansion {
        try expansion { g in
            let image = g.image()
            let shard = g.axis("shard", count: 2)
            let y = g.add("y", Measure(gaussian), image, over: shard)
            let x = g.state("x", initial: g.add("start", Zeros(), image))
            let gradients = g.add("gradients", DataGradient(gaussian), x, y, over: shard)
            let next = g.add("next", Descend(step: 0.5), x, g.add("gradient", Sum(), gradients))
            g.next(x, next)
            g.metric(g.add("psnr", PSNR(), next, image))
            g.output("result", x)
        }
    }

    @Test("the template has this text")
    func template() throws {
        try sample().dot().write(toFile: "/tmp/t.dot", atomically: true, encoding: .utf8)
        #expect(try sample().dot() == templateText)
    }

    @Test("the instances have this text, with the colours of their workers")
    func expanded() throws {
        let expansion = try sample()
        let text = expansion.expandedDot(
            annotation: { ($0 % 2, expansion.instances[$0].phase == .body ? "1 ms" : "") },
            edgeLabel: { from, _ in expansion.instances[from].id == "gradients[1]" ? "480 B" : nil })
        try text.write(toFile: "/tmp/e.dot", atomically: true, encoding: .utf8)
        #expect(text == expandedText)
    }

    @Test("quotes, backslashes and line breaks stay inside their texts")
    func escapes() throws {
        // Ids cannot hold them, but paths, and with them labels, can.
        let path = "a\"b\\c\nd\"\u{301}.npy"
        let files = FileFacts([FileReference(path, .tensor): .tensor(TensorType([1, 1, 4, 4]))])
        let graph = try Graph("sample", summary: "") { $0.output("result", $0.image(path)) }
        let text = try graph.expand(files).dot()
        #expect(text.contains("load: a\\\"b\\\\c d\\\"\u{301}.npy"))
        try accept(text)
    }

    @Test(
        "Graphviz accepts template and instances",
        .enabled(if: graphviz != nil, "Graphviz is not installed; 'apt-get install graphviz' brings it"))
    func accepted() throws {
        for expansion in [try sample(), try expansion(everything)] {
            try accept(expansion.dot())
            try accept(expansion.expandedDot(annotation: { ($0 % 9, "worker") }, edgeLabel: { _, _ in "\"1\\" }))
        }
    }

    /// Lets Graphviz draw `text`.
    private func accept(_ text: String) throws {
        guard let graphviz else { return }
        let process = Process()
        process.executableURL = URL(filePath: graphviz)
        process.arguments = ["-Tsvg"]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let drawn = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(complaints.isEmpty)
        #expect(drawn.contains("</svg>"))
    }

    private let templateText = """
        """

    private let expandedText = """
        """
}
