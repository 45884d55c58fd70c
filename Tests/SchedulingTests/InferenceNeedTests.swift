import GraphModel
import Kernels
import Networks
import Scheduling
import Tensors
import TestSupport
import Testing

/// What plans reckon with for networks, whatever the processor.
@Suite("Memory of networks in plans")
struct InferenceNeedTests {
    private let shapes = SampleNetworks.ffdnet(channels: 1, features: 64, depth: 6)

    private func expansion(_ choice: ConvolutionChoice) throws -> Expansion {
        let files = FileFacts([
            FileReference("image.npy", .tensor): .tensor(TensorType([1, 1, 200, 160])),
            FileReference("net.safetensors", .weights): .weights(shapes),
        ])
        let denoiser = Denoiser(weights: "net.safetensors", convolutions: Setting(choice))
        return try Graph("sample", summary: "") { g in
            let image = g.add("image", Load("image.npy"))
            g.output("result", g.add("result", Denoise(denoiser, sigma: 0.1), image))
        }.expand(files)
    }

    private func scratch(
        _ choice: ConvolutionChoice, hasWinograd: Bool, known: [ConvolutionShape: Int] = [:]
    ) throws -> Int {
        var worker = Worker(name: "worker 0", threads: 1, hasWinograd: hasWinograd)
        worker.scratch = known
        return Plan(try expansion(choice), workers: [worker]).workers[0].scratchBytes
    }

    @Test("is that of the method that the plan chooses")
    func method() throws {
        let network = try Network.recognise(shapes)
        let need = { network.memory(batch: 1, height: 200, width: 160, method: $0) }
        let (direct, winograd) = (need(.direct), need(.winograd))
        #expect(try scratch(.auto, hasWinograd: false) == direct.bytes() + direct.weights)
        #expect(try scratch(.direct, hasWinograd: true) == direct.bytes() + direct.weights)
        #expect(try scratch(.auto, hasWinograd: true) == winograd.bytes() + winograd.weights)
        #expect(winograd.weights > 3 * direct.weights && winograd.bytes() > direct.bytes())
    }

    @Test("is what the worker's library says, where it was asked")
    func asked() throws {
        let convolutions = try expansion(.auto).convolutions
        // The first layer, the others and the last, of which only the others are by another method.
        #expect(convolutions.count == 4)
        let before = try scratch(.auto, hasWinograd: true)
        for layer in convolutions where layer.method == .winograd {
            let less = try scratch(.auto, hasWinograd: true, known: [layer: 5 << 20])
            #expect(before - less == layer.mostScratchBytes - 5 << 20)
            // The next largest counts then.
            let least = try scratch(.auto, hasWinograd: true, known: [layer: 0])
            #expect(before - least == layer.mostScratchBytes - 1 << 16)
        }
    }

    /// As oneDNN shares tiles out: a block for every thread, where each has at least one and a half.
    @Test(
        "is at most that of all tiles, in blocks of any size for any number of threads", arguments: [1, 2, 16, 64, 128])
    func blocks(threads: Int) throws {
        for layer in try expansion(.auto).convolutions where layer.method == .winograd {
            let tiles = 25 * 20
            let weights = 64 * 64
            for block in 1...tiles where tiles % block == 0 && 2 * (tiles / block) >= 3 * threads {
                #expect(36 * 4 * (threads * block * 128 + weights) + 6 << 20 <= layer.mostScratchBytes)
            }
        }
    }
}
