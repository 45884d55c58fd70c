import CommandLineInterface
import GraphModel
import Kernels

/// Removes noise from one image, tile by tile; nothing is iterated.
let denoise = Definition("denoise", summary: "Removes noise from one image, tile by tile") {
    settings throws(GraphError) in
    try Graph("denoise", summary: "Removes noise from one image, tile by tile", settings: settings) { g in
        let sigma = g.number("sigma", 0.1, in: 0...1, unit: "image values", "noise level σ that is removed")
        let denoiser = denoiser(g)
        let path = g.path("image", "data/phantom.png", "the image to denoise")
        let image = g.add("image", InputForm(g).load(path))
        let tile = tiles(g, of: image, denoiser)
        let windows = g.add("windows", Crop(), image, over: tile)
        let denoised = g.add("denoised", Denoise(denoiser, sigma: sigma), windows, over: tile)
        g.output("measurement", image)
        g.output("result", g.add("result", Blend(), denoised))
    }
}
