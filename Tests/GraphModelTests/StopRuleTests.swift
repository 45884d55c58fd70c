import Foundation
import GraphModel
import Kernels
import TestSupport
import Testing

/// A graph with a stop rule, and what goes before and after it.
private func sample(
    _ settings: Overrides = [:], _ more: (GraphBuilder, Value) -> Void = { _, _ in }
) throws(GraphError) -> Graph {
    try Graph("small", summary: "", settings: settings) { g in
        let image = g.image()
        let x = g.state("x", initial: g.add("start", Zeros(), image))
        let z = g.add("z", Scale(0.5), x)
        g.next(x, z)
        let residual = g.add("residual", RelativeChange(), x, z)
        g.metric(residual)
        g.stop(when: residual, below: g.number("tolerance", 1e-4, in: 0...1, "when to stop"), for: 5)
        more(g, residual)
        g.output("result", x)
    }
}

@Suite("The stop rule of a graph")
struct StopRuleTests {
    private static let line = #"  "stop": { "below": { "parameter": "tolerance" }, "for": 5, "when": "residual" },"#

    @Test("a graph written, read and written again has it, with its parameter")
    func roundTrip() throws {
        let text = try sample().fileText()
        #expect(text.contains(Self.line))
        let again = try GraphFileTests.read(text)
        #expect(try again.fileText() == text)
        let stop = try #require(again.stop)
        #expect(stop.metric == "residual" && stop.count == 5)
        #expect(stop.below == Setting(1e-4, parameter: "tolerance"))
        #expect(try GraphFileTests.read(text, ["tolerance": "0.25"]).stop?.below.value == 0.25)
        #expect(try sample(["tolerance": "0"]).stop?.below.value == 0)
    }

    @Test("a file without one is read as before")
    func none() throws {
        let text = try sample().fileText().replacingOccurrences(of: Self.line + "\n", with: "")
        let graph = try GraphFileTests.read(text)
        #expect(graph.stop == nil)
        #expect(try graph.fileText() == text)
        #expect(graph.withTolerance(0.5).stop == nil)
    }

    @Test("another threshold changes the parameter with it, and nothing else")
    func withTolerance() throws {
        let text = try sample().withTolerance(0.5).fileText()
        #expect(text == (try sample(["tolerance": "0.5"]).fileText()))
    }

    @Test("rewriting keeps it")
    func rewritten() throws {
        let expansion = try sample().expand(sampleFiles)
        #expect(try expansion.rewritten(.all, workers: 2, sampleFiles).graph.stop == expansion.graph.stop)
    }

    @Test("it is said in words", arguments: [(5, "5 iterations"), (1, "1 iteration")])
    func words(_ count: Int, _ text: String) throws {
        let graph = try sample()
        let rule = StopRule(metric: "residual", below: 3e-5, count: Setting(count))
        #expect(rule.described(graph) == "relative change below 3e-5 for \(text)")
        let other = StopRule(metric: "z", below: 0.01, count: Setting(count))
        #expect(other.described(graph) == "'z' below 0.01 for \(text)")
    }

    @Test(
        "what cannot be is told, with its line",
        arguments: [
            (
                #""when": "residual""#, #""when": "x""#,
                "the stop rule looks at 'x', which is no metric; report it with 'metric(…)'"
            ),
            (#""for": 5"#, #""for": 0"#, "the stop rule counts 0 iterations; it must count 1 to 1000"),
            (#""for": 5"#, #""for": 1001"#, "the stop rule counts 1001 iterations; it must count 1 to 1000"),
            (#"{ "parameter": "tolerance" }"#, "-0.5", "the stop rule has the threshold -0.5; it must be 0 or more"),
            (#""for": 5"#, #""for": "often""#, "\"for\" must be a whole number"),
            (#""for": 5, "#, "", "\"for\" is missing"),
            (#", "when": "residual""#, "", "\"when\" is missing"),
            (#""when": "residual""#, #""when": 1"#, "\"when\" must be a text"),
            (#""for": 5"#, #""for": 5, "after": 3"#, "\"after\" means nothing here; there can be: below, for, when"),
            (
                #"{ "below": { "parameter": "tolerance" }, "for": 5, "when": "residual" }"#, "5",
                "\"stop\" must be an object"
            ),
        ])
    func mistakes(_ old: String, _ new: String, _ message: String) throws {
        let text = try sample().fileText()
        let changed = text.replacingOccurrences(of: old, with: new)
        #expect(changed != text)
        let line = try #require(text.split(separator: "\n").firstIndex { $0.contains("\"stop\"") }) + 1
        let problems: [String]
        do {
            _ = try GraphFileTests.read(changed).expand(sampleFiles)
            problems = []
        } catch {
            guard case .problems(let found) = error else { throw error }
            problems = found.map(\.description)
        }
        #expect(problems == ["s.graph:\(line): \(message)"])
    }

    @Test("a metric that does not change, and a second rule, are told")
    func more() throws {
        #expect {
            try sample { g, residual in g.stop(when: residual, below: 1, for: 1) }
        } throws: { error in
            "\(error)".hasSuffix(": the graph is given two stop rules; keep one of them")
        }
        #expect {
            try Graph("fixed", summary: "") { g in
                let image = g.image()
                let psnr = g.add("psnr", PSNR(), image, image)
                g.metric(psnr)
                g.stop(when: psnr, below: 1, for: 1)
                g.output("result", image)
            }
        } throws: { error in
            "\(error)".hasSuffix(
                ": the stop rule looks at 'psnr', which does not change from one iteration to the next; "
                    + "let it look at one that does")
        }
    }
}
