import Imaging
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Stacked operators")
struct StackedOperatorTests {
    @Test("AᵀA and Aᵀ equal deepinv's", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    func goldens() throws {
        let stack = try goldenStack()
        let x1 = try golden("x1")
        #expect(relativeDifference(stack.normal(x1), reference: try golden("stack_ATA")) <= 1e-5)
        let measurements = try (0..<3).map { try golden("stack_y\($0)") }
        let adjoint = Tensor(stack.domain) { x in withViews(measurements) { stack.adjoint($0, into: x) } }
        #expect(relativeDifference(adjoint, reference: try golden("stack_AT")) <= 1e-5)
    }

    @Test("‖A‖² of each blur and of the stack", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    func norms() throws {
        let stack = try goldenStack()
        let fixture = try #require(try goldenObject("l2_fn_and_norms")["sqnorm"] as? [String: Any])
        for (name, map) in zip(["k0", "k1", "k2"], stack.operators) {
            let found = squaredNorm(of: map, iterations: 5000, tolerance: 1e-9)
            #expect(abs(found.value / (try number(fixture, name)) - 1) <= 1e-5, "\(name): \(found)")
        }
        let found = squaredNorm(of: stack, iterations: 5000, tolerance: 1e-9)
        #expect(abs(found.value / (try number(fixture, "stack")) - 1) <= 1e-5, "stack: \(found)")
    }

    @Test("‖A‖² of the stack to 1e-3 by default", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    func defaultNorm() throws {
        let found = squaredNorm(of: try goldenStack())
        #expect(abs(found.value - 3) <= 1e-3, "\(found)")
        #expect(found.converged)
    }

    @Test("A Aᵀ y of a stack and of one operator", arguments: [1, 2, 3, 5])
    func adjointNormal(count: Int) throws {
        let stack = try randomStack(count)
        let y = stack.ranges.enumerated().map { Tensor.random($1.shape, seed: UInt64(50 + $0)) }
        let x = Tensor(stack.domain) { x in withViews(y) { stack.adjoint($0, into: x) } }
        let expected = stack.operators.map { $0.apply(x) }
        var found = y.map { Tensor($0.type) }
        withViews(y) { views in
            withMutableViews(&found) { stack.adjointNormal(views, into: $0) }
        }
        #expect(found == expected)
        if count == 1 { #expect(stack.operators[0].adjointNormal(y[0]) == expected[0]) }
    }

    /// Which iterate a tolerance picks hangs on rounding: after 40 iterations conjugate gradients in float32 are no longer
    /// conjugate, and each further one adds 0.05 dB. So the comparison is at equal distance to the measurements, between
    /// the two of our iterates that enclose deepinv's.
    @Test("the whole stack's pseudo-inverse", .enabled(if: SharedFiles.goldens.exist, goldensAbsent))
    func pseudoInverse() throws {
        let stack = try goldenStack()
        let image = try golden("image")
        let measurements = stack.operators.map { $0.apply(image) }
        let (solver, fidelity) = (LeastSquares(stack), try L2(stack))
        func iterate(_ iterations: Int) -> (residual: Double, psnr: Double, error: Double) {
            let x = Tensor(stack.domain) { x in
                _ = withViews(measurements) {
                    solver.pseudoInverse($0, iterations: iterations, tolerance: 0, into: x)
                }
            }
            return withViews([x, image] + measurements) { views in
                let squared = 2 * fidelity.value(views[0], Array(views[2...]))
                return (
                    squared.squareRoot(), Metrics.psnr(views[0], reference: views[1]), Double(maxDifference(x, image))
                )
            }
        }
        let all = try #require(try goldenObject("l2_fn_and_norms")["A_dagger"] as? [String: Any])
        let fixture = try #require(all["local_only_False (CG on the stack)"] as? [String: Any])
        let goal = try number(fixture, "residual_l2")
        let after = try #require((40...60).first { iterate($0).residual < goal })
        let (early, late) = (iterate(after - 1), iterate(after))
        let share = (early.residual - goal) / (early.residual - late.residual)
        let psnr = early.psnr + share * (late.psnr - early.psnr)
        #expect(abs(psnr / (try number(fixture, "psnr")) - 1) <= 1e-3, "\(psnr) dB after \(after) iterations")
        let error = early.error + share * (late.error - early.error)
        #expect(abs(error / (try number(fixture, "max_abs_err_to_image")) - 1) <= 1e-3, "\(error)")
    }

    @Test("A stacks the measurements; <A x, y> = <x, Aᵀ y>", arguments: [1, 2, 3, 4, 5, 7])
    func adjoint(count: Int) throws {
        let stack = try randomStack(count)
        let x = Tensor.random(stack.domain.shape, seed: 1)
        let y = stack.ranges.enumerated().map { Tensor.random($1.shape, seed: UInt64(50 + $0)) }
        let returned = Tensor(stack.domain) { x in withViews(y) { stack.adjoint($0, into: x) } }
        let measured = stack.operators.map { $0.apply(x) }
        let left = withViews(measured + y) { views in
            (0..<count).reduce(0) { $0 + inner(views[$1], views[count + $1]) }
        }
        let right = withViews([x, returned]) { inner($0[0], $0[1]) }
        #expect(abs(left - right) <= 1e-5 * Double(count * stack.domain.shape.count))
    }

    @Test("the adjoint has the bits of the tree sum of the separate adjoints", arguments: [1, 2, 3, 4, 5, 7])
    func sameBits(count: Int) throws {
        let stack = try randomStack(count)
        let y = stack.ranges.enumerated().map { Tensor.random($1.shape, seed: UInt64(50 + $0)) }
        let stacked = Tensor(stack.domain) { x in withViews(y) { stack.adjoint($0, into: x) } }
        let separate = zip(stack.operators, y).map { $0.adjoint($1) }
        let summed = Tensor(stack.domain) { x in withViews(separate) { TreeSum.sum($0, into: x) } }
        #expect(stacked == summed)
    }

    @Test("the pseudo-inverse of an invertible stack returns the image, as does that of a single operator")
    func invertible() throws {
        let delta = Tensor([1, 1, 3, 3], [0, 0.1, 0, 0.2, 1, 0, 0, 0.1, 0])
        let blur = try PaddedBlur(kernel: delta, shape: [1, 1, 12, 10], padding: .circular)
        let x = Tensor.random([1, 1, 12, 10], seed: 3)
        for solver in [try LeastSquares(blur), LeastSquares(try StackedOperator([blur, blur]))] {
            let stack = solver.stack
            let y = stack.operators.map { $0.apply(x) }
            let found = Tensor(stack.domain) { output in
                _ = withViews(y) { solver.pseudoInverse($0, iterations: 100, tolerance: 1e-6, into: output) }
            }
            #expect(maxDifference(found, x) <= 1e-4)
        }
    }

    @Test("the norm of a scaled identity, and of nothing")
    func knownNorms() throws {
        let twice = try PaddedBlur(kernel: Tensor([1, 1, 1, 1], [2]), shape: [1, 1, 6, 7], padding: .circular)
        let found = squaredNorm(of: twice)
        #expect(abs(found.value - 4) < 1e-5)
        #expect(found.converged)
        let nothing = try PaddedBlur(kernel: Tensor([1, 1, 1, 1], [0]), shape: [1, 1, 6, 7], padding: .circular)
        #expect(squaredNorm(of: nothing).value == 0)
    }

    @Test("refuses no operators and different images")
    func refusals() throws {
        #expect(throws: ImagingError.noOperators) { try StackedOperator([]) }
        #expect(
            ImagingError.noOperators.description
                == "a stack of no operators has no images and no measurements; give at least one")
        let small = try BlurSample.all[2].make()
        let large = try BlurSample.all[3].make()
        let error = ImagingError.domains(small.domain, large.domain, index: 1)
        #expect(throws: error) { try StackedOperator([small, large]) }
        #expect(
            error.description
                == "operator 0 of the stack takes 1 × 1 × 5 × 4 float32, operator 1 takes 1 × 2 × 8 × 9 float32; all must "
                + "take the same images")
    }

    private func randomStack(_ count: Int) throws -> StackedOperator {
        try StackedOperator(
            (0..<count).map {
                try PaddedBlur(
                    kernel: .random([1, 1, 3, 4], seed: UInt64($0)), shape: [1, 2, 9, 8], padding: .circular)
            })
    }
}

/// The three blurs of the fixtures.
func goldenStack() throws -> StackedOperator {
    try StackedOperator(
        ["k0", "k1", "k2"].map { try PaddedBlur(kernel: golden($0), shape: [1, 3, 64, 48], padding: .circular) })
}
