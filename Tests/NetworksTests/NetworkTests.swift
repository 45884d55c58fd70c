import Networks
import Tensors
import TestSupport
import Testing

@Suite("Networks")
struct NetworkTests {
    @Test(
        "FFDNet is recognised with its reach",
        arguments: [(3, 96, 12, 25), (1, 64, 15, 31), (3, 24, 4, 9), (1, 8, 2, 5)])
    func ffdnet(_ channels: Int, _ features: Int, _ depth: Int, radius: Int) throws {
        let network = try Network.recognise(
            SampleNetworks.ffdnet(channels: channels, features: features, depth: depth))
        #expect(network.name == "ffdnet")
        #expect(network.imageChannels == channels)
        #expect(network.convolutions.count == depth)
        #expect(network.stride == 2)
        #expect(network.reach == ReceptiveField(stride: 2, before: radius, after: radius))
    }

    @Test("DRUNet is recognised with its reach", arguments: [(3, 4, 185), (1, 4, 185)])
    func drunet(_ channels: Int, _ blocks: Int, radius: Int) throws {
        let network = try Network.recognise(
            SampleNetworks.drunet(channels: channels, widths: [64, 128, 256, 512], blocks: blocks))
        #expect(network.name == "drunet")
        #expect(network.imageChannels == channels)
        #expect(network.stride == 8)
        #expect(max(network.reach.before, network.reach.after) == radius)
    }

    @Test(
        "DnCNN is recognised with its reach, with biases and without",
        arguments: [(3, 64, 20), (1, 64, 17), (3, 7, 2), (1, 100, 3)], [true, false])
    func dncnn(_ sample: (channels: Int, features: Int, depth: Int), bias: Bool) throws {
        let network = try Network.recognise(
            SampleNetworks.dncnn(
                channels: sample.channels, features: sample.features, depth: sample.depth, bias: bias))
        #expect(network.name == "dncnn")
        #expect(network.imageChannels == sample.channels)
        #expect(network.convolutions.count == sample.depth)
        #expect(network.convolutions.allSatisfy { ($0.bias != nil) == bias })
        #expect(!network.takesNoiseLevel)
        #expect(network.stride == 1)
        #expect(network.reach.before == sample.depth && network.reach.after == sample.depth)
    }

    @Test(
        "U-Nets are recognised with their reach",
        arguments: [
            // As far as PyTorch's gradients of the same networks are not zero.
            (3, [64, 96], [2, 3], 47), (1, [64, 96], [2, 3], 47), (3, [8], [1], 9), (1, [8, 16, 24], [1, 0, 1], 35),
        ])
    func unet(_ channels: Int, _ widths: [Int], _ blocks: [Int], radius: Int) throws {
        let network = try Network.recognise(SampleNetworks.unet(channels: channels, widths: widths, blocks: blocks))
        #expect(network.name == "unet")
        #expect(network.imageChannels == channels)
        #expect(network.takesNoiseLevel)
        #expect(network.stride == 2 << (widths.count - 1))
        #expect(max(network.reach.before, network.reach.after) == radius)
    }

    @Test("a body of one residual block has no index in PyTorch")
    func bareBody() throws {
        let indexed = SampleNetworks.drunet(channels: 1, widths: [4, 5, 6, 7], blocks: 1)
        let bare = Dictionary(
            uniqueKeysWithValues: indexed.map { ($0.key.replacing("m_body.0.", with: "m_body."), $0.value) })
        #expect(bare["m_body.res.0.weight"] != nil)
        let network = try Network.recognise(bare)
        #expect(network.convolutions.map(\.weight).filter { bare[$0] == nil }.isEmpty)
        #expect(network.parameterCount == (try Network.recognise(indexed).parameterCount))
    }

    @Test("operations and parameters of the published networks")
    func cost() throws {
        let drunet = try Network.recognise(
            SampleNetworks.drunet(channels: 3, widths: [64, 128, 256, 512], blocks: 4))
        #expect(drunet.parameterCount == 32_640_960)
        // 277.6 GFLOP for 256 × 256, and in proportion to the pixels.
        let square = drunet.floatingPointOperations(height: 256, width: 256)
        #expect(abs(square / 277.6e9 - 1) < 0.01)
        #expect(abs(drunet.floatingPointOperations(height: 768, width: 512) / square - 6) < 1e-9)
        #expect(drunet.memory(batch: 1, height: 256, width: 256, method: .direct).bytes() > 64 * 256 * 256 * 4 * 2)
        let ffdnet = try Network.recognise(SampleNetworks.ffdnet(channels: 3, features: 96, depth: 12))
        #expect(ffdnet.parameterCount == 852_108)
        let products = 9 * (13 * 96 + 10 * 96 * 96 + 96 * 12)
        #expect(ffdnet.floatingPointOperations(height: 20, width: 40) == Double(2 * products * 10 * 20))
        let dncnn = try Network.recognise(SampleNetworks.dncnn(channels: 3, features: 64, depth: 20))
        #expect(dncnn.parameterCount == 668_227)
        let weights = 9 * (3 * 64 + 18 * 64 * 64 + 64 * 3)
        #expect(dncnn.floatingPointOperations(height: 20, width: 40) == Double(2 * weights * 20 * 40))
        // The image, which is added at the end, where a layer reads and writes, and what a convolution keeps.
        let activations = (16 + 2 * 64) * 20 * 40 * 4
        #expect(dncnn.memory(batch: 1, height: 20, width: 40, method: .direct).bytes() == activations + 65536)
    }

