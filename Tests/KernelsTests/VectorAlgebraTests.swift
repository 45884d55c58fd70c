import Foundation
import GraphModel
import Imaging
import KernelTesting
import Kernels
import Tensors
import TestSupport
import Testing

/// A complex number, for what is computed beside the kernels.
private struct Complex {
    var re: Double
    var im: Double

    init(_ re: Double, _ im: Double = 0) { (self.re, self.im) = (re, im) }

    static func * (a: Complex, b: Complex) -> Complex { Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re) }
    static func / (a: Complex, b: Complex) -> Complex {
        let size = b.re * b.re + b.im * b.im
        return Complex((a.re * b.re + a.im * b.im) / size, (a.im * b.re - a.re * b.im) / size)
    }
    var magnitude: Double { (re * re + im * im).squareRoot() }

    static func elements(_ tensor: Tensor) -> [Complex] {
        let values = tensor.values.map(Double.init)
        guard tensor.type.element == .complex64 else { return values.map { Complex($0) } }
        return stride(from: 0, to: values.count, by: 2).map { Complex(values[$0], values[$0 + 1]) }
    }
}

@Suite("Vector algebra")
struct VectorAlgebraTests {
    /// Values away from 0, so that divisions are well conditioned.
    private func vector(_ element: ElementType, _ seed: UInt64) -> Tensor {
        let values = Tensor.random([3, 4, 5], in: 0.5...2, element: element, seed: seed)
        return Tensor(values.type, values.values.enumerated().map { $0.offset % 3 == 1 ? -$0.element : $0.element })
    }

    private func difference(_ found: Tensor, _ expected: [Complex]) -> Double {
        let found = Complex.elements(found)
        guard found.count == expected.count else { return .infinity }
        return zip(found, expected).map { Complex($0.re - $1.re, $0.im - $1.im).magnitude }.max() ?? 0
    }

    private func definition(_ operation: Arithmetic.Operation, _ a: Complex, _ b: Complex) -> Complex {
        switch operation {
        case .add: Complex(a.re + b.re, a.im + b.im)
        case .subtract: Complex(a.re - b.re, a.im - b.im)
        case .multiply: a * b
        case .divide: a / b
        case .maximum: Complex(max(a.re, b.re))
        case .minimum: Complex(min(a.re, b.re))
        case .less: Complex(a.re < b.re ? 1 : 0)
        case .lessOrEqual: Complex(a.re <= b.re ? 1 : 0)
        }
    }

