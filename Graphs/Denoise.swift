import Algorithms
import CommandLineInterface
import GraphModel
import Kernels

/// Removes noise from one image, tile by tile; nothing is iterated.
let denoise = Definition("denoise", summary: "Removes noise from one image, tile by tile") {
    settings throws(GraphError) in
    try Graph("denoise", summary: "Removes noise from one image, tile by tile", settings: settings) { g in
        let sigma = g.number("sigma", 0.1, in: 0...1, unit: "image values", "noise level σ that is removed")
        let denoiser = g.denoiserOfParameters()
        let path = g.path("image", "data/phantom.png", "the image to denoise")
        let image = g.add("image", g.imageFormOfParameters().load(path))
        let tile = g.tilesOfParameters(of: image, for: denoiser)
        g.output("measurement", image)
        g.output("result", g.denoised("result", image, by: Denoise(denoiser, sigma: sigma), over: tile))
    }
}
