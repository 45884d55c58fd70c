import Foundation
import GraphModel
import Kernels
import Tensors
import Testing

@Suite("The .graph file")
struct GraphFileTests {
    static let kinds = KernelCatalog.standard.kinds

    static func read(_ text: String, _ settings: Overrides = [:]) throws(GraphError) -> Graph {
        try Graph(Data(text.utf8), file: "s.graph", kinds: kinds, settings: settings)
    }

    /// What is wrong with a text, each problem with its place.
    static func problems(_ text: String, _ settings: Overrides = [:]) -> [String] {
        do throws(GraphError) {
            _ = try read(text, settings)
            return []
        } catch {
            guard case .problems(let problems) = error else { return ["not a list of problems: \(error)"] }
            return problems.map(\.description)
        }
    }

    @Test("a graph written, read and written again is the same text, and expands to the same instances")
    func roundTrip() throws {
        let graph = try Graph("sample", summary: "An \"example\" of \\everything, at 30°", everything)
        let text = try graph.fileText()
        let again = try Self.read(text)
        #expect(try again.fileText() == text)
        #expect(try graph.fileText() == text)
        let first = try graph.expand(sampleFiles)
        let second = try again.expand(sampleFiles)
        #expect(first.instances.map(\.id) == second.instances.map(\.id))
        #expect(first.instances.map(\.type) == second.instances.map(\.type))
        #expect(first.instances.map(\.cost) == second.instances.map(\.cost))
        #expect(first.dot() == second.dot())
    }

    @Test("a small graph has this text")
    func golden() throws {
        #expect(try smallGraph().fileText() == smallText)
    }

    @Test("nodes know their lines")
    func lines() throws {
        let text = smallText.replacingOccurrences(of: "\"kind\": \"zeros\"", with: "\"kind\": \"sum\"")
            .replacingOccurrences(
                of: "\"step\": { \"parameter\": \"step\" }", with: "\"step\": { \"parameter\": \"sigma\" }")
        #expect(
            Self.problems(text) == [
                "s.graph:15: parameter 'sigma' is not declared; declare it under \"parameters\""
            ])
        let graph = try Self.read(smallText.replacingOccurrences(of: "psnr\"]", with: "x\"]"))
        let error = #expect(throws: GraphError.self) { try graph.expand(sampleFiles) }
        #expect(
            error?.description == """
                s.graph:10: metric 'x' is a state, which is computed nowhere; report what it becomes, 'z'
                s.graph:17: nothing uses 'psnr'; read it, keep it with 'output(…)', report it with 'metric(…)', or delete it
                s.graph:10: metric 'x' is 1 × 1 × 12 × 10 float32; a metric is a single float32 number
                """)
    }

    @Test("mistakes of the structure are found together with those of the text")
    func together() {
        let text = smallText.replacingOccurrences(of: "\"next\": \"z\"", with: "\"next\": \"w\"")
            .replacingOccurrences(
                of: "\"summary\": \"A small graph\"", with: "\"summary\": \"A small graph\", \"x\": 1")
        #expect(
            Self.problems(text) == [
                "s.graph:25: \"x\" means nothing here; there can be: axes, graphrun, iterations, metrics, name, nodes, "
                    + "note, options, outputs, parameters, stop, summary",
                "s.graph:10: state 'x' becomes 'w', which is no node of the graph",
            ])
    }

    // MARK: Text

    @Test("a byte order mark and the line ends of Windows change nothing", arguments: ["\n", "\r\n"])
    func editors(_ newline: String) throws {
        let text = smallText.replacingOccurrences(of: "\n", with: newline)
        let data = Data([0xEF, 0xBB, 0xBF]) + Data(text.utf8)
        let graph = try Graph(data, file: "s.graph", kinds: Self.kinds)
        #expect(try graph.fileText() == smallText)
        // Lines are counted as before.
        let wrong = text.replacingOccurrences(of: "\"kind\": \"zeros\"", with: "\"kind\": \"nothing\"")
        let error = #expect(throws: GraphError.self) {
            try Graph(Data([0xEF, 0xBB, 0xBF]) + Data(wrong.utf8), file: "s.graph", kinds: Self.kinds)
        }
        #expect(error?.description.hasPrefix("s.graph:9: ") == true, "\(String(describing: error))")
    }

    @Test("text in UTF-16 is told to be that", arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian])
    func utf16(_ encoding: String.Encoding) throws {
        let data = try #require(smallText.data(using: encoding))
        let error = #expect(throws: GraphError.self) { try Graph(data, file: "s.graph", kinds: Self.kinds) }
        let isMarked = data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF])
        #expect(
            error?.description
                == (isMarked
                    ? "s.graph:1: this is text in UTF-16; save it as UTF-8"
                    : "s.graph:1: this is no text; is it a .graph file?"))
    }

    // MARK: The note

    @Test("a note is kept in the file, with the values of parameters once they are known")
    func note() throws {
        let graph = try Graph("sample", summary: "") { g in
            g.note("{image} at {sigma}, {sigma2}{shard}")
            let sigma = g.number("sigma", 0.1, in: 0...1, "")
            let image = g.add("image", Load(g.path("image", "deep/er/image.npy", "")))
            g.output("result", g.add("z", Denoise(totalVariation, sigma: sigma), image))
        }
        #expect(graph.noteText == "image.npy at 0.1, {sigma2}{shard}")
        let text = try graph.fileText()
        #expect(text.contains(#""note": "{image} at {sigma}, {sigma2}{shard}""#))
        let again = try Self.read(text, ["sigma": "0.25", "image": "photo.png"])
        #expect(again.noteText == "photo.png at 0.25, {sigma2}{shard}")
        #expect(try Self.read(smallText).noteText == nil)
        #expect(!smallText.contains("note"))
        #expect(Self.problems(text.replacing(#""note": "{image}"#, with: #""note": 3, "x": "{image}"#)).count == 2)
    }

    // MARK: --set

    @Test("--set changes parameters")
    func overrides() throws {
        let graph = try Self.read(smallText, ["step": "0.25", "iterations": "3"])
        #expect(graph.iterations == Setting(3, parameter: "iterations"))
        #expect(graph.parameters.map(\.value) == [.integer(3), .number(0.25)])
        #expect(try graph.fileText().contains("\"value\": 0.25"))
        // The bounds are still there.
        #expect(graph.parameters[1].maximum == 2)
    }

    @Test("a parameter with one bound keeps it")
    func oneBound() throws {
        let text = smallText.replacingOccurrences(of: "\"maximum\": 2, ", with: "")
        #expect(text != smallText)
        let graph = try Self.read(text, ["step": "0.25"])
        #expect(graph.parameters[1].minimum == 0 && graph.parameters[1].maximum == nil)
        #expect(
            Self.problems(text, ["step": "-1"]) == [
                "--set step=-1: parameter 'step' is -1.0; it must be between 0 and inf"
            ])
    }

    @Test(
        "--set refuses what cannot be",
        arguments: [
            ("sigma", "1", "s.graph:21: no parameter is called 'sigma'; there are: iterations, step"),
            ("step", "big", "--set step=big: parameter 'step' takes a number, not 'big'"),
            ("step", "3", "--set step=3: parameter 'step' is 3.0; it must be between 0 and 2"),
            (
                "iterations", "9223372036854775807",
                "--set iterations=9223372036854775807: parameter 'iterations' is 9223372036854775807; "
                    + "it must be between 1 and 100"
            ),
            (
                "blurs", "2",
                "s.graph:21: 'blurs' was chosen when the graph was emitted; emit it again with --set blurs=…"
            ),
        ])
    func refusals(_ name: String, _ text: String, _ message: String) {
        #expect(Self.problems(smallText, [name: text]) == [message])
    }

    @Test("--set on a graph without parameters says so")
    func noParameters() throws {
        let text = try Graph("sample", summary: "") { $0.output("result", $0.image()) }.fileText()
        #expect(Self.problems(text, ["sigma": "1"]) == ["s.graph:10: no parameter is called 'sigma'; there are none"])
    }
}

