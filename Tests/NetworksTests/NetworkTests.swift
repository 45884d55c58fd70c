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
        #expect(network.reach == Reach(stride: 2, before: radius, after: radius))
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

    @Test("operations and parameters of the published networks")
    func cost() throws {
        let drunet = try Network.recognise(
            SampleNetworks.drunet(channels: 3, widths: [64, 128, 256, 512], blocks: 4))
        #expect(drunet.parameterCount == 32_640_960)
        // 277.6 GFLOP for 256 × 256, and in proportion to the pixels.
        let square = drunet.floatingPointOperations(height: 256, width: 256)
        #expect(abs(square / 277.6e9 - 1) < 0.01)
        #expect(abs(drunet.floatingPointOperations(height: 768, width: 512) / square - 6) < 1e-9)
        #expect(drunet.inferenceBytes(batch: 1, height: 256, width: 256, method: .direct) > 64 * 256 * 256 * 4 * 2)
        let ffdnet = try Network.recognise(SampleNetworks.ffdnet(channels: 3, features: 96, depth: 12))
        #expect(ffdnet.parameterCount == 852_108)
        let products = 9 * (13 * 96 + 10 * 96 * 96 + 96 * 12)
        #expect(ffdnet.floatingPointOperations(height: 20, width: 40) == Double(2 * products * 10 * 20))
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
                + "FFDNet has 'model.0.weight', DRUNet 'm_head.weight'")
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
    }

    @Test("names and shapes by lot are recognised or refused, never a crash", arguments: 0..<300)
    func fuzz(seed: Int) {
        var random = SeededRandom(UInt64(seed))
        var shapes =
            seed % 2 == 0
            ? SampleNetworks.ffdnet(channels: 3, features: 8, depth: 3)
            : SampleNetworks.drunet(channels: 1, widths: [8, 8, 16, 8], blocks: 1)
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
