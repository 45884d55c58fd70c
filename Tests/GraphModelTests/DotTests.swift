import Foundation
import GraphModel
import Kernels
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
        #expect(try sample().dot() == templateText)
    }

    @Test("the instances have this text, with the colours of their workers")
    func expanded() throws {
        let expansion = try sample()
        let text = expansion.expandedDot(
            annotation: { instance in
                let position = expansion.instances.firstIndex { $0.id == instance.id } ?? 0
                return (position % 2, instance.phase == .body ? "1 ms" : "")
            }, edgeLabel: { from, _ in from == "gradients[1]" ? "480 B" : nil })
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
            try accept(expansion.expandedDot(annotation: { ($0.index % 9, "worker") }, edgeLabel: { _, _ in "\"1\\" }))
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
        digraph "sample" {
            graph [rankdir=TB, fontname="Helvetica", nodesep=0.35, ranksep=0.4];
            node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];
            edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];
            "image" [label="image\\nload: image.npy\\n1 × 1 × 12 × 10 float32", fillcolor="#eeeeee"];
            "start" [label="start\\nzeros\\n1 × 1 × 12 × 10 float32", fillcolor="#eeeeee"];
            "x" [label="x\\nstate\\n1 × 1 × 12 × 10 float32", shape=oval];
            "gradient" [label="gradient\\nsum\\n1 × 1 × 12 × 10 float32"];
            "next" [label="next\\ndescend: τ = 0.5\\n1 × 1 × 12 × 10 float32"];
            "psnr" [label="psnr\\npsnr\\nscalar float32"];
            subgraph "cluster_shard" {
                label="shard × 2"; style="dashed,rounded"; color="#888888"; fontsize=12;
                "y" [label="y\\nmeasure: Gaussian blur, circular\\n1 × 1 × 12 × 10 float32", fillcolor="#eeeeee"];
                "gradients" [label="gradients\\ndata-gradient: Gaussian blur, circular\\n1 × 1 × 12 × 10 float32"];
            }
            "output result" [label="result", shape=note, style=filled, fillcolor="#fff8dc"];
            "image" -> "y";
            "image" -> "start";
            "start" -> "x" [style=dotted, label="start"];
            "next" -> "x" [style=dashed, constraint=false, label="next"];
            "x" -> "gradients";
            "y" -> "gradients";
            "gradients" -> "gradient";
            "x" -> "next";
            "gradient" -> "next";
            "next" -> "psnr";
            "image" -> "psnr";
            "x" -> "output result";
        }

        """

    private let expandedText = """
        digraph "sample" {
            graph [rankdir=TB, fontname="Helvetica", nodesep=0.35, ranksep=0.4];
            node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];
            edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];
            "image" [label="image\\n1 × 1 × 12 × 10 float32", fillcolor="#fbb4ae"];
            subgraph "cluster_shard/y" {
                label="y × 2"; style="dashed,rounded"; color="#888888"; fontsize=12;
                "y[0]" [label="y[0]\\n1 × 1 × 12 × 10 float32", fillcolor="#b3cde3"];
                "y[1]" [label="y[1]\\n1 × 1 × 12 × 10 float32", fillcolor="#fbb4ae"];
            }
            "start" [label="start\\n1 × 1 × 12 × 10 float32", fillcolor="#b3cde3"];
            "x" [label="x\\n1 × 1 × 12 × 10 float32\\n1 ms", shape=oval, fillcolor="#fbb4ae"];
            subgraph "cluster_shard/gradients" {
                label="gradients × 2"; style="dashed,rounded"; color="#888888"; fontsize=12;
                "gradients[0]" [label="gradients[0]\\n1 × 1 × 12 × 10 float32\\n1 ms", fillcolor="#b3cde3"];
                "gradients[1]" [label="gradients[1]\\n1 × 1 × 12 × 10 float32\\n1 ms", fillcolor="#fbb4ae"];
            }
            "gradient" [label="gradient\\n1 × 1 × 12 × 10 float32\\n1 ms", fillcolor="#b3cde3"];
            "next" [label="next\\n1 × 1 × 12 × 10 float32\\n1 ms", fillcolor="#fbb4ae"];
            "psnr" [label="psnr\\nscalar float32\\n1 ms", fillcolor="#b3cde3"];
            "output result" [label="result", shape=note, style=filled, fillcolor="#fff8dc"];
            "image" -> "y[0]";
            "image" -> "y[1]";
            "image" -> "start";
            "start" -> "x" [style=dotted, label="start"];
            "next" -> "x" [style=dashed, constraint=false, label="next"];
            "x" -> "gradients[0]";
            "y[0]" -> "gradients[0]";
            "x" -> "gradients[1]";
            "y[1]" -> "gradients[1]";
            "gradients[0]" -> "gradient";
            "gradients[1]" -> "gradient" [label="480 B"];
            "x" -> "next";
            "gradient" -> "next";
            "next" -> "psnr";
            "image" -> "psnr";
            "x" -> "output result";
        }

        """
}
