import Foundation
import GraphModel
import Kernels
import Networks
import Tensors
import Testing

@Suite("The denoiser by the image's channels")
struct AutomaticDenoiserTests {
    private static let auto = Denoiser(Setting(.auto))

    /// Tiles of an image, denoised.
    private func graph(_ file: String, _ denoiser: Denoiser, size: Int = 6) throws -> Graph {
        try Graph("sample", summary: "") { g in
            let image = g.image(file)
            let tile = g.tiles(
                "tile", of: image, mode: Setting(.exact), size: Setting(size), overlap: 0, denoiser: denoiser)
            let windows = g.add("windows", Crop(), image, over: tile)
            g.output(
                "result", g.add("z", Blend(), g.add("denoised", Denoise(denoiser, sigma: 0.1), windows, over: tile)))
        }
    }

    @Test(
        "is in all that a plan and a worker know what it is by its own name",
        arguments: [
            ("image.npy", DenoiserChoice.gray), ("colour.npy", .color), ("five.npy", .totalVariation),
        ])
    func resolved(_ file: String, _ choice: DenoiserChoice) throws {
        let own = try graph(file, Self.auto).expand(sampleFiles)
        let named = try graph(file, Denoiser(Setting(choice))).expand(sampleFiles)
        #expect(own.axes == named.axes, "tiles reach as far")
        #expect(own.instances.map(\.type) == named.instances.map(\.type))
        #expect(own.instances.map(\.cost) == named.instances.map(\.cost), "also the names of what instances share")
        #expect(own.dot() == named.dot())
        let choices = own.instances.compactMap { instance -> DenoiserChoice? in
            guard case .compute(let kind as Denoise, _, _) = instance.content else { return nil }
            return kind.denoiser.name.value
        }
        #expect(!choices.isEmpty && Set(choices) == [choice])
    }

    @Test("is asked for the facts of its own weights and no others")
    func facts() throws {
        let recorder = Recorder()
        _ = try graph("image.npy", Self.auto).expand(FileFacts(recorder))
        #expect(recorder.paths == ["image.npy", "bundled:graphrun-gray"])
    }

    @Test("is the weights that are given, where some are")
    func weights() throws {
        let denoiser = Denoiser(Setting(.auto), weights: "drunet.safetensors")
        guard case .network(let network, let path) = try denoiser.method(for: [1, 1, 12, 10], sampleFiles) else {
            Issue.record("no network")
            return
        }
        #expect(network.name == "drunet" && path == "drunet.safetensors")
        let wrong = mistakes { g in
            g.output("result", g.add("z", Denoise(denoiser, sigma: 0.1), g.image("colour.npy")))
        }
        #expect(
            wrong == ["'z': drunet.safetensors: this drunet takes images of N × 1 × H × W, not 1 × 3 × 12 × 10 float32"]
        )
    }

    @Test("takes a noise map where it is a network, and says so where it is none")
    func map() throws {
        let found = try expansion { g in
            let image = g.image()
            g.output("result", g.add("z", DenoiseByMap(Self.auto), image, image))
        }
        #expect(found.instances.last?.type == TensorType([1, 1, 12, 10]))
        let none = mistakes { g in
            let image = g.image("five.npy")
            g.output("result", g.add("z", DenoiseByMap(Self.auto), image, image))
        }
        #expect(none.count == 1 && none[0].hasPrefix("'z': total variation takes no noise map; "))
    }

    @Test("stays open in a file, so that the file serves images of all sorts")
    func file() throws {
        let text = try graph("image.npy", Self.auto).fileText()
        #expect(text.contains(#""name": "auto""#) && !text.contains("graphrun-gray"))
        let again = try Graph(Data(text.utf8), file: "s.graph", kinds: KernelCatalog.standard.kinds)
        #expect(try again.fileText() == text)
        let colour = try Graph(
            Data(text.replacing("image.npy", with: "colour.npy").utf8), file: "s.graph",
            kinds: KernelCatalog.standard.kinds)
        #expect(try colour.expand(sampleFiles).dot().contains("graphrun-color"))
    }

    @Test("that is chosen for the colour of the image at hand is still refused for another")
    func explicit() {
        let wrong = mistakes(
            { g in
                let denoiser = Denoiser(g.choice("denoiser", DenoiserChoice.auto, ""))
                g.output("result", g.add("z", Denoise(denoiser, sigma: 0.1), g.image()))
            }, settings: ["denoiser": "graphrun-color"])
        #expect(
            wrong == [
                "'z': graphrun-color: this unet takes images of N × 3 × H × W, not 1 × 1 × 12 × 10 float32; "
                    + "--set denoiser=graphrun-gray does"
            ])
    }
}

/// Notes which files are looked at.
private final class Recorder: FileInspector, @unchecked Sendable {  // Safe: used by one thread.
    private(set) var paths: [String] = []

    func fact(of file: FileReference) -> FileFact {
        if !paths.contains(file.path) { paths.append(file.path) }
        switch file.content {
        case .tensor, .header: return .tensor(TensorType([1, 1, 12, 10]))
        case .weights: return GraphFiles(folder: "").fact(of: file)
        }
    }
}
