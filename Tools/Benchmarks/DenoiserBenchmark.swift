internal import Foundation
internal import Imaging
internal import Networks
internal import TensorFiles
internal import TensorMath
internal import Tensors

/// The denoiser alone, against a bare loop in C over the same layers and against what the processor can do at most.
struct DenoiserBenchmark {
    private let effort: Effort
    private let files: JobFiles
    private let bareLoop: Program

    init(_ files: JobFiles, _ effort: Effort) throws {
        self.files = files
        self.effort = effort
        bareLoop = try Program(built: "bare-loop")
    }

    private struct BareLoop: Decodable {
        let seconds: [Double]
        /// Operations of all convolutions as sums, in thousands of millions.
        let gflop: Double
        let implementations: [String]
    }

    private struct Peak: Decodable {
        let gflops: Double
    }

    func run(_ keep: Keep) throws -> Section {
        let (height, width) = (effort.height / 8 * 8 + 8, effort.width)
        let peak = try bareLoop.run(["peak", "\(effort.threads)"], printing: Peak.self).gflops
        var section = Section(
            "The denoiser alone",
            "Seconds for one image of \(height) × \(width) × 3, \(effort.threads) threads, in turn with a loop in C "
                + "over the same convolutions by the same library. GFLOP/s count convolutions as sums; Winograd's method "
                + "needs up to four times fewer operations, so it may pass the \(decimals(peak, 0)) GFLOP/s of fused "
                + "multiply-adds that were measured at most.",
            columns: ["", "graphrun", "bare loop", "graphrun over bare loop", "GFLOP/s", "of the peak"])
        // The bare loop knows the networks at full size only.
        let networks =
            [("FFDNet", "ffdnet", files.ffdnet)] + (effort.isFull ? [("DRUNet", "drunet", files.drunet)] : [])
        for (name, bareName, weights) in networks {
            log("denoiser alone: \(name)")
            let before = section
            try time(weights, bareName, height: height, width: width) { own, bare, gflop, same in
                section = before
                let ratio = Ratio(own, over: bare)
                let speed = own.median.map { gflop / $0 } ?? 0
                section.rows.append([
                    name, own.text(3), bare.text(3), ratio?.text ?? "", decimals(speed, 0), decimals(speed / peak, 2),
                ])
                section.samples["denoiser: \(name), graphrun"] = own
                section.samples["denoiser: \(name), bare loop"] = bare
                section.notes.append(
                    "\(name): \(same ? "both run every convolution by the same implementation" : "implementations differ") "
                        + "of oneDNN.")
                if effort.isFull {
                    section.requirements.append(
                        Requirement("\(name) alone, over the bare loop", .atMost, 1.15, "×", measured: ratio?.median))
                }
                try keep(section)
            }
        }
        return section
    }

    /// - Parameter done: called after each round with times of both, operations of the network, and whether both run by the
    ///   same implementations.
    private func time(
        _ weights: String, _ bareName: String, height: Int, width: Int,
        done: (_ own: Samples, _ bare: Samples, _ gflop: Double, _ sameImplementations: Bool) throws -> Void
    ) throws {
        let network = try Network.recognise(try SafeTensors.header(of: weights))
        let method: ConvolutionMethod = Libraries.hasWinograd ? .winograd : .direct
        let denoiser = try NetworkDenoiser(
            network: network, weights: try SafeTensors.read(weights), method: method, threads: effort.threads)
        let image = Tensor([1, 3, height, width])
        let ours = Set(try denoiser.prepare(image.shape).values)
        var output = image
        func denoise() throws {
            try image.withView { x in try output.withMutableView { try denoiser.denoise(x, sigma: 0.05, into: $0) } }
        }
        let repeats = 3
        var (own, bare) = (Samples(), Samples())
        for _ in 0..<effort.denoiserRounds {
            own.add(try alternate(rounds: repeats, [denoise])[0])
            // It, too, leaves out a first one.
            let loop = try bareLoop.run(
                [bareName, "\(height)", "\(width)", "\(effort.threads)", "\(repeats)", method.rawValue],
                printing: BareLoop.self)
            bare.add(Samples(loop.seconds))
            // The loop also lists steps that are no convolutions.
            try done(own, bare, loop.gflop, ours.isSubset(of: loop.implementations))
        }
    }
}