    @Test("what is wrong with weights is one clear line")
    func errors() throws {
        func text(_ shapes: [String: Shape]) -> String {
            do {
                _ = try Network.recognise(shapes)
                return "recognised"
            } catch {
                return error.description
            }
        }
        #expect(
            text(["a": [1], "b": [2]])
                == "these are weights of no known network (they begin with a, b); "
                + "FFDNet has 'model.0.weight', DRUNet 'm_head.weight', DnCNN 'in_conv.weight', the bundled U-Net 'head.weight'"
        )
        var ffdnet = SampleNetworks.ffdnet(channels: 3, features: 16, depth: 4)
        ffdnet["model.2.weight"] = [16, 16, 5, 5]
        #expect(
            text(ffdnet)
                == "weights of ffdnet whose 'model.2.weight' is 16 × 16 × 5 × 5; it must be 16 × 16 × 3 × 3")
        #expect(
            text(["model.0.weight": [16, 7, 3, 3]])
                == "weights of ffdnet whose 'model.0.weight' is 16 × 7 × 3 × 3; it must be "
                + "features × 5 × 3 × 3 (gray) or features × 13 × 3 × 3 (colour)")
        #expect(
            text(["model.0.weight": [16]])
                == "weights of ffdnet whose 'model.0.weight' is 16; it must be out × in × k × k")
        var drunet = SampleNetworks.drunet(channels: 1, widths: [8, 8, 8, 8], blocks: 1)
        drunet["m_up2.1.res.2.weight"] = nil
        #expect(
            text(drunet)
                == "weights of drunet without 'm_up2.1.res.2.weight'; "
                + "the file is not complete, save its whole state dict")
        var dncnn = SampleNetworks.dncnn(channels: 3, features: 8, depth: 5)
        dncnn["conv_list.1.weight"] = nil
        #expect(
            text(dncnn)
                == "weights of dncnn with 'conv_list.1.bias', for which it has no layer; "
                + "only the architecture as published is run")
        #expect(
            text(SampleNetworks.dncnn(channels: 2, features: 8, depth: 5))
                == "weights of dncnn whose 'in_conv.weight' is 8 × 2 × 3 × 3; it must be "
                + "features × 1 × 3 × 3 (gray) or features × 3 × 3 × 3 (colour)")
    }

    @Test("weights as other programs mean them are to be converted")
    func unconverted() {
        #expect(throws: NetworkError.unconverted(.kairDnCNN)) {
            try Network.recognise(["model.0.weight": [64, 3, 3, 3], "model.2.weight": [3, 64, 3, 3]])
        }
        #expect(throws: NetworkError.unconverted(.deepinvFFDNet)) {
            try Network.recognise(["blocks.0.0.weight": [64, 8, 3, 3], "blocks.1.weight": [4, 64, 3, 3]])
        }
        #expect(
            NetworkError.unconverted(.kairDnCNN).description
                == "these weights have KAIR's names for DnCNN, whose layers yield the noise with the other sign; "
                + "convert the .pth file they come from with Tools/convert-weights")
        #expect(
            NetworkError.unconverted(.deepinvFFDNet).description
                == "these weights have deepinv's names for FFDNet, which is given the noise level four times; "
                + "convert the .pth file they come from with Tools/convert-weights")
    }

    @Test(
        "networks for volumes are refused",
        arguments: [
            (
                SampleNetworks.dncnn(channels: 1, features: 8, depth: 4), "dncnn", "conv_list.0.weight",
                "8 × 8 × 3 × 3 × 3"
            ),
            (
                SampleNetworks.drunet(channels: 1, widths: [8, 9, 10, 11], blocks: 1), "drunet",
                "m_body.0.res.0.weight", "11 × 11 × 3 × 3 × 3"
            ),
        ])
    func volumes(_ shapes: [String: Shape], name: String, tensor: String, found: String) {
        // Kernels are as deep as they are high and wide.
        let deep = shapes.mapValues { $0.rank == 4 ? Shape($0.dimensions + [$0[3]]) : $0 }
        let error = #expect(throws: NetworkError.self) { try Network.recognise(deep) }
        #expect(
            error?.description
                == "weights of a \(name) for volumes ('\(tensor)' is \(found)); only networks for images are run: "
                + "use one with weights of out × in × k × k, on slices")
    }

    @Test("names and shapes by lot are recognised or refused, never a crash", arguments: 0..<300)
    func fuzz(seed: Int) {
        var random = SeededRandom(UInt64(seed))
        let samples = [
            SampleNetworks.ffdnet(channels: 3, features: 8, depth: 3),
            SampleNetworks.drunet(channels: 1, widths: [8, 8, 16, 8], blocks: 1),
            SampleNetworks.dncnn(channels: 3, features: 8, depth: 4),
        ]
        var shapes = samples[seed % samples.count]
        for name in shapes.keys.sorted() where Int.random(in: 0..<6, using: &random) == 0 {
            let rank = Int.random(in: 0...5, using: &random)
            shapes[name] =
                Bool.random(using: &random)
                ? nil : Shape((0..<rank).map { _ in Int.random(in: 0...40, using: &random) })
        }
        do throws(NetworkError) {
            let network = try Network.recognise(shapes)
            #expect(network.parameterCount > 0)
        } catch {
            #expect(!error.description.contains("\n"))
        }
    }
}
