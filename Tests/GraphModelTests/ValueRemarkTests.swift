import GraphModel
import Kernels
import Tensors
import TestSupport
import Testing

/// Values of files that are finite, but hardly what they should be.
@Suite("Values that are surprising")
struct ValueRemarkTests {
    /// An array of 12 × 10 pixels.
    private static func array(
        _ least: Double, _ greatest: Double, strays: Double = 0, white: Int? = nil, isPicture: Bool = false,
        sum: Double = 1
    ) -> FileFact {
        .tensor(
            TensorType([1, 1, 12, 10]),
            ArrayContents(
                isPicture: isPicture, white: white,
                values: ValueSummary(minimum: least, maximum: greatest, sum: sum, strays: strays)))
    }

    private struct Told: Equatable {
        let refused: [String]
        let warned: [String]

        static let nothing = Told([])

        init(_ refused: [String], _ warned: [String] = []) {
            (self.refused, self.warned) = (refused, warned)
        }
    }

    /// What is refused, and what is warned of.
    private func told(
        _ file: FileFact, more: [String: FileFact] = [:], _ build: (GraphBuilder) -> Void
    ) -> Told {
        var files: [FileReference: FileFact] = [FileReference("a.npy", .tensor): file]
        for (path, fact) in more { files[FileReference(path, .tensor)] = fact }
        do throws(GraphError) {
            return Told([], try Graph("sample", summary: "", build).expand(FileFacts(files)).warnings.map(\.message))
        } catch {
            guard case .problems(let problems) = error else { return Told(["\(error)"]) }
            return Told(problems.map(\.message))
        }
    }

    /// An image before a denoiser, with what comes between.
    private func denoised(
        _ file: FileFact, range: Setting<ValueRange>? = nil, sigma: Double = 0.1, _ between: (any NodeKind)? = nil
    ) -> Told {
        told(file) { g in
            var image = g.add("image", Load("a.npy", range: range))
            if let between { image = g.add(between, to: image) }
            g.output("result", g.add("z", Denoise(totalVariation, sigma: Setting(sigma)), image))
        }
    }

    private static let scaled =
        "'image': a.npy: its values go from 0 to 255, and images from 0 to 1; 'range' 0..255 scales them "
        + "('range' 0..1 takes them as they are)"

