public import GraphModel
public import Kernels
internal import Tensors

extension KernelCatalog {
    /// What graphrun brings along, and what this package adds.
    public static let mine: KernelCatalog = {
        var catalog = KernelCatalog.standard
        catalog.add(MedianDenoiserKernel.self)
        catalog.add(operator: Roll.self)
        catalog.add(rule: ScalesJoined())
        return catalog
    }()
}

/// An image from a moved, blurred and doubled measurement of it: no part of it is graphrun's alone.
public func movedBlur(image: String, tile: Int, settings: Overrides = [:]) throws(GraphError) -> Graph {
    try Graph("moved-blur", summary: "Heavy-ball descent on a moved blur", settings: settings) { g in
        let map = compose(Roll(by: [3, -2]), Blur([.gaussian(sigma: [1, 1], angle: 0)]))
        let truth = g.add("truth", Load(g.path("image", image, "the true image")))
        let halves = g.add("halves", Scale(0.5), g.add("doubled", Scale(2.0), g.add("measured", Measure(map), truth)))
        let x = g.heavyBall(
            map, measurements: halves, from: g.add("start", Adjoint(map), halves),
            step: g.number("step", 0.8, in: 0...2, "step size τ"),
            momentum: g.number("momentum", 0.5, in: 0...1, "momentum β")
        ) { moved in
            let tiles = g.tiles(
                "tile", of: moved, mode: Setting(.exact), size: Setting(tile), overlap: 0, denoiser: MedianDenoiser())
            let windows = g.add("windows", Crop(), moved, over: tiles)
            return g.add("next", Blend(), g.add("denoised", MedianDenoiser(), windows, over: tiles))
        }
        g.loop(g.integer("iterations", 20, in: 1...10_000, "how often x is updated"))
        g.metric(g.add("psnr", PSNR(), x, truth))
        g.output("result", x)
    }
}
