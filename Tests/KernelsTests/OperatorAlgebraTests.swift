import Foundation
import GraphModel
import Imaging
import Kernels
import Networks
import Synchronization
import Tensors
import TestSupport
import Testing

/// Operators made of others, drawn at random.
@Suite("Operators made of others")
struct OperatorAlgebraTests {
    private static let images: [TensorType] = [TensorType([2, 3, 12, 10]), TensorType([1, 2, 9, 11], .complex64)]

    private static func context(_ inputs: [TensorType] = []) -> NodeContext {
        NodeContext(
            node: "node", index: 0, axis: nil, gathered: nil, inputs: inputs.map { [$0] }, neighbours: [], files: .none)
    }

    private static func kernelContext(_ output: TensorType) -> KernelContext {
        KernelContext(
            node: context(), output: output, threads: 1, automaticConvolutions: .direct, files: GraphFiles(folder: ""),
            shared: SharedResources())
    }

    /// An operator of at most so many levels on images of a type.
    private static func random(
        on domain: TensorType, levels: Int, using random: inout SeededRandom
    ) throws -> any Operator {
        guard levels > 0 else {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: return Inpainting(.random(keeping: 0.6, pixelwise: .random(using: &random), seed: 3))
            case 1: return Downsampling(.bilinear, factor: 2, padding: .constant)
            case 2: return Blur([.gaussian(sigma: [0.7, 0.4], angle: 20)], padding: .replicate)
            default:
                return Blur(
                    [.gaussian(sigma: [0.2, 0.25], angle: 0)], padding: Bool.random(using: &random) ? .circular : .valid
                )
            }
        }
        let inner = try Self.random(on: domain, levels: levels - 1, using: &random)
        let range = try inner.range(of: domain, context())
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return Composition([try Self.random(on: range, levels: 0, using: &random), inner])
        case 1: return compose(AdjointOperator(of: inner), inner)
        case 2: return NormalOperatorOf(of: inner)
        case 3: return ScaledOperator(-1.5, times: inner)
        case 4: return OperatorSum([inner, ScaledOperator(0.5, times: inner), inner])
        default: return OperatorStack([inner, ScaledOperator(2.0, times: inner), inner])
        }
    }

    /// An operator that counts how often it is asked for a type.
    private struct Asked: Operator {
        static let name = "asked"
        static let count = Mutex(0)

        func range(of domain: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
            Asked.count.withLock { $0 += 1 }
            return domain
        }
        func domain(of range: TensorType, _ context: NodeContext) throws(GraphError) -> TensorType {
            Asked.count.withLock { $0 += 1 }
            return range
        }
        func cost(_ domain: TensorType, _ context: NodeContext) throws(GraphError) -> Cost { Cost() }
        func make(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
            throw KernelError.value("not made")
        }
    }

    @Test("are asked for each type once for an instance, however deep they stand in each other")
    func deep() throws {
        var nested: any Operator = Asked()
        for _ in 0..<8 { nested = compose(NormalOperatorOf(of: nested), nested) }
        let image = Self.images[0]
        let context = Self.context([image])
        let before = Asked.count.withLock { $0 }
        let own = AnyOperator(nested)
        #expect(try own.range(of: own.domain(of: image, context), context) == image)
        _ = try own.cost(image, context)
        #expect(Asked.count.withLock { $0 } - before <= 2)
    }

    @Test(
        "have the types, the adjoint, the normal operator and the bound that they say, and survive a file",
        arguments: images, 0..<60)
    func laws(_ domain: TensorType, seed: Int) throws {
        var random = SeededRandom(UInt64(seed))
        let described = try Self.random(on: domain, levels: 1 + seed % 3, using: &random)
        let range = try described.range(of: domain, Self.context())
        let map = try described.make(domain, Self.kernelContext(range))
        #expect(map.domain == domain && map.range == range)

        let x = Tensor(domain, Tensor.random([domain.floatCount], seed: UInt64(2 * seed + 1)).values)
        let y = Tensor(range, Tensor.random([range.floatCount], seed: UInt64(2 * seed + 2)).values)
        let (ax, aty) = (map.apply(x), map.adjoint(y))
        // ⟨A x, y⟩ = ⟨x, Aᴴ y⟩, real and imaginary part.
        let (left, right) = (inner(ax, y), inner(x, aty))
        let scale = (norm(ax) * norm(y)).squareRoot()
        #expect(abs(left.0 - right.0) <= 1e-5 * scale && abs(left.1 - right.1) <= 1e-5 * scale)
        #expect(relativeDifference(map.normal(x), reference: map.adjoint(ax)) <= 1e-5)

        if let bound = described.traits(domain, Self.context()).squaredNormBound {
            #expect(squaredNorm(of: map, iterations: 60).value <= bound * 1.0001)
        }
        let cost = try described.cost(domain, Self.context())
        #expect(cost.bytes > 0)
        let boxed = AnyOperator(described)
        #expect(try JSONDecoder().decode(AnyOperator.self, from: JSONEncoder().encode(boxed)) == boxed)
    }

    @Test("lead back to the image's type where a measurement tells it")
    func domains() throws {
        let image = TensorType([1, 1, 12, 12])
        let map = compose(
            Inpainting(.random(keeping: 0.5, pixelwise: true, seed: 1)),
            Downsampling(.gaussian, factor: 2), Blur([.gaussian(sigma: [0.3, 0.3], angle: 0)], padding: .valid))
        let range = try map.range(of: image, Self.context())
        #expect(range == TensorType([1, 1, 4, 4]))
        let stack = OperatorStack([map, map])
        #expect(try stack.range(of: image, Self.context()).shape == Shape([2] + range.shape.dimensions))
        let back = try map.domain(of: range, Self.context())
        #expect(try map.range(of: back, Self.context()) == range)
    }

    @Test("of a circular blur and isometries or factors have the blur's point spread function")
    func pointSpread() throws {
        let blur = Blur([.gaussian(sigma: [1, 1], angle: 0)])
        let extent = try #require(blur.normalPointSpreadExtent(Self.context()))
        let scaled = ScaledOperator(2.0, times: compose(blur))
        #expect(scaled.normalPointSpreadExtent(Self.context()) == extent)
        let type = TensorType(Shape(extent.sides))
        let own = try blur.makeNormalPointSpread(type, Self.kernelContext(type))
        let four = try scaled.makeNormalPointSpread(type, Self.kernelContext(type))
        #expect(relativeDifference(four, reference: Tensor(own.shape, own.values.map { 4 * $0 })) <= 1e-6)
        let masked = compose(Inpainting(.random(keeping: 0.5, pixelwise: true, seed: 1)), blur)
        #expect(masked.normalPointSpreadExtent(Self.context()) == nil)
    }

    @Test("are read up to sixteen in each other")
    func nesting() throws {
        func nested(_ depth: Int) -> any Operator {
            (0..<depth).reduce(Inpainting(.random(keeping: 1, pixelwise: true, seed: 0)) as any Operator) { inner, _ in
                ScaledOperator(1.0, times: inner)
            }
        }
        func read(_ depth: Int) throws -> AnyOperator {
            try JSONDecoder().decode(AnyOperator.self, from: JSONEncoder().encode(AnyOperator(nested(depth))))
        }
        #expect(try read(15) == AnyOperator(nested(15)))
        #expect(throws: (any Error).self) { try read(16) }
    }

    @Test("refuse what does not fit")
    func refusals() throws {
        let image = TensorType([1, 1, 8, 8])
        let blur = Blur([.gaussian(sigma: [0.3, 0.3], angle: 0)], padding: .valid)
        func complaint(_ map: any Operator) -> String {
            do throws(GraphError) {
                _ = try map.range(of: image, Self.context())
                return ""
            } catch {
                return "\(error)"
            }
        }
        let coarse = AdjointOperator(of: Downsampling(.none, factor: 2))
        let odd = try Graph("odd", summary: "") { g in
            g.output("x", g.add("x", Adjoint(coarse), g.add("y", Load("y.npy"))))
        }
        let error = #expect(throws: GraphError.self) {
            try odd.expand(FileFacts([FileReference("y.npy", .tensor): .tensor(TensorType([1, 1, 7, 7]))]))
        }
        #expect("\(try #require(error))".contains("no image is measured as 1 × 1 × 7 × 7 float32"))
        #expect(complaint(Composition([])) == "a composition of no operators is none; give at least one")
        #expect(complaint(OperatorSum([])) == "there must be at least one operator")
        #expect(
            complaint(OperatorStack([blur, Inpainting(.random(keeping: 1, pixelwise: true, seed: 0))]))
                == "operator 0 has 1 × 1 × 4 × 4 float32 here, operator 1 has 1 × 1 × 8 × 8 float32; both must be of one type"
        )
        #expect(complaint(ScaledOperator(Setting(.infinity), times: blur)) == "'factor' is inf; it must be finite")
        #expect(
            complaint(compose(blur, blur, blur)).hasPrefix("a kernel of 5 × 5 pixels is too large for valid padding"))
    }
}

/// ⟨a, b⟩ with the first conjugated, real and imaginary part, in double precision.
private func inner(_ a: Tensor, _ b: Tensor) -> (Double, Double) {
    var sum = (0.0, 0.0)
    let (x, y) = (a.values.map(Double.init), b.values.map(Double.init))
    guard a.type.element == .complex64 else { return (zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }, 0) }
    for i in stride(from: 0, to: x.count, by: 2) {
        sum.0 += x[i] * y[i] + x[i + 1] * y[i + 1]
        sum.1 += x[i] * y[i + 1] - x[i + 1] * y[i]
    }
    return sum
}

private func norm(_ a: Tensor) -> Double { inner(a, a).0 }
