import Foundation
import GraphModel
import Imaging
import Kernels
import Networks
import Tensors
import Testing

@Suite("Kinds in a .graph file")
struct KindFileTests {
    static let blurs = Blur([.gaussian(sigma: [1, 2.5], angle: 30), .file(path: Setting("k.npy", parameter: "path"))])
    static let byParameter = Denoiser(
        weights: Setting("", parameter: "path"), tvWeight: Setting(0.5, parameter: "number"),
        tvIterations: Setting(7, parameter: "whole"))

    /// Kinds with every setting that they have, written out and by parameter.
    static let all: [any NodeKind] = [
        Load("image.npy"), Load(Setting("", parameter: "path"), as: .array),
        Load(
            "image.npy", as: Setting(.hwc, parameter: "layout"),
            range: Setting(.between(-1, 2.5), parameter: "range")),
        Load("image.npy", as: .chw, range: Setting(.auto)),
        Load(
            "image.npy",
            part: ArrayPart(
                dataSet: Setting("k.npy", parameter: "path"), region: [[0, 5], [1, 4]], slice: 0,
                binning: Setting(7, parameter: "whole"))),
        Measure(blurs), Adjoint(blurs), DataGradient(blurs),
        DataGradient(gaussian, sigma: Setting(0.5, parameter: "number")),
        GaussianNoise(sigma: [0.1, 0.25], seed: Setting(7, parameter: "whole")),
        Sum(), Add(), Scale(-2.5), Zeros(), Descend(step: Setting(0.5, parameter: "number")),
        Crop(), Blend(), Trim(), HaloExchange(), Assemble(),
        Denoise(totalVariation, sigma: 0.05), Denoise(byParameter, sigma: Setting(0.5, parameter: "number")),
        DenoiseByMap(byParameter), PSNR(), RelativeChange(), SSIM(),
        PoissonNoise(gain: [0.1], seed: Setting(7, parameter: "whole"), clipNegative: true),
        UniformNoise(amplitude: [0.1, 2], seed: 3),
        Measure(downsampling), Adjoint(downsampling), DataGradient(downsampling),
        PointSpread(blurs, rows: 17, columns: 9), PointSpread(blurs, rows: 17, columns: 9, planes: [1, 3]),
        NormalGradient(sigma: Setting(0.5, parameter: "number")),
        Measure(inpainting), Adjoint(inpainting), DataGradient(Inpainting(.file(path: "mask.npy"))),
        Normal(blurs), DataFidelity(blurs, sigma: Setting(0.5, parameter: "number")),
        DataProx(
            blurs, gamma: Setting(0.5, parameter: "number"), sigma: 2.0,
            solver: LinearSolver(iterations: Setting(7, parameter: "whole"), tolerance: 1e-3)),
        PseudoInverse(compose(inpainting, downsampling, blurs)),
        SquaredNorm(OperatorStack([blurs, ScaledOperator(Setting(0.5, parameter: "number"), times: blurs)])),
        Measure(OperatorSum([AdjointOperator(of: blurs), NormalOperatorOf(of: blurs)])),
        NormalSpectrum(blurs), SpectralSolve(), ComplexFromPairs(), PairsFromComplex(), Remember(), AndersonMix(),
        DescendBy(), Axpy(), InnerProduct(), Norm(),
        Select(),
        Arithmetic(.divide), Arithmetic(.lessOrEqual), Function(.squareRoot), Function(.magnitude),
        Number(Setting(0.5, parameter: "number")), Schedule(.list(values: [0.5, 0.25])), Schedule(.beckTeboulle),
        Schedule(
            .logarithmic(first: 0.2, last: Setting(0.5, parameter: "number"), count: Setting(7, parameter: "whole"))),
        Schedule(.geometric(first: 1, ratio: Setting(0.5, parameter: "number"))), Schedule(.momentum(a: 3)),
        Measure(Differences()), Measure(WaveletTransform(.db4, levels: Setting(7, parameter: "whole"))),
        PriorValue(.l1), PriorGradient(.tikhonov), PriorProx(.positivity),
        PriorProx(.totalVariation(iterations: Setting(7, parameter: "whole"))),
        PriorProx(.wavelet(.haar, levels: 3, mode: .zero)),
        PriorValue(.box(lower: -1.5, upper: Setting(0.5, parameter: "number"))),
        NoiseLevel(), ValueScale(by: .maximum), ValueScale(by: .percentile(Setting(0.5, parameter: "number"))),
        ValueScale(by: .norm), RandomTurn(seed: Setting(7, parameter: "whole")), TurnBack(seed: 3),
        NRMSE(), NRMSE(of: .values), PSNR(of: .magnitudes), SSIM(of: .magnitudes),
        Denoise(totalVariation, sigma: 0.05, complex: .parts), DenoiseByMap(byParameter, complex: .magnitude),
        ProjectOnBall(), ProjectOnBall(over: .all),
        FidelityValue(.l2), FidelityGradient(.l1), FidelityProx(.amplitude),
        FidelityConjugateProx(.poisson(gain: 0.1, background: Setting(0.5, parameter: "number"))),
    ]
    static let downsampling = Downsampling(.bicubic, factor: 2, padding: .reflect)
    static let inpainting = Inpainting(.random(keeping: 0.5, pixelwise: true, seed: 3))

    @Test("every kind of the catalog is among the samples")
    func complete() {
        #expect(Set(Self.all.map { type(of: $0).name }) == Set(KernelCatalog.standard.kinds.names))
    }

    @Test("a kind written and read is the same kind", arguments: all.indices)
    func roundTrip(_ index: Int) throws {
        func check<Kind: NodeKind>(_ kind: Kind) throws {
            let inputs = Kind.inputs.map { "in-\($0.name)" }
            let graph = Graph(
                name: "kind", summary: "", iterations: 1,
                parameters: [
                    Parameter("path", .path, .text("k.npy")), Parameter("number", .number, .number(0.5)),
                    Parameter("whole", .integer, .integer(7)), Parameter("layout", .text, .text("hwc")),
                    Parameter("range", .range, .text("-1..2.5")),
                ],
                options: [:], axes: [],
                nodes: inputs.map { Node(id: $0, content: .compute(Load(""), inputs: []), axis: nil, location: nil) }
                    + [Node(id: "node", content: .compute(kind, inputs: inputs), axis: nil, location: nil)],
                metrics: [], outputs: ["result": "node"])
            let text = try graph.fileText()
            let again = try GraphFileTests.read(text)
            #expect(try again.fileText() == text)
            guard case .compute(let read, inputs) = try #require(again.nodes.last).content else {
                Issue.record("the node is no longer one that is computed")
                return
            }
            // The value that a parameter gives is the file's, not the one that the kind was made with.
            #expect(try JSONEncoder.sorted.encode(AnyKind(read)) == JSONEncoder.sorted.encode(AnyKind(kind)))
            #expect(type(of: read) == Kind.self)
            if !text.contains("\"parameter\": \"path\"") { #expect(read as? Kind == kind) }
        }
        try check(Self.all[index])
    }

    @Test("kinds that carry no settings take no line for them")
    func empty() throws {
        let text = try Graph("sample", summary: "") { g in g.output("result", g.add("zeros", Zeros(), g.image())) }
            .fileText()
        #expect(text.contains("{ \"id\": \"zeros\", \"inputs\": [\"image\"], \"kind\": \"zeros\" }"))
    }
}

private struct AnyKind: Encodable {
    let kind: any NodeKind

    init(_ kind: any NodeKind) { self.kind = kind }

    func encode(to encoder: any Encoder) throws { try kind.encode(to: encoder) }
}

extension JSONEncoder {
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }
}
