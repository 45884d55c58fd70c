import GraphModel
import Kernels
import Tensors
import Testing

@Suite("Parameters")
struct ParameterTests {
    /// A graph with a parameter of every sort and an option of every sort.
    static func graph(_ settings: Overrides) throws(GraphError) -> Graph {
        try Graph("sample", summary: "", settings: settings) { g in
            g.loop(g.integer("iterations", 20, in: 1...100, "how often"))
            let factor = g.number("factor", 0.5, in: 0...2, unit: "of the image", "what to scale by")
            let mode = g.choice("mode", TileMode.exact, "how tiles are cut")
            _ = g.option("blurs", 3)
            _ = g.option("note", "none")
            _ = g.numbersOption("noise", [0.03, 0.05])
            let image = g.add("image", Load(g.path("image", "image.npy", "the image")))
            let tile = g.tiles("tile", of: image, mode: mode, size: 6, overlap: 2, denoiser: totalVariation)
            let scaled = g.add("scaled", Scale(factor), g.add("windows", Crop(), image, over: tile), over: tile)
            g.output("result", g.add("result", Blend(), scaled))
        }
    }

    static func message(_ settings: Overrides) -> String? {
        do throws(GraphError) {
            _ = try graph(settings)
            return nil
        } catch {
            guard case .problems(let problems) = error else { return "\(error)" }
            return problems.map(\.message).joined(separator: "\n")
        }
    }

    @Test("take the values of --set")
    func overrides() throws {
        let graph = try Self.graph([
            "iterations": "7", "factor": "1e-1", "mode": "blend", "image": "wide.npy", "blurs": "5", "noise": "1,2.5",
        ])
        #expect(graph.iterations == Setting(7, parameter: "iterations"))
        let values = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.value) })
        #expect(
            values == [
                "iterations": .integer(7), "factor": .number(0.1), "mode": .text("blend"), "image": .text("wide.npy"),
            ])
        #expect(graph.options == ["blurs": .integer(5), "note": .text("none"), "noise": .text("1,2.5")])
        #expect(graph.axes.first?.tileMode == Setting(.blend, parameter: "mode"))
        let range = try #require(graph.parameters.first { $0.name == "factor" })
        #expect(range.minimum == 0 && range.maximum == 2 && range.unit == "of the image")
    }

    @Test("that are paths count from where they were typed, and only they")
    func paths() throws {
        let graph = try Self.graph(Overrides(["image": "a.npy", "note": "b"]) { "/here/\($0)" })
        #expect(graph.parameters.first { $0.name == "image" }?.value == .text("/here/a.npy"))
        #expect(graph.options["note"] == .text("b"))
        let without = try Self.graph(Overrides(["image": ""]) { "/here/\($0)" })
        #expect(without.parameters.first { $0.name == "image" }?.value == .text(""))
    }

    @Test(
        "refuse what they cannot be",
        arguments: [
            ("iterations", "many", "parameter 'iterations' takes a whole number, not 'many'"),
            ("iterations", "2.5", "parameter 'iterations' takes a whole number, not '2.5'"),
            (
                "iterations", "99999999999999999999",
                "parameter 'iterations' takes a whole number, not '99999999999999999999'"
            ),
            ("iterations", "0", "parameter 'iterations' is 0; it must be between 1 and 100"),
            // No Double holds this number, and it is out of range nevertheless.
            (
                "iterations", "9007199254740993",
                "parameter 'iterations' is 9007199254740993; it must be between 1 and 100"
            ),
            ("factor", "half", "parameter 'factor' takes a number, not 'half'"),
            ("factor", "nan", "parameter 'factor' takes a number, not 'nan'"),
            ("factor", "1e999", "parameter 'factor' takes a number, not '1e999'"),
            ("factor", "2.5", "parameter 'factor' is 2.5; it must be between 0 and 2 (of the image)"),
            ("mode", "glue", "parameter 'mode' is 'glue'; it must be one of paste, blend, exact"),
            ("blurs", "two", "parameter 'blurs' takes a whole number, not 'two'"),
            ("noise", "0.1,,2", "'noise' takes numbers separated by commas, such as 0.03,0.05, not '0.1,,2'"),
            (
                "sigma", "1",
                "nothing is called 'sigma' here; what can be set: blurs, factor, image, iterations, mode, noise, note"
            ),
        ])
    func refusals(_ name: String, _ text: String, _ message: String) {
        #expect(Self.message([name: text]) == message)
    }

    @Test("are declared once, in range, whatever they are")
    func declarations() {
        #expect(
            mistakes { g in
                let first = g.number("step", 3, in: 0...2, "a step")
                let second = g.integer("step", 1, in: 0...2, "another")
                _ = g.option("step", second.value)
                g.output("result", g.add("scaled", Scale(first), g.image()))
            } == [
                "parameter 'step' is 3.0; it must be between 0 and 2",
                "parameter 'step' is declared twice; give each its own name",
                "parameter 'step' is declared twice; give each its own name",
            ])
    }

    @Test("that give too few iterations are one mistake", arguments: [0, -1])
    func iterations(_ count: Int) {
        let fromParameter = mistakes { g in
            g.loop(g.integer("iterations", count, in: 1...100, "how often"))
            g.output("result", g.image())
        }
        #expect(fromParameter == ["parameter 'iterations' is \(count); it must be between 1 and 100"])
        let written = mistakes { g in
            g.loop(Setting(count))
            g.output("result", g.image())
        }
        #expect(written == ["'iterations' is \(count); it must be between 1 and 1000000000"])
    }

    @Test("nothing can be set where nothing is declared")
    func none() {
        let messages = mistakes({ $0.output("result", $0.image()) }, settings: ["sigma": "1"])
        #expect(messages == ["nothing is called 'sigma' here; what can be set: nothing"])
    }
}

extension Axis {
    fileprivate var tileMode: Setting<TileMode>? {
        guard case .tiles(let tiles) = extent else { return nil }
        return tiles.mode
    }
}
