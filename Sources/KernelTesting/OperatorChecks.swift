internal import Foundation
internal import GraphModel
internal import Imaging
public import Kernels
internal import Networks
internal import TensorMath
public import Tensors

/// What every operator must be, measured on random images: near zero where it holds.
///
/// ```swift
/// #expect(try OperatorChecks.adjoint(MyOperator(), on: TensorType([1, 1, 32, 30])) < 1e-5)
/// ```
public enum OperatorChecks {
    /// The dot test: `|⟨A x, y⟩ − ⟨x, Aᴴ y⟩| / (‖A x‖ ‖y‖)`.
    ///
    /// - Parameters:
    ///   - domain: Type of the images.
    ///   - folder: Where the operator's files are.
    ///   - seed: Of the random image and measurement.
    ///   - catalog: Whose formats files may have.
    /// - Throws: where the operator takes no such images, or cannot be made.
    public static func adjoint(
        _ map: any Operator, on domain: TensorType, folder: String = "", seed: UInt64 = 0,
        catalog: KernelCatalog = .standard
    ) throws -> Double {
        let sample = try Sample(map, domain, folder, seed, catalog)
        let (forward, back) = (sample.made.apply(sample.x), sample.made.adjoint(sample.y))
        let (left, right) = (product(forward, sample.y), product(sample.x, back))
        let scale = (product(forward, forward).real * product(sample.y, sample.y).real).squareRoot()
        let distance = hypot(left.real - right.real, left.imaginary - right.imaginary)
        return distance == 0 ? 0 : distance / scale
    }

    /// How far `AᴴA x` is from `Aᴴ` of `A x`, relative to it.
    ///
    /// - Throws: as ``adjoint(_:on:folder:seed:catalog:)``.
    public static func normal(
        _ map: any Operator, on domain: TensorType, folder: String = "", seed: UInt64 = 0,
        catalog: KernelCatalog = .standard
    ) throws -> Double {
        let sample = try Sample(map, domain, folder, seed, catalog)
        return relativeDistance(
            sample.made.normal(sample.x), from: sample.made.adjoint(sample.made.apply(sample.x)))
    }

    /// How far `A (x + 2 z)` is from `A x + 2 A z`, relative to it.
    ///
    /// - Throws: as ``adjoint(_:on:folder:seed:catalog:)``.
    public static func linearity(
        _ map: any Operator, on domain: TensorType, folder: String = "", seed: UInt64 = 0,
        catalog: KernelCatalog = .standard
    ) throws -> Double {
        let sample = try Sample(map, domain, folder, seed, catalog)
        let other = random(domain, seed: seed &+ 7)
        func sum(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(a.type, zip(a.values, b.values).map { $0 + 2 * $1 }) }
        return relativeDistance(
            sample.made.apply(sum(sample.x, other)), from: sum(sample.made.apply(sample.x), sample.made.apply(other)))
    }

    /// `‖A‖²` by power iteration, over the bound that the operator says; `nil` where it says none. It must not be above 1 but
    /// for rounding.
    ///
    /// - Throws: as ``adjoint(_:on:folder:seed:catalog:)``.
    public static func bound(
        _ map: any Operator, on domain: TensorType, folder: String = "", seed: UInt64 = 0,
        catalog: KernelCatalog = .standard
    ) throws -> Double? {
        let sample = try Sample(map, domain, folder, seed, catalog)
        return map.traits(domain, sample.context).squaredNormBound
            .map { squaredNorm(of: sample.made, iterations: 200).value / $0 }
    }

    /// Whether the operator, written to a file and read back by a program with these kinds, is the same.
    ///
    /// - Throws: where it cannot be written or read.
    public static func survivesFile(_ map: any Operator, catalog: KernelCatalog) throws -> Bool {
        let graph = try Graph("operator", summary: "") { g in
            g.output("y", g.add("y", Measure(map), g.add("x", Load("x.npy", as: .array))))
        }
        let text = try graph.fileText()
        let again = try Graph(Data(text.utf8), file: "operator.graph", kinds: catalog.kinds)
        guard case .compute(let kind, _)? = again.nodes.last?.content, let measure = kind as? Measure else {
            return false
        }
        return measure == Measure(map)
    }

    /// An operator that is made, and values for it.
    private struct Sample {
        let context: NodeContext
        let made: any LinearOperator
        let x: Tensor
        let y: Tensor

        init(
            _ map: any Operator, _ domain: TensorType, _ folder: String, _ seed: UInt64, _ catalog: KernelCatalog
        ) throws {
            let files = GraphFiles(folder: folder, formats: catalog.formats)
            context = NodeContext(
                node: "operator", index: 0, axis: nil, gathered: nil, inputs: [[domain]], neighbours: [],
                files: FileFacts(files))
            let range = try map.range(of: domain, context)
            made = try map.make(
                domain,
                KernelContext(
                    node: context, output: range, threads: 1, automaticConvolutions: .direct, files: files,
                    shared: SharedResources()))
            x = random(domain, seed: seed)
            y = random(range, seed: seed &+ 1)
        }
    }

    private static func random(_ type: TensorType, seed: UInt64) -> Tensor {
        var tensor = Tensor(type)
        tensor.withMutableView {
            CounterRandom.gaussian(into: $0, seed: seed, node: CounterRandom.hash("operator-check"))
        }
        return tensor
    }

    private static func product(_ a: Tensor, _ b: Tensor) -> (real: Double, imaginary: Double) {
        a.withView { a in
            b.withView { b in a.type.element == .complex64 ? complexInner(a, b) : (inner(a, b), 0) }
        }
    }

    private static func relativeDistance(_ a: Tensor, from b: Tensor) -> Double {
        let difference = Tensor(a.type, zip(a.values, b.values).map { $0 - $1 })
        let (distance, size) = (product(difference, difference).real, product(b, b).real)
        return distance == 0 ? 0 : (distance / size).squareRoot()
    }
}
