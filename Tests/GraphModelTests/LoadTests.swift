import GraphModel
import Kernels
import Tensors
import Testing

/// How a file's array becomes an image.
@Suite("Layouts and ranges of files")
struct LoadTests {
    private func type(
        _ dimensions: [Int], _ layout: Load.Layout, isPicture: Bool = false, element: ElementType = .float32
    ) -> Result<TensorType, GraphError> {
        let file = FileFact.tensor(TensorType(Shape(dimensions), element), ArrayContents(isPicture: isPicture))
        do throws(GraphError) {
            let graph = try Graph("load", summary: "") { g in
                g.output("result", g.add("image", Load("a.npy", as: layout)))
            }
            return .success(
                try graph.expand(FileFacts([FileReference("a.npy", .tensor): file])).instances[0].type)
        } catch {
            return .failure(error)
        }
    }

    private func shape(_ dimensions: [Int], _ layout: Load.Layout, isPicture: Bool = false) -> [Int]? {
        guard case .success(let type) = type(dimensions, layout, isPicture: isPicture) else { return nil }
        return type.shape.dimensions
    }

    @Test(
        "An array that looks like H × W × C is refused as C × H × W, and no other is",
        arguments: [
            ([64, 48, 3], true), ([64, 48, 1], true), ([64, 48, 4], true), ([64, 48, 2], true), ([5, 5, 4], true),
            ([1, 64, 48, 3], true), ([8, 64, 48, 3], true),
            // Channels in front, however many; narrow images of few channels; planes.
            ([3, 64, 48], false), ([1, 64, 48], false), ([4, 64, 48], false), ([200, 64, 48], false),
            ([48, 48, 5], false), ([3, 64, 3], false), ([1, 64, 3], false), ([4, 64, 4], false), ([64, 3, 3], false),
            ([64, 3], false), ([64, 48], false), ([2, 3, 64, 48], false), ([1, 48, 64, 64], false),
        ])
    func suspicion(_ dimensions: [Int], isRefused: Bool) {
        #expect((shape(dimensions, .image) == nil) == isRefused)
        // Whoever says what it is is believed.
        let four = Array(repeating: 1, count: 4 - dimensions.count) + dimensions
        #expect(shape(dimensions, .chw) == four)
        #expect(shape(dimensions, .array) == dimensions)
        #expect(shape(dimensions, .hwc) == (dimensions.count < 3 ? four : [four[0], four[3], four[1], four[2]]))
        #expect(dimensions.count != 4 || shape(dimensions, .image, isPicture: true) == dimensions)
        #expect(dimensions.count != 4 || shape(dimensions, .hwc, isPicture: true) == dimensions)
    }

    @Test("The refusal says what to set, by parameter or in the graph")
    func message() {
        func message(_ dimensions: [Int], _ build: (GraphBuilder) -> Setting<Load.Layout>) -> [String] {
            do throws(GraphError) {
                let graph = try Graph("load", summary: "") { g in
                    g.output("result", g.add("image", Load("a.npy", as: build(g))))
                }
                _ = try graph.expand(
                    FileFacts([FileReference("a.npy", .tensor): .tensor(TensorType(Shape(dimensions)))]))
                return []
            } catch {
                guard case .problems(let problems) = error else { return [] }
                return problems.map(\.message)
            }
        }
        #expect(
            message([64, 48, 3]) { _ in Setting(.image) } == [
                "'image': a.npy: 64 × 48 × 3 looks like H × W × C, not C × H × W; 'layout' hwc takes it so "
                    + "('layout' chw as 64 channels of 48 × 3 pixels)"
            ])
        #expect(
            message([1, 64, 48, 4]) { $0.choice("form", Load.Layout.image, among: Load.Layout.ofImages, "") } == [
                "'image': a.npy: 1 × 64 × 48 × 4 looks like H × W × C, not C × H × W; --set form=hwc takes it so "
                    + "(--set form=chw as 64 channels of 48 × 4 pixels); leave a channel of transparency out first"
            ])
    }

    @Test(
        "Ranges are written as two numbers",
        arguments: [
            ("auto", ValueRange.auto), ("0..255", .between(0, 255)), ("-1..1", .between(-1, 1)),
            ("0.5..1e3", .between(0.5, 1000)), ("0..1", .unit), ("", nil), ("255", nil), ("0..", nil), ("..1", nil),
            ("1..0", nil), ("2..2", nil), ("0..inf", nil), ("nan..1", nil), ("0..1..2", nil), ("0-255", nil),
            ("0..1e-60", nil), ("Auto", nil),
        ])
    func ranges(_ text: String, _ range: ValueRange?) throws {
        #expect(ValueRange(text) == range)
        guard let range else { return }
        #expect(ValueRange(range.description) == range)
        #expect(ValueRange(range.parameterValue) == range)
        #expect(text.contains("e") || range.description == text)
    }

    @Test("A range is a parameter like any other", arguments: ["x", "1..0", ""])
    func parameter(text: String) throws {
        func graph(_ settings: Overrides) throws(GraphError) -> Graph {
            try Graph("load", summary: "", settings: settings) { g in
                g.output("result", g.add("image", Load("image.npy", range: g.range("range", .auto, "the range"))))
            }
        }
        let graph = try graph(["range": "0..255"])
        #expect(graph.parameters.first?.value == .text("0..255"))
        let read = try GraphFileTests.read(try graph.fileText(), ["range": "-1..1"])
        guard case .compute(let kind, _) = try #require(read.nodes.first).content else { return }
        #expect((kind as? Load)?.range == Setting(.between(-1, 1), parameter: "range"))
        let message = "parameter 'range' takes a range of values such as 0..255, or auto, not '\(text)'"
        let error = #expect(throws: GraphError.self) { _ = try self.emitted(text) }
        #expect("\(try #require(error))".hasSuffix(message))
        #expect(
            GraphFileTests.problems(try graph.fileText(), ["range": text]) == ["--set range=\(text): \(message)"])
    }

    private func emitted(_ text: String) throws(GraphError) -> Graph {
        try Graph("load", summary: "", settings: ["range": text]) { g in
            g.output("result", g.add("image", Load("image.npy", range: g.range("range", .auto, "the range"))))
        }
    }

    @Test("Complex values have no range")
    func complex() {
        #expect(
            mistakes { g in
                g.output("result", g.add("image", Load("complex.npy", range: Setting(.between(0, 255)))))
            } == ["'image': complex.npy: its values are complex, so none stands for black or white; leave 'range' out"])
    }

    @Test("Files from before there were ranges and layouts by parameter are read, and written as they are")
    func oldFiles() throws {
        let text = try Graph("sample", summary: "") { g in g.output("result", g.image()) }.fileText()
        #expect(text.contains(#""settings": { "layout": "image", "path": "image.npy" }"#))
        #expect(try GraphFileTests.read(text).fileText() == text)
    }
}
