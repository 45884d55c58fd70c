import Foundation
import GraphModel
import Testing

@Suite("Mistakes in a .graph file")
struct GraphFileMistakeTests {
    /// A change of the small graph's text, and what its reader is told.
    struct Change: CustomTestStringConvertible, Sendable {
        let old: String
        let new: String
        let messages: [String]

        init(_ old: String, _ new: String, _ messages: String...) {
            self.old = old
            self.new = new
            self.messages = messages
        }

        var testDescription: String { "\(old) → \(new)" }
    }

    static let versions = [
        Change(
            "\"graphrun\": 1", "\"graphrun\": 2",
            "s.graph:3: version 2 of the file form is not known; "
                + "this program reads version 1. Emit the graph again with this program"),
        Change("\"graphrun\": 1", "\"graphrun\": \"1\"", "s.graph:3: this is no .graph file: it lacks \"graphrun\": 1"),
        Change("\"graphrun\": 1", "\"version\": 1", "s.graph:1: this is no .graph file: it lacks \"graphrun\": 1"),
    ]

    static let kinds = [
        Change(
            "\"kind\": \"zeros\"", "\"kind\": \"median\"",
            "s.graph:9: 'start' is of the kind 'median', which this program does not know; run the program that defines "
                + "it, or use one of: \(GraphFileTests.kinds.names.joined(separator: ", "))"),
        Change("\"kind\": \"zeros\"", "\"kind\": 3", "s.graph:9: \"kind\" must be a text"),
        Change(", \"kind\": \"zeros\"", "", "s.graph:9: \"kind\" is missing"),
    ]

    static let keys = [
        Change(
            "\"graphrun\": 1", "\"graphrun\": 1,\n\"nods\": []",
            "s.graph:4: \"nods\" means nothing here; there can be: axes, graphrun, iterations, metrics, name, nodes, "
                + "note, options, outputs, parameters, stop, summary"),
        Change(
            "\"sort\": \"number\"", "\"sort\": \"number\", \"default\": 1",
            "s.graph:23: \"default\" means nothing here; there can be: choices, help, maximum, minimum, name, sort, unit, "
                + "value"),
        Change(
            "\"axes\": []", "\"axes\": [{ \"name\": \"a\", \"count\": 2, \"of\": \"x\" }]",
            "s.graph:2: \"of\" means nothing here; there can be: count, name"),
        Change(
            "\"id\": \"image\", \"kind\"", "\"id\": \"image\", \"host\": \"here\", \"kind\"",
            "s.graph:8: \"host\" means nothing here; there can be: id, inputs, kind, over, settings"),
        Change(
            "\"next\": \"z\"", "\"next\": \"z\", \"kind\": \"state\"",
            "s.graph:10: \"kind\" means nothing here; there can be: id, initial, next, over"),
        Change(
            "\"layout\": \"image\"", "\"layout\": \"image\", \"scale\": 2",
            "s.graph:8: \"scale\" means nothing here; delete it"),
        Change(
            "{ \"parameter\": \"step\" }", "{ \"parameter\": \"step\", \"times\": 2 }",
            "s.graph:15: \"times\" means nothing here; delete it"),
        Change(
            "\"kind\": \"zeros\"", "\"kind\": \"zeros\", \"settings\": { \"value\": 1 }",
            "s.graph:9: \"value\" means nothing here; delete it"),
        Change("\"help\": \"how often\", ", "", "s.graph:22: \"help\" is missing"),
        Change("\"name\": \"small\",\n", "", "s.graph:1: \"name\" is missing"),
        Change("\"iterations\": { \"parameter\": \"iterations\" },", "", "s.graph:1: \"iterations\" is missing"),
        Change("\"outputs\": { \"result\": \"x\" },", "", "s.graph:1: \"outputs\" is missing"),
        Change("\"id\": \"start\", ", "", "s.graph:9: \"id\" is missing"),
        Change(", \"next\": \"z\"", "", "s.graph:10: \"next\" is missing"),
        Change(", \"path\": \"image.npy\"", "", "s.graph:8: \"path\" is missing"),
        Change("{ \"step\": { \"parameter\": \"step\" } }", "{}", "s.graph:15: \"step\" is missing"),
        Change(
            "\"axes\": []", "\"axes\": [{ \"name\": \"a\" }]", "s.graph:2: \"of\" is missing"),
    ]

