import Foundation
import GraphModel
import Kernels
import Networks
import Tensors
import Testing

@Suite("Denoisers by name")
struct DenoiserTests {
    /// A graph of one node that denoises.
    private func text(_ denoiser: String, parameters: String = "[]") -> String {
        """
        { "axes": [], "graphrun": 1, "inputs": {}, "iterations": 1, "metrics": [], "name": "s",
        "nodes": [
          { "id": "image", "kind": "load", "settings": { "layout": "image", "path": "colour.npy" } },
          { "id": "z", "inputs": ["image"], "kind": "denoise", "settings": { "denoiser": \(denoiser), "sigma": 0.1 } }
        ],
        "options": {}, "outputs": { "result": "z" }, "parameters": \(parameters), "summary": "" }
        """.replacing("\"inputs\": {}, ", with: "")
    }

    private func read(_ text: String, _ settings: Overrides = [:]) throws -> Denoiser {
        let graph = try Graph(
            Data(text.utf8), file: "s.graph", kinds: KernelCatalog.standard.kinds, settings: settings)
        guard case .compute(let kind, _)? = graph.nodes.last?.content else { throw GraphError.rule("no node") }
        return try #require(kind as? Denoise).denoiser
    }

    private func complaint(_ text: String) -> String {
        do {
            _ = try read(text)
            return "read"
        } catch {
            return "\(error)"
        }
    }

    @Test("a name alone stands for the denoiser of that name", arguments: DenoiserChoice.allCases)
    func name(_ choice: DenoiserChoice) throws {
        #expect(try read(text("\"\(choice.rawValue)\"")) == Denoiser(Setting(choice)))
        #expect(try read(text("{ \"name\": \"\(choice.rawValue)\" }")) == Denoiser(Setting(choice)))
    }

    @Test("a file from before there were names means total variation, or its weights")
    func old() throws {
        let old = "{ \"weights\": \"\", \"tv-weight\": 0.2, \"tv-iterations\": 7 }"
        #expect(
            try read(text(old)) == Denoiser(Setting(.totalVariation), weights: "", tvWeight: 0.2, tvIterations: 7))
        let network = "{ \"weights\": \"net.safetensors\", \"tv-weight\": 0.2, \"tv-iterations\": 7 }"
        #expect(try read(text(network)).weights.value == "net.safetensors")
    }

    @Test("a name that is none is refused with those that are")
    func unknown() {
        let names = "one of auto, graphrun-color, graphrun-gray, total-variation"
        #expect(complaint(text("\"graphrun\"")) == "s.graph:4: \"denoiser\" must be \(names)")
        #expect(complaint(text("{ \"name\": \"graphrun\" }")) == "s.graph:4: \"name\" must be \(names)")
    }

    @Test("weights go before a name", arguments: DenoiserChoice.allCases)
    func weightsFirst(_ choice: DenoiserChoice) throws {
        guard
            case .network(let network, let path) = try Denoiser(Setting(choice), weights: "drunet.safetensors")
                .method(for: [1, 1, 12, 10], sampleFiles)
        else {
            Issue.record("no network")
            return
        }
        #expect(network.name == "drunet" && path == "drunet.safetensors")
    }

    @Test("noise beyond what the bundled networks were trained for is warned of", arguments: [0.2, 0.25])
    func muchNoise(sigma: Double) throws {
        let warnings = try Graph("sample", summary: "") { g in
            g.output(
                "result", g.add("z", Denoise(Denoiser(Setting(.color)), sigma: Setting(sigma)), g.image("colour.npy")))
        }.expand(sampleFiles).warnings.map(\.message)
        #expect(
            warnings
                == (sigma == 0.2
                    ? []
                    : [
                        "'z': 'sigma' 0.25 is more than graphrun-color was trained for, 0.2; "
                            + "scale image and noise level down together"
                    ]))
    }
}
