internal import Imaging
internal import TensorFiles
internal import Tensors
internal import TestSupport

/// The gradient of the data fidelity of three circular blurs, against the transforms that it cannot do without.
struct GradientBenchmark {
    private let effort: Effort
    private let files: JobFiles
    private let peer: Peer?
    private let folder: String

    /// - Parameter folder: for the peer's gradient.
    init(_ files: JobFiles, peer: Peer?, _ effort: Effort, in folder: String) {
        self.files = files
        self.peer = peer
        self.effort = effort
        self.folder = folder
    }

    func run(_ keep: Keep) throws -> Section {
        let x = try ImageFile.read(files.image).image
        let y = try files.measurements.map { try NPY.read($0) }
        let kernels = try JobFiles.kernels()
        let blurs = try kernels.map {
            try PaddedBlur(kernel: $0, shape: x.shape, padding: .circular, threads: effort.threads)
        }
        let stack = try StackedOperator(blurs)
        let fidelity = try L2(stack)
        let normal = try CircularNormal(kernels: kernels, shape: x.shape, threads: effort.threads)
        let backprojection = Tensor.sum(zip(blurs, y).map { $0.adjoint($1) })
        let widest = kernels.map { $0.shape[2] }.max() ?? 1
        let pairs = [
            try TransformPair(x.shape, taps: 1, threads: effort.threads),
            try TransformPair(x.shape, taps: widest, threads: effort.threads),
        ]

        var separate = Tensor(x.shape)
        var fused = Tensor(x.shape)
        log("gradient of the data fidelity")
        var all = [Samples(), Samples(), Samples(), Samples()]
        var theirs: [String: Samples] = [:]
        // The peer takes its turn between two blocks of ours.
        for block in 0..<2 {
            let times = try x.withView { x in
                try alternate(
                    rounds: effort.gradientRounds,
                    [
                        { withViews(of: y) { y in separate.withMutableView { fidelity.gradient(x, y, into: $0) } } },
                        {
                            backprojection.withView { b in
                                fused.withMutableView { normal.gradient(x, backprojection: b, into: $0) }
                            }
                        },
                        { pairs[0].run() }, { pairs[1].run() },
                    ])
            }
            for index in all.indices { all[index].add(times[index]) }
            guard block == 0 else { continue }
            try keep(try section(all, pairs, theirs, separate, fused))
            guard let peer else { continue }
            theirs = try peer.gradient(repeats: effort.gradientRounds, result: "\(folder)/gradient.npy")
        }
        return try section(all, pairs, theirs, separate, fused)
    }

    private func section(
        _ samples: [Samples], _ pairs: [TransformPair], _ theirs: [String: Samples], _ separate: Tensor, _ fused: Tensor
    ) throws -> Section {
        var section = Section(
            "The gradient of three circular blurs",
            "Milliseconds for Σᵢ Aᵢᵀ(Aᵢ x − yᵢ) with kernels of 9, 15 and 23 taps on \(effort.height) × \(effort.width) "
                + "× 3, \(effort.threads) threads, in turn; against one forward and one inverse real FFT of the 3 planes by FFTW "
                + "with measured plans, at the fastest size from the image's on and at the fastest on which the gradient "
                + "is exact.",
            columns: ["", "ms"] + pairs.map { "× FFTs of \($0.height) × \($0.width)" })
        let names =
            ["graphrun, as written", "graphrun, fused"]
            + pairs.map { "one FFT there and back, \($0.height) × \($0.width)" }
        for (name, own) in zip(names, samples) {
            section.rows.append(
                [name, own.text(scale: 1e3, 2)] + pairs.indices.map { Ratio(own, over: samples[2 + $0])?.text ?? "" })
            section.samples["gradient: \(name)"] = own
        }
        for (name, own) in theirs.sorted(by: { $0.key < $1.key }) {
            section.rows.append(["deepinv, `\(name)`", own.text(scale: 1e3, 2)] + pairs.map { _ in "" })
            section.samples["gradient: deepinv, \(name)"] = own
        }
        section.notes = [
            "As written and fused differ by \(scientific(relativeDifference(fused, reference: separate))) of the "
                + "gradient's largest value."
        ]
        guard effort.isFull else { return section }
        section.requirements = [
            Requirement(
                "fused gradient, over one FFT there and back at \(pairs[0].height) × \(pairs[0].width)", .atMost, 1.5,
                "×",
                measured: Ratio(samples[1], over: samples[2])?.median)
        ]
        guard let fastest = theirs.values.min(by: { ($0.median ?? .infinity) < ($1.median ?? .infinity) }) else {
            return section
        }
        let reference = try NPY.read("\(folder)/gradient.npy")
        section.notes.append(
            "As written and deepinv's differ by \(scientific(relativeDifference(separate, reference: reference))).")
        section.requirements.append(
            Requirement(
                "gradient as written: faster than deepinv's fastest", .atLeast, 1, "×",
                measured: Ratio(fastest, over: samples[0])?.median))
        return section
    }
}

extension Tensor {
    /// Element by element, in the order given.
    fileprivate static func sum(_ terms: [Tensor]) -> Tensor {
        var total = Tensor(terms[0].type)
        total.withMutableView { total in withViews(of: terms) { TreeSum.sum($0, into: total) } }
        return total
    }
}

/// Calls `body` with views of all tensors; they must not outlive the call.
private func withViews(of tensors: [Tensor], _ body: ([TensorView]) -> Void) {
    func open(_ views: [TensorView]) {
        guard views.count < tensors.count else { return body(views) }
        tensors[views.count].withView { open(views + [$0]) }
    }
    open([])
}
