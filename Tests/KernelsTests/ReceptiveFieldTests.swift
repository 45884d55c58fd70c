import Foundation
import GraphModel
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

/// A kind that says it looks so far.
private struct Looking: NodeKind, HasReceptiveField {
    static let name = "looking"
    static let inputs = [Input("image")]

    let stride: Int
    let before: Int

    func output(_ context: NodeContext) throws(GraphError) -> TensorType { try context.type(0) }
    func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context) }
    func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        ReceptiveField(stride: stride, before: before, after: before)
    }
}

@Suite("Kinds that say how far they look")
struct ReceptiveFieldTests {
    private func complaint(tilesFor denoiser: any HasReceptiveField, _ kind: some NodeKind) -> String {
        let files = FileFacts([FileReference("a.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        do throws(GraphError) {
            let graph = try Graph("g", summary: "") { g in
                let image = g.add("image", Load("a.npy"))
                let tile = g.tiles(
                    "tile", of: image, mode: Setting(.exact), size: 16, overlap: 0, denoiser: denoiser)
                g.output("y", g.add("y", kind, g.add("w", Crop(), image, over: tile), over: tile))
            }
            _ = try graph.expand(files)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("are refused over exact tiles that were made for less, and taken over others")
    func windows() {
        let (near, far) = (Looking(stride: 1, before: 2), Looking(stride: 1, before: 3))
        #expect(complaint(tilesFor: near, near) == "")
        #expect(complaint(tilesFor: far, near) == "")
        #expect(
            complaint(tilesFor: near, far).hasSuffix(
                "it looks 3 pixels far on a grid of 1, and the windows of its tiles are for 2 on a grid of 1; give the tiles the "
                    + "same denoiser"))
        #expect(complaint(tilesFor: far, Looking(stride: 2, before: 1)).contains("on a grid of 2"))
        // 64 pixels lie on a grid of 4, and not on one of 3.
        #expect(complaint(tilesFor: Looking(stride: 4, before: 4), near) == "")
        #expect(complaint(tilesFor: Looking(stride: 3, before: 3), near).contains("on a grid of 3"))
        let five = Denoiser(Setting(.totalVariation), tvIterations: 5)
        let sixty = Denoiser(Setting(.totalVariation), tvIterations: 60)
        #expect(complaint(tilesFor: five, Denoise(sixty, sigma: 0.1)).contains("it looks 59 pixels far"))
        #expect(complaint(tilesFor: sixty, Denoise(five, sigma: 0.1)) == "")
    }

    /// What is said of a graph whose tiles are for a reach of 4.
    private func complaint(_ build: (_ g: GraphBuilder, _ windows: Value, _ tile: AxisHandle) -> Value) -> String {
        let files = FileFacts([FileReference("a.npy", .tensor): .tensor(TensorType([1, 1, 64, 64]))])
        do throws(GraphError) {
            let graph = try Graph("g", summary: "") { g in
                let image = g.add("image", Load("a.npy"))
                let tile = g.tiles(
                    "tile", of: image, mode: Setting(.exact), size: 16, overlap: 0,
                    denoiser: Looking(stride: 1, before: 4))
                g.output("y", build(g, g.add("windows", Crop(), image, over: tile), tile))
            }
            _ = try graph.expand(files)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("are refused where those before have used up the windows, unless halos are exchanged between them")
    func together() {
        let (two, three) = (Looking(stride: 1, before: 2), Looking(stride: 1, before: 3))
        #expect(complaint { g, w, tile in g.add("b", two, g.add("a", two, w, over: tile), over: tile) } == "")
        #expect(
            complaint { g, w, tile in g.add("b", three, g.add("a", two, w, over: tile), over: tile) }.hasSuffix(
                "'b[0]': it looks 3 pixels far into what 'a' yields, and so, with all before it, 5 into the windows of its tiles, "
                    + "which are for 4; put Trim and HaloExchange between the two, so that it gets windows of its own"))
        // Through a kind that looks at nothing else, and by the longer of two ways.
        #expect(
            complaint { g, w, tile in
                let a = g.add("a", two, w, over: tile)
                return g.add(
                    "b", three, g.add("sum", Add(), w, g.add("c", Scale(2), a, over: tile), over: tile), over: tile)
            }.contains("it looks 3 pixels far into what 'sum' yields"))
        #expect(
            complaint { g, w, tile in
                let inner = g.add("inner", Trim(), g.add("a", two, w, over: tile), over: tile)
                return g.add("b", three, g.add("again", HaloExchange(), inner, over: tile), over: tile)
            } == "")
    }

    @Test("are refused where a state of windows is looked into again and again")
    func states() {
        let two = Looking(stride: 1, before: 2)
        #expect(
            complaint { g, w, tile in
                let x = g.state("x", initial: w, over: tile)
                g.next(x, g.add("a", two, x, over: tile))
                return x
            }.contains("'a[0]': it looks 2 pixels far into what 'x' yields, and so, with all before it, 6 into"))
        #expect(
            complaint { g, w, tile in
                let x = g.state("x", initial: g.add("start", Trim(), w, over: tile), over: tile)
                let windows = g.add("again", HaloExchange(), x, over: tile)
                g.next(x, g.add("inner", Trim(), g.add("a", two, windows, over: tile), over: tile))
                return x
            } == "")
    }

    @Test("are refused where no image could be cut so", arguments: [(0, 1), (-1, 1), (1, -1)])
    func impossible(stride: Int, before: Int) {
        #expect(complaint(tilesFor: Looking(stride: stride, before: before), Crop()).contains("all must be 0 or more"))
    }
}
