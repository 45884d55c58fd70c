import Algorithms
import CommandLineInterface
import GraphModel
import Kernels
import Tensors

/// A denoiser of one's own: the median of each pixel and its four neighbours.
///
/// The kind is what stands in the graph: its name, inputs, settings, shape rule and cost.
struct CrossMedian: NodeKind {
    static let name = "cross-median"
    static let inputs = [Input("image")]

    /// How much of the median is mixed in, from 0 to 1.
    let strength: Setting<Double>

    func output(_ context: NodeContext) throws(GraphError) -> TensorType {
        let image = try context.type(0)
        guard image.element == .float32, image.shape.rank >= 2 else {
            throw .rule("it needs real images, not \(image)")
        }
        return image
    }

    func cost(_ context: NodeContext) throws(GraphError) -> Cost { try elementwiseCost(context, operations: 20) }
}

/// The kernel is its code on a worker.
final class CrossMedianKernel: Kernel {
    private let strength: Float

    init(_ kind: CrossMedian, _ context: KernelContext) {
        strength = Float(kind.strength.value)
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        let image = inputs[0]
        let (height, width) = (image.shape[image.shape.rank - 2], image.shape[image.shape.rank - 1])
        for start in stride(from: 0, to: image.floats.count, by: height * width) {
            for row in 0..<height {
                for column in 0..<width {
                    let pixel = { (r: Int, c: Int) in
                        image.floats[start + min(max(r, 0), height - 1) * width + min(max(c, 0), width - 1)]
                    }
                    let own = pixel(row, column)
                    let median = [
                        own, pixel(row - 1, column), pixel(row + 1, column), pixel(row, column - 1),
                        pixel(row, column + 1),
                    ].sorted()[2]
                    output.floats[start + row * width + column] = own + strength * (median - own)
                }
            }
        }
    }
}

/// A graph that uses it in the place of the denoiser.
let pnpCustom = Definition("pnp-custom", summary: "Plug-and-Play with a kind and kernel of one's own") {
    settings throws(GraphError) in
    try Graph("pnp-custom", summary: "Plug-and-Play with a kind and kernel of one's own", settings: settings) { g in
        let blur = Blur([blurKernel(0)])
        let path = g.path("image", "data/phantom.png", "the true image")
        let truth = g.add("truth", g.imageFormOfParameters().load(path))
        let blurred = g.add("blurred", Measure(blur), truth)
        let y = g.add("y", GaussianNoise(sigma: [0.03], seed: 0), blurred)
        let x = g.state("x", initial: y)
        let gradient = g.add("gradient", DataGradient(blur), x, y)
        let z = g.add("z", Descend(step: g.number("step", 1, in: 0...2, "step size τ")), x, gradient)
        let strength = g.number("strength", 0.5, in: 0...1, "how much of the median is mixed in")
        let next = g.add("next", CrossMedian(strength: strength), z)
        g.next(x, next)
        g.loop(g.integer("iterations", 20, in: 1...1_000_000, "how often x is updated"))
        let residual = g.add("residual", RelativeChange(), x, next)
        g.metric(residual)
        g.stopByTolerance(residual)
        g.metric(g.add("psnr", PSNR(), next, truth))
        g.output("truth", truth)
        g.output("measurement", y)
        g.output("result", x)
    }
}