/// A graph whose text is short enough to be read.
func smallGraph() throws(GraphError) -> Graph {
    try Graph("small", summary: "A small graph") { g in
        g.loop(g.integer("iterations", 4, in: 1...100, "how often"))
        _ = g.option("blurs", 1)
        let image = g.image()
        let x = g.state("x", initial: g.add("start", Zeros(), image))
        let z = g.add("z", Descend(step: g.number("step", 0.5, in: 0...2, "step size")), x, image)
        g.next(x, z)
        g.metric(g.add("psnr", PSNR(), z, image))
        g.output("result", x)
    }
}

let smallText = """
    {
      "axes": [],
      "graphrun": 1,
      "iterations": { "parameter": "iterations" },
      "metrics": ["psnr"],
      "name": "small",
      "nodes": [
        { "id": "image", "kind": "load", "settings": { "layout": "image", "path": "image.npy" } },
        { "id": "start", "inputs": ["image"], "kind": "zeros" },
        { "id": "x", "initial": "start", "next": "z" },
        {
          "id": "z",
          "inputs": ["x", "image"],
          "kind": "descend",
          "settings": { "step": { "parameter": "step" } }
        },
        { "id": "psnr", "inputs": ["z", "image"], "kind": "psnr" }
      ],
      "options": { "blurs": 1 },
      "outputs": { "result": "x" },
      "parameters": [
        { "help": "how often", "maximum": 100, "minimum": 1, "name": "iterations", "sort": "integer", "value": 4 },
        { "help": "step size", "maximum": 2, "minimum": 0, "name": "step", "sort": "number", "value": 0.5 }
      ],
      "summary": "A small graph"
    }

    """