    @Test(
        "arithmetic is what it says, of two values and of a value and a number",
        arguments: Arithmetic.Operation.allCases, ElementType.allCases)
    func arithmetic(_ operation: Arithmetic.Operation, _ element: ElementType) throws {
        let (x, y, number) = (vector(element, 1), vector(element, 2), Tensor([], [Float(-0.75)]))
        guard element == .float32 || ![.maximum, .minimum, .less, .lessOrEqual].contains(operation) else {
            #expect(throws: GraphError.self) {
                try KernelEvaluation(["x": x, "y": y]) { g in
                    _ = g.keep("z", Arithmetic(operation), g.load("x"), g.load("y"))
                }
            }
            return
        }
        let found = try KernelEvaluation(["x": x, "y": y, "n": number]) { g in
            let (x, y, n) = (g.load("x"), g.load("y"), g.load("n"))
            _ = g.keep("both", Arithmetic(operation), x, y)
            _ = g.keep("left", Arithmetic(operation), n, y)
            _ = g.keep("right", Arithmetic(operation), x, n)
            _ = g.keep("numbers", Arithmetic(operation), n, n)
        }
        let (a, b) = (Complex.elements(x), Complex.elements(y))
        #expect(difference(found["both"], zip(a, b).map { definition(operation, $0, $1) }) < 2e-6)
        #expect(difference(found["left"], b.map { definition(operation, Complex(-0.75), $0) }) < 2e-6)
        #expect(difference(found["right"], a.map { definition(operation, $0, Complex(-0.75)) }) < 2e-6)
        #expect(difference(found["numbers"], [definition(operation, Complex(-0.75), Complex(-0.75))]) < 2e-6)
    }

    private func definition(_ function: Function.Name, _ z: Complex) -> Complex? {
        switch function {
        case .negate: Complex(-z.re, -z.im)
        case .square: z * z
        case .reciprocal: Complex(1) / z
        case .magnitude: Complex(z.magnitude)
        case .phase: Complex(atan2(z.im, z.re))
        case .conjugate: Complex(z.re, -z.im)
        case .realPart: Complex(z.re)
        case .imaginaryPart: Complex(z.im)
        case .sign: Complex(z.re / z.magnitude, z.im / z.magnitude)
        case .squareRoot, .exponential, .logarithm: nil
        }
    }

    @Test("functions are what they say", arguments: Function.Name.allCases, ElementType.allCases)
    func functions(_ function: Function.Name, _ element: ElementType) throws {
        let isReal = element == .float32 && [.squareRoot, .exponential, .logarithm].contains(function)
        let x = isReal ? Tensor.random([3, 4, 5], in: 0.5...2, seed: 1) : vector(element, 1)
        func evaluate() throws -> Tensor {
            try KernelEvaluation(["x": x]) { g in _ = g.keep("y", Function(function), g.load("x")) }["y"]
        }
        let z = Complex.elements(x)
        let expected: [Complex]
        switch function {
        case .squareRoot: expected = z.map { Complex($0.re.squareRoot()) }
        case .exponential: expected = z.map { Complex(exp($0.re)) }
        case .logarithm: expected = z.map { Complex(log($0.re)) }
        default: expected = z.compactMap { definition(function, $0) }
        }
        guard isReal || ![.squareRoot, .exponential, .logarithm].contains(function) else {
            #expect(throws: GraphError.self) { try evaluate() }
            return
        }
        #expect(difference(try evaluate(), expected) < 2e-6)
    }

    @Test("inner products, norms, sums with numbers, choices", arguments: ElementType.allCases)
    func vectors(_ element: ElementType) throws {
        let (x, y) = (vector(element, 3), vector(element, 4))
        let found = try KernelEvaluation(["x": x, "y": y]) { g in
            let (x, y) = (g.load("x"), g.load("y"))
            let (n, zero) = (g.keep("n", Number(-1.25)), g.keep("zero", Number(0)))
            _ = g.keep("inner", InnerProduct(), x, y)
            _ = g.keep("norm", Norm(), x)
            _ = g.keep("axpy", Axpy(), n, x, y)
            _ = g.keep("descended", DescendBy(), n, x, y)
            _ = g.keep("yes", Select(), n, x, y)
            _ = g.keep("no", Select(), zero, x, y)
        }
        let inner = zip(x.values, y.values).map { Double($0) * Double($1) }.reduce(0, +)
        let norm = x.values.map { Double($0) * Double($0) }.reduce(0, +).squareRoot()
        #expect(abs(Double(found["inner"].values[0]) - inner) < 1e-5 && found["inner"].type == .scalar)
        #expect(abs(Double(found["norm"].values[0]) - norm) < 1e-5)
        #expect(maxDifference(found["axpy"], Tensor(x.type, zip(x.values, y.values).map { -1.25 * $0 + $1 })) < 1e-6)
        #expect(
            maxDifference(found["descended"], Tensor(x.type, zip(x.values, y.values).map { $1 + 1.25 * $0 })) < 1e-6)
        #expect(found["yes"] == x && found["no"] == y && found["n"].values == [-1.25])
    }

    @Test("what is no number stays, whichever of the two it is", arguments: [Arithmetic.Operation.maximum, .minimum])
    func notANumber(_ operation: Arithmetic.Operation) throws {
        let found = try KernelEvaluation { g in
            let (zero, one) = (g.keep("zero", Number(0)), g.keep("one", Number(1)))
            let none = g.keep("none", Arithmetic(.divide), zero, zero)
            _ = g.keep("left", Arithmetic(operation), none, one)
            _ = g.keep("right", Arithmetic(operation), one, none)
        }
        #expect(found["left"].values[0].isNaN && found["right"].values[0].isNaN)
    }

    @Test("levels and weights below 0 that were computed end a run with a line")
    func negativeNumbers() {
        func problem(_ build: (GraphBuilder, Value, Value) -> Void) -> String {
            do {
                _ = try KernelEvaluation(["x": .random([1, 1, 12, 9], in: 0...1, seed: 3)]) { g in
                    build(g, g.load("x"), g.keep("minus", Number(-0.1)))
                }
                return ""
            } catch {
                return "\(error)"
            }
        }
        let variation = problem { g, x, minus in _ = g.keep("d", DenoiseByMap(Denoiser()), x, minus) }
        #expect(variation.contains("the noise level is -0.1; it must be 0 or more"), "\(variation)")
        let spectral = problem { g, x, minus in
            let spectrum = g.keep("s", NormalSpectrum(Blur([.gaussian(sigma: [1, 1], angle: 0)])), x)
            _ = g.keep("u", SpectralSolve(), x, spectrum, minus)
        }
        #expect(spectral.contains("gamma of a proximal operator"), "\(spectral)")
    }

    @Test("a metric that is a state is refused with what to report")
    func stateMetric() {
        #expect {
            try Graph("state", summary: "") { g in
                let x = g.state("x", initial: g.add("start", Number(1)))
                g.next(x, g.add("half", Scale(0.5), x))
                g.metric(x)
                g.output("result", x)
            }
        } throws: {
            "\($0)".contains("metric 'x' is a state, which is computed nowhere; report what it becomes, 'half'")
        }
    }

    @Test("complex values come of pairs of real ones, and go back", arguments: [[2, 2, 3, 4], [1, 2, 5]] as [Shape])
    func pairs(_ shape: Shape) throws {
        let pairs = Tensor.random(shape, seed: 5)
        let found = try KernelEvaluation(["p": pairs]) { g in
            let complex = g.keep("z", ComplexFromPairs(), g.load("p"))
            _ = g.keep("again", PairsFromComplex(), complex)
        }
        #expect(found["again"] == pairs)
        let size = shape.count / shape[0] / 2
        let z = found["z"]
        #expect(z.type == TensorType(Shape([shape[0], 1] + shape.dimensions.dropFirst(2)), .complex64))
        for image in 0..<shape[0] {
            for i in 0..<size {
                #expect(z.values[2 * (image * size + i)] == pairs.values[2 * image * size + i])
                #expect(z.values[2 * (image * size + i) + 1] == pairs.values[(2 * image + 1) * size + i])
            }
        }
    }

    @Test("shapes that do not fit are refused with a line")
    func refusals() throws {
        func problem(_ build: (GraphBuilder, Value, Value, Value) -> Value) -> String {
            do {
                _ = try KernelEvaluation(["x": Tensor([2, 3]), "y": Tensor([3, 2]), "c": Tensor([2, 3], .complex64)]) {
                    g in
                    g.output("result", build(g, g.load("x"), g.load("y"), g.load("c")))
                }
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(
            problem { g, x, y, _ in g.add("z", Arithmetic(.add), x, y) }.hasSuffix(
                "'z': its inputs are 2 × 3 float32 and 3 × 2 float32; both must be of one shape, or one a number"))
        #expect(
            problem { g, x, _, c in g.add("z", Arithmetic(.multiply), x, c) }.contains(
                "its inputs are 2 × 3 float32 and 2 × 3 complex64"))
        #expect(
            problem { g, _, _, c in g.add("z", Function(.squareRoot), c) }.hasSuffix(
                "'z': 'square-root' is not defined for complex values; take their magnitudes first"))
        #expect(
            problem { g, x, y, _ in g.add("z", Axpy(), x, y, y) }.hasSuffix(
                "'z': its input 'alpha' is 2 × 3 float32; it must be a single float32 number"))
        #expect(
            problem { g, x, _, _ in g.add("z", Axpy(), g.add("n", Number(1e39)), x, x) }.hasSuffix(
                "'n': 'value' is 1e+39; it must be a number that float32 holds"))
    }

    @Test("schedules go as they say")
    func courses() throws {
        func values(_ course: Course, _ iterations: ClosedRange<Int>) throws -> [Float] {
            try iterations.map { iteration in
                try KernelEvaluation(iteration: iteration) { g in _ = g.keep("s", Schedule(course)) }["s"].values[0]
            }
        }
        #expect(try values(.list(values: [0.5, 0.25, 2]), 1...3) == [0.5, 0.25, 2])
        #expect(try values(.geometric(first: 8, ratio: 0.5), 1...4) == [8, 4, 2, 1])
        let falling = try values(.logarithmic(first: 1, last: 0.01, count: 3), 1...5)
        #expect(zip(falling, [1, 0.1, 0.01, 0.01, 0.01] as [Float]).allSatisfy { abs($0 - $1) < 1e-7 })
        let momentum = try values(.momentum(a: 3), 1...3)
        #expect(zip(momentum, [2 / 3, 3 / 4, 4 / 5] as [Float]).allSatisfy { abs($0 - $1) < 1e-7 })
        var t = 1.0
        for found in try values(.beckTeboulle, 1...30) {
            let next = (1 + (1 + 4 * t * t).squareRoot()) / 2
            #expect(abs(Double(found) - (t - 1) / next) < 1e-7)
            t = next
        }
    }

    @Test("a schedule that is shorter than the loop is refused with a line")
    func shortSchedule() throws {
        func graph(_ iterations: Setting<Int>) throws -> Expansion {
            try Graph("short", summary: "") { g in
                let x = g.state("x", initial: g.add("start", Number(1)))
                g.loop(iterations)
                let factor = g.add("factor", Schedule(.list(values: [0.5, 0.25])))
                g.next(x, g.add("next", Arithmetic(.multiply), factor, x))
                g.output("result", x)
            }.expand(FileFacts(GraphFiles(folder: "")))
        }
        _ = try graph(2)
        #expect {
            try graph(3)
        } throws: {
            "\($0)".contains(
                "'factor': it has values for 2 iterations, and the loop has 3; give it more, or loop 2 times")
        }
    }

    @Test(
        "a stack's proximal operator in closed form solves its equation",
        arguments: [[1, 2, 12, 9], [1, 1, 7, 16]] as [Shape], ElementType.allCases)
    func closedForm(_ shape: Shape, _ element: ElementType) throws {
        let b = Tensor.random(shape, element: element, seed: 9)
        let gamma: Float = 3.5
        let found = try KernelEvaluation(["b": b]) { g in
            let shard = g.axis("shard", count: 2)
            let blur = Blur([.gaussian(sigma: [1, 1], angle: 0), .gaussian(sigma: [1.5, 0.7], angle: 20)])
            let b = g.load("b")
            let spectrum = g.keep("spectrum", Sum(), g.keep("spectra", NormalSpectrum(blur), b, over: shard))
            let gamma = g.keep("gamma", Number(Setting(Double(gamma))))
            let u = g.keep("u", SpectralSolve(), b, spectrum, gamma)
            let normal = g.keep("normal", Sum(), g.keep("normals", Normal(blur), u, over: shard))
            _ = g.keep("again", Axpy(), gamma, normal, u)
        }
        #expect(relativeDifference(found["again"], reference: b) < 2e-6)
    }

    @Test("an operator that is no circular convolution has no spectrum, and is told so")
    func noSpectrum() {
        #expect {
            try KernelEvaluation(["b": Tensor([1, 1, 12, 9])]) { g in
                let blur = Blur([.gaussian(sigma: [1, 1], angle: 0)], padding: .reflect)
                _ = g.keep("spectrum", NormalSpectrum(blur), g.load("b"))
            }
        } throws: {
            "\($0)".contains(
                "'spectrum': its operator is no circular convolution, so its normal operator has no spectrum; use circular "
                    + "padding, or solve by conjugate gradients")
        }
    }
}