    @Test("0…255 before a denoiser is refused, with what to set")
    func refused() {
        let wide = Self.array(0, 255, strays: 0.9)
        #expect(denoised(wide) == Told([Self.scaled]))
        // A hot pixel, too: nobody can tell it from a star.
        #expect(denoised(Self.array(0, 255)).refused == [Self.scaled])
        #expect(denoised(Self.array(-300, 1)).refused.count == 1)
        let byParameter = told(wide) { g in
            let image = g.add("image", Load("a.npy", range: g.range("span", .auto, "")))
            g.output("result", g.add("z", Denoise(totalVariation, sigma: 0.1), image))
        }
        #expect(
            byParameter.refused == [
                "'image': a.npy: its values go from 0 to 255, and images from 0 to 1; --set span=0..255 scales them "
                    + "(--set span=0..1 takes them as they are)"
            ])
    }

    @Test(
        "The range to give is that of samples, which noise leaves a little",
        arguments: [
            (-18.1, 246.5, "0..255"), (0, 274, "0..255"), (-300, 4200, "0..4095"), (-60, 246, "-60..246"),
            (0, 300, "0..1023"),
        ])
    func suggested(least: Double, greatest: Double, range: String) {
        let told = denoised(Self.array(least, greatest, strays: 0.9))
        #expect((told.refused + told.warned).first?.contains("; 'range' \(range) scales them ") == true, "\(told)")
    }

    @Test("Whoever says what stands for black and white is believed", arguments: ["0..255", "0..1", "-10..300"])
    func believed(_ range: String) throws {
        let range = Setting(try #require(ValueRange(range)))
        #expect(denoised(Self.array(0, 255, strays: 0.9), range: range) == .nothing)
    }

    @Test("Noise around [0, 1] is passed in silence", arguments: [(-0.9, 1.9, 0.006), (0, 1, 0), (-3, 4, 0.009)])
    func noise(least: Double, greatest: Double, strays: Double) {
        #expect(denoised(Self.array(least, greatest, strays: strays)) == .nothing)
    }

    @Test("What may be meant is warned of")
    func warned() {
        #expect(
            denoised(Self.array(-1, 1, strays: 0.3))
                == Told(
                    [],
                    [
                        "'image': a.npy: its values go from -1 to 1, and images from 0 to 1; 'range' -1..1 scales them "
                            + "('range' 0..1 takes them as they are)"
                    ]
                ))
        // Nothing that is wrong comes of it where no denoiser sees them, nor where the graph scales them itself, nor where
        // the noise level is on their scale.
        let wide = Self.array(0, 255, strays: 0.9)
        #expect(told(wide) { g in g.output("result", g.add("image", Load("a.npy"))) } == Told([], [Self.scaled]))
        #expect(denoised(wide, Scale(Setting(1 / 255))) == Told([], [Self.scaled]))
        #expect(denoised(wide, Zeros()) == Told([], [Self.scaled]))
        #expect(denoised(wide, sigma: 25) == Told([], [Self.scaled]))
        #expect(denoised(wide, Measure(gaussian)).refused == [Self.scaled])
    }

    @Test("Arrays that are no images may hold anything")
    func arrays() {
        let array = told(Self.array(0, 255, strays: 0.9)) { g in
            g.output("result", g.add("image", Load("a.npy", as: .array)))
        }
        #expect(array == .nothing)
    }

    @Test("The samples of a picture are scaled without a word, unless they are nearly black")
    func samples() {
        #expect(denoised(Self.array(0, 255, strays: 0.9, white: 255)) == .nothing)
        #expect(denoised(Self.array(0, 0, white: 255)) == .nothing)
        #expect(denoised(Self.array(0, 1, isPicture: true)) == .nothing)
        #expect(denoised(Self.array(0, 1, white: 255, isPicture: true), range: Setting(.between(0, 255))) == .nothing)
        #expect(
            denoised(Self.array(0, 255, strays: 0.9, white: 65535)).warned == [
                "'image': a.npy: its values go from 0 to 255, so in the range 0..65535 they are nearly black; 'range' "
                    + "0..255 may be meant"
            ])
        #expect(
            denoised(Self.array(0, 4064, strays: 0.9, white: 65535)).warned == [
                "'image': a.npy: its values go from 0 to 4064, so in the range 0..65535 they are nearly black; 'range' "
                    + "0..4095 may be meant"
            ])
        #expect(
            denoised(Self.array(0, 1, white: 255)).warned == [
                "'image': a.npy: its values go from 0 to 1, so in the range 0..255 they are nearly black; 'range' 0..1 may "
                    + "be meant"
            ])
        #expect(
            denoised(Self.array(0, 65535, strays: 1), range: Setting(.between(0, 255))).warned == [
                "'image': a.npy: its values go from 0 to 65535, so in the range 0..255 they are no image; 'range' 0..65535 "
                    + "may be meant"
            ])
    }

    @Test("Of several files of a node one is named, and how many there are")
    func several() {
        let wide = Self.array(0, 255, strays: 1)
        let told = told(Self.array(0, 1), more: ["y0.npy": Self.array(0, 1), "y1.npy": wide, "y2.npy": wide]) { g in
            let y = g.add("y", Load("y{shard}.npy"), over: g.axis("shard", count: 3))
            g.output("result", g.add("z", Denoise(totalVariation, sigma: 0.1), g.add("sum", Sum(), y)))
        }
        let named = Self.scaled.replacing("'image': a", with: "'y[1]': y1")
        #expect(told.refused == [named + "; 2 of the files of 'y' are like that"])
    }

    @Test("The state of a loop passes on what it is given")
    func loops() {
        let told = told(Self.array(0, 255, strays: 1)) { g in
            let y = g.add("image", Load("a.npy"))
            let x = g.state("x", initial: y)
            g.next(x, g.add("z", Denoise(totalVariation, sigma: 0.1), g.add("step", Descend(step: 0.1), x, x)))
            g.output("result", x)
        }
        #expect(told.refused == [Self.scaled])
    }

    private func blurred(_ kernel: FileFact) -> Told {
        told(Self.array(0, 1), more: ["k.npy": kernel]) { g in
            let (image, blur) = (g.add("image", Load("a.npy")), Blur([.file(path: "k.npy")]))
            let y = g.add("y", Measure(blur), image)
            g.output("result", g.add("gradient", DataGradient(blur), image, y))
        }
    }

    private func kernel(_ shape: Shape, _ least: Double, _ greatest: Double, sum: Double) -> FileFact {
        .tensor(
            TensorType(shape),
            ArrayContents(values: ValueSummary(minimum: least, maximum: greatest, sum: sum, strays: 0)))
    }

    @Test("Kernels are nowhere all 0, and add up to 1")
    func kernels() {
        #expect(blurred(kernel([3, 3], 0, 0.2, sum: 1.005)) == .nothing)
        #expect(
            blurred(kernel([3, 3], 0, 255, sum: 1275))
                == Told(
                    [],
                    [
                        "'y': k.npy: its values add up to 1275, not to 1, and multiply what they blur by that; divide them by "
                            + "their sum if that is not meant"
                    ]
                ))
        #expect(
            blurred(kernel([3, 3], 0, 0, sum: 0)).refused.first
                == "'y': k.npy: this kernel is 0 everywhere, and leaves nothing of an image; give another")
    }

    private func masked(_ least: Double, _ greatest: Double) -> Told {
        told(Self.array(0, 1), more: ["m.npy": kernel([12, 10], least, greatest, sum: 1)]) { g in
            let image = g.add("image", Load("a.npy"))
            g.output("result", g.add("y", Measure(Inpainting(.file(path: "m.npy"))), image))
        }
    }

    @Test("Masks are of 0 and 1")
    func masks() {
        let meaning = "'y': m.npy: a mask is 1 where a value is known and 0 where not, and its values go from"
        #expect(masked(0, 1) == .nothing)
        #expect(masked(0.2, 1) == .nothing)
        #expect(masked(-1, 1) == Told([], ["\(meaning) -1 to 1, by which measurements are multiplied"]))
        #expect(masked(0, 255) == Told(["\(meaning) 0 to 255; divide them by 255"]))
        #expect(masked(0, 0) == Told(["'y': m.npy: this mask is 0 everywhere, so that nothing is known; give another"]))
    }

    @Test("Noise levels of a map are not negative")
    func levels() {
        let shapes = SampleNetworks.drunet(channels: 1, widths: [8, 8, 8, 8], blocks: 1)
        func told(_ map: FileFact) -> [String] {
            let files = FileFacts([
                FileReference("a.npy", .tensor): Self.array(0, 1), FileReference("s.npy", .tensor): map,
                FileReference("drunet.safetensors", .weights): .weights(shapes),
            ])
            do throws(GraphError) {
                _ = try Graph("sample", summary: "") { g in
                    let (image, sigma) = (g.add("image", Load("a.npy")), g.add("sigma", Load("s.npy")))
                    g.output("result", g.add("z", DenoiseByMap(network("drunet")), image, sigma))
                }.expand(files)
                return []
            } catch {
                guard case .problems(let problems) = error else { return [] }
                return problems.map(\.message)
            }
        }
        #expect(told(Self.array(0, 0.2)) == [])
        #expect(
            told(Self.array(-0.125, 0.2)) == [
                "'z': s.npy: its values go down to -0.125; noise levels are 0 or more"
            ])
        let wide = Self.scaled.replacing("'image': a.npy", with: "'sigma': s.npy")
            .replacing("from 0 to 255", with: "from 5 to 25")
        #expect(told(Self.array(5, 25, strays: 1)) == [wide])
    }
}

extension GraphBuilder {
    /// A node between an image and what reads it.
    fileprivate func add(_ kind: any NodeKind, to image: Value) -> Value {
        func add(_ kind: some NodeKind) -> Value { self.add("between", kind, image) }
        return add(kind)
    }
}
