import Imaging
import TensorFiles
import Tensors
import TestSupport
import Testing

/// The parts that primal-dual splitting is made of, put together by hand (Chambolle and Pock 2011, algorithm 2, for a primal
/// problem that is strongly convex).
@Suite(
    "Primal-dual splitting of fidelities and total variation",
    .enabled(if: SharedFiles.exact.exist, "the fixtures of ../shared/goldens2 are absent"))
struct PrimalDualTests {
    private func golden(_ name: String) throws -> Tensor {
        try NPY.read(SharedFiles.exact.path("\(name).npy"))
    }

    /// `argmin_u f(A u) + ½ ‖u − x‖²`, where `dual` writes the proximal operator of `σ f*`.
    private func solve(
        _ x: Tensor, _ map: any LinearOperator, squaredNorm: Float, iterations: Int,
        _ dual: (_ v: TensorView, _ step: Float, MutableTensorView) throws -> Void
    ) rethrows -> Tensor {
        var (u, extrapolated, p) = (x, x, Tensor(map.range))
        var tau: Float = 1 / squaredNorm.squareRoot()
        var sigma = tau
        for _ in 0..<iterations {
            let ascended = Tensor(map.range, zip(p.values, map.apply(extrapolated).values).map { $0 + sigma * $1 })
            p = try Tensor(map.range) { p in try ascended.withView { try dual($0, sigma, p) } }
            let back = map.adjoint(p).values
            let next: [Float] = u.values.indices.map {
                (u.values[$0] - tau * back[$0] + tau * x.values[$0]) / (1 + tau)
            }
            let theta = 1 / (1 + 2 * tau).squareRoot()
            extrapolated = Tensor(x.type, zip(next, u.values).map { $0 + theta * ($0 - $1) })
            u = Tensor(x.type, next)
            (tau, sigma) = (theta * tau, sigma / theta)
        }
        return u
    }

    @Test("the prox of an l1 fidelity with a blur")
    func fidelity() throws {
        let (x, y) = (try golden("prior_image"), try golden("prior_y"))
        let kernel = try golden("prior_kernel")
        let map = try PaddedBlur(kernel: Tensor([1, 1, 5, 5], kernel.values), shape: x.shape, padding: .circular)
        let weight: Float = 0.1
        // (w f)*(v) = w f*(v / w)
        let found = try solve(x, map, squaredNorm: 1, iterations: 2000) { v, step, p in
            var scaled = Tensor(v.type, v.floats.map { $0 / weight })
            try scaled.withMutableView { scaled in
                try y.withView {
                    try FidelityFunction.l1.conjugateProx(scaled.readOnly, $0, step: step / weight, into: p)
                }
            }
            for i in p.floats.indices { p.floats[i] *= weight }
        }
        let error = relativeDifference(found, reference: try golden("fidelity_l1_prox_blur"))
        print("fidelity_l1_prox_blur: \(error) of 1e-4")
        #expect(error <= 1e-4)
    }

    @Test("the prox of total variation by differences and balls")
    func totalVariation() throws {
        let x = try golden("prior_image")
        let found = try solve(x, DifferencesOperator(shape: x.shape), squaredNorm: 8, iterations: 500) { v, _, p in
            BallProjection.project(v, .lastAxis, radius: 0.06, into: p)
        }
        let error = relativeDifference(found, reference: try golden("prior_tv_prox"))
        print("prior_tv_prox after 500 iterations of primal-dual splitting: \(error)")
        #expect(error <= 3e-3)
    }
}