    static let types = [
        Change("\"name\": \"small\"", "\"name\": 5", "s.graph:6: \"name\" must be a text"),
        Change("\"metrics\": [\"psnr\"]", "\"metrics\": \"psnr\"", "s.graph:5: \"metrics\" must be a list"),
        Change("\"metrics\": [\"psnr\"]", "\"metrics\": [1]", "s.graph:5: an entry of \"metrics\" must be a text"),
        Change("{ \"result\": \"x\" }", "[\"x\"]", "s.graph:20: \"outputs\" must be an object"),
        Change("\"axes\": []", "\"axes\": {}", "s.graph:2: \"axes\" must be a list"),
        Change("\"axes\": []", "\"axes\": [1]", "s.graph:2: an entry of \"axes\" must be an object"),
        Change(
            "\"axes\": []", "\"axes\": [{ \"name\": \"a\", \"count\": \"two\" }]",
            "s.graph:2: \"count\" must be a whole number"),
        Change(
            "\"axes\": []", "\"axes\": [{ \"name\": \"a\", \"count\": 2.5 }]",
            "s.graph:2: \"count\" must be a whole number"),
        Change(
            "\"axes\": []", "\"axes\": [{ \"name\": \"a\", \"count\": null }]",
            "s.graph:2: \"count\" must be a whole number"),
        Change("\"inputs\": [\"image\"]", "\"inputs\": \"image\"", "s.graph:9: \"inputs\" must be a list"),
        Change(
            "\"kind\": \"zeros\"", "\"kind\": \"zeros\", \"settings\": []",
            "s.graph:9: \"settings\" must be an object"),
        Change("\"kind\": \"zeros\"", "\"kind\": \"zeros\", \"over\": 1", "s.graph:9: \"over\" must be a text"),
        Change("{ \"parameter\": \"step\" }", "\"half\"", "s.graph:15: \"step\" must be a number"),
        Change("{ \"parameter\": \"step\" }", "true", "s.graph:15: \"step\" must be a number"),
        Change(
            "\"layout\": \"image\"", "\"layout\": \"movie\"",
            "s.graph:8: \"layout\" must be one of array, image, chw, hwc"),
        Change(
            "\"axes\": []",
            """
            "axes": [{ "name": "t", "of": "z", "mode": "glue", "size": 6, "overlap": 2, "dimensions": 2,
            "denoiser": { "weights": "", "tv-weight": 1, "tv-iterations": 3 } }]
            """,
            "s.graph:2: \"mode\" must be one of paste, blend, exact"),
        Change(
            "\"options\": { \"blurs\": 1 }", "\"options\": { \"blurs\": [] }", "s.graph:19: \"blurs\" must be a text"),
    ]

    /// Foundation's decoder does not say where a number stands that it does not take.
    static let numbers = [
        Change(
            "\"path\": \"image.npy\"", "\"path\": \"image.npy\",\n\"part\":\n{ \"slice\": 1.5 }",
            "s.graph:10: \"slice\" must be a whole number, not 1.5"),
        Change(
            "\"path\": \"image.npy\"",
            "\"path\": \"image.npy\", \"part\": { \"region\":\n[[0, 1],\n[1.5, 99999999999999999999]] }",
            "s.graph:10: an entry of \"region\" must be a whole number, not 1.5",
            "s.graph:10: an entry of \"region\" must be a whole number, and 1e+20 is larger than one may be"),
        Change("\"value\": 4", "\"value\": 1e400", "s.graph:22: the number 1e400 is larger than a number may be"),
    ]

    static let parameters = [
        Change(
            "\"iterations\": { \"parameter\": \"iterations\" }", "\"iterations\": { \"parameter\": \"n\" }",
            "s.graph:4: parameter 'n' is not declared; declare it under \"parameters\""),
        Change(
            "{ \"parameter\": \"iterations\" }", "{ \"parameter\": \"step\" }",
            "s.graph:4: parameter 'step' is '0.5', but must be a whole number here"),
        Change(
            "\"value\": 4", "\"value\": 101", "s.graph:22: parameter 'iterations' is 101; it must be between 1 and 100"),
        Change("\"value\": 4", "\"value\": 4.5", "s.graph:22: parameter 'iterations' takes a whole number, not '4.5'"),
        Change(
            "\"name\": \"step\"", "\"name\": \"iterations\"",
            "s.graph:23: parameter 'iterations' is declared twice; give each its own name",
            "s.graph:15: parameter 'step' is not declared; declare it under \"parameters\""),
    ]

    @Test("are named with their lines, each once", arguments: versions + keys + kinds + types + numbers + parameters)
    func each(_ change: Change) {
        let text = smallText.replacingOccurrences(of: change.old, with: change.new)
        #expect(text != smallText)
        #expect(GraphFileTests.problems(text) == change.messages)
    }

    @Test(
        "a syntax error is named with its line", arguments: ["\"graphrun\" 1", "\"graphrun\": 1;", "\"graphrun\": 01"])
    func syntax(_ new: String) throws {
        let text = smallText.replacingOccurrences(of: "\"graphrun\": 1", with: new)
        let problems = GraphFileTests.problems(text)
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("s.graph:3: this is no valid JSON: "))
        #expect(!problems[0].contains("\n"))
    }

    @Test("what is no graph is told so")
    func others() {
        #expect(
            GraphFileTests.problems("[]") == ["s.graph:1: a .graph file is one JSON object; `graphs emit` writes one"])
        #expect(GraphFileTests.problems("{}") == ["s.graph:1: this is no .graph file: it lacks \"graphrun\": 1"])
        #expect(GraphFileTests.problems("").count == 1)
        let error = #expect(throws: GraphError.self) {
            try Graph(Data([0xFF, 0xFE, 0x00]), file: "s.graph", kinds: GraphFileTests.kinds)
        }
        #expect(error?.description == "s.graph:1: this is no text; is it a .graph file?")
    }

    @Test("any nesting is read or refused", arguments: [10, 200, 500, 510, 100_000], ["[", "{\"a\":"])
    func nesting(_ depth: Int, _ bracket: String) {
        let closing = bracket == "[" ? "]" : "}"
        let deep = String(repeating: bracket, count: depth) + "1" + String(repeating: closing, count: depth)
        let text = smallText.replacingOccurrences(of: "\"blurs\": 1", with: "\"blurs\": \(deep)")
        let problems = GraphFileTests.problems(text)
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("s.graph:19: "))
        #expect(problems[0].count < 200)
    }

    @Test("a key that stands twice is told, as only one of them would count")
    func twice() {
        let text = smallText.replacingOccurrences(of: "\"next\": \"z\"", with: "\"next\": \"z\", \"next\": \"x\"")
        #expect(GraphFileTests.problems(text) == ["s.graph:10: \"next\" stands here twice; delete one of them"])
    }
}
