internal import Foundation
internal import Phantoms
internal import TensorFiles
internal import Tensors
internal import TestSupport

/// Whether Plug-and-Play with the bundled denoisers comes to rest: the graph `pnp` with its defaults, a thousand iterations
/// long and with the stopping rule, on photographs, phantoms, and patterns far from both.
struct ConvergenceBenchmark {
    private static let most = 1000
    /// Decibels that may be lost from the best iteration to the last.
    private static let tolerated = 0.1

    private let graphrun: Program
    private let graph: String
    private let folder: String
    private let effort: Effort
    private let isWhole: Bool

    /// - Parameters:
    ///   - isWhole: Whether photographs are taken as they are, and nothing else; otherwise parts of them, phantoms and
    ///     patterns are.
    ///   - folder: for images and runs.
    init(_ effort: Effort, isWhole: Bool, in folder: String) throws {
        graphrun = try Program(built: "graphrun")
        graph = "\(folder)/convergence.graph"
        self.folder = "\(folder)/convergence"
        self.effort = effort
        self.isWhole = isWhole
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        try Program(built: "graphs").run(["emit", "pnp", "-o", graph])
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "Whether iterations come to rest" + (isWhole ? ", whole photographs" : ""),
            "The graph `pnp` with its defaults: the best and the last of \(iterations) iterations with the stopping rule off, "
                + "and where the rule ends it. PSNR in dB.",
            columns: ["image", "denoiser", "best", "at", "last", "lost", "stops at", "PSNR there"])
        var worst: [String: Double] = [:]
        var diverging: [String: Int] = [:]
        for (name, image) in try images() {
            for (denoiser, path) in try files(name, image) {
                log("convergence: \(name), \(denoiser)")
                let long = try course(path, denoiser, ["iterations=\(iterations)", "tolerance=0"])
                let stopped = try course(path, denoiser, effort.isFull ? [] : ["iterations=\(iterations)"])
                guard let best = long.psnrs.max(), let last = long.psnrs.last, let end = stopped.psnrs.last else {
                    throw BenchmarkError("\(name): the run has no PSNR")
                }
                worst[denoiser] = max(worst[denoiser] ?? 0, best - last)
                diverging[denoiser, default: 0] += long.diverges || stopped.diverges ? 1 : 0
                section.rows.append([
                    name, denoiser, decimals(best, 2), "\((long.psnrs.firstIndex(of: best) ?? 0) + 1)",
                    decimals(last, 2) + (long.diverges ? " (diverges at \(long.psnrs.count))" : ""),
                    decimals(best - last, 2), "\(stopped.psnrs.count)" + (stopped.diverges ? " (diverges)" : ""),
                    decimals(end, 2),
                ])
                if effort.isFull { section.requirements = requirements(worst, diverging) }
                try keep(section)
            }
        }
        return section
    }

    private func requirements(_ worst: [String: Double], _ diverging: [String: Int]) -> [Requirement] {
        worst.sorted { $0.key < $1.key }.flatMap { denoiser, lost in
            [
                Requirement(
                    "\(denoiser): most that is lost after the best iteration", .atMost, ConvergenceBenchmark.tolerated,
                    "dB", measured: lost),
                Requirement(
                    "\(denoiser): images on which it diverges", .atMost, 0, "",
                    measured: Double(diverging[denoiser] ?? 0)),
            ]
        }
    }

    private var iterations: Int { effort.isFull ? ConvergenceBenchmark.most : 5 }

    // MARK: Images

    private func images() throws -> [(name: String, image: Tensor)] {
        let folder = SharedFiles.data.path("images")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".png")
        }
        if names.isEmpty { log("convergence: there are no photographs beside the checkout") }
        let photographs = try names.sorted().map { ($0, try ImageFile.read("\(folder)/\($0)").image) }
        guard !isWhole else {
            return effort.isFull ? photographs : photographs.prefix(1).map { ($0.0, $0.1.middle(64)) }
        }
        let phantoms = [(96, 64), (192, 128)].map { width, height in
            ("phantom, \(height) × \(width)", Phantom.draw(width: width, height: height))
        }
        let patterns = Pattern.allCases.map { ($0.rawValue, $0.draw(width: 64, height: 48)) }
        // What takes the longest comes last.
        let all = patterns + phantoms + photographs.map { ("\($0.0), 128 × 128", $0.1.middle(128)) }
        return effort.isFull ? all : Array(patterns.suffix(2))
    }

    /// The image for each of the bundled denoisers: as it is, and its luma.
    private func files(_ name: String, _ image: Tensor) throws -> [(denoiser: String, path: String)] {
        let plain = String(name.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        return try [("graphrun-color", image), ("graphrun-gray", image.luma)].map { denoiser, image in
            let path = "\(folder)/\(plain)-\(denoiser).npy"
            try NPY.write(image, to: path)
            return (denoiser, path)
        }
    }

    // MARK: Runs

    /// How a run went.
    private struct Course {
        /// After every iteration.
        let psnrs: [Double]
        /// Whether it was ended because it diverges.
        let diverges: Bool
    }

    private struct Ended: Decodable {
        struct Stopped: Decodable {
            let reason: String
        }

        let stopped: Stopped
    }

    private func course(_ image: String, _ denoiser: String, _ settings: [String]) throws -> Course {
        let output = "\(folder)/run"
        try? FileManager.default.removeItem(atPath: output)
        let set = (["image=\(image)", "denoiser=\(denoiser)"] + settings).flatMap { ["--set", $0] }
        var diverges = false
        do {
            try graphrun.run(["run", graph, "--quiet", "--threads", "\(effort.threads)", "--output", output] + set)
        } catch {
            // A run that diverges ends with a code of its own, which is what is to be known here.
            let report = FileManager.default.contents(atPath: "\(output)/run.json")
            diverges = report.flatMap { try? JSONDecoder().decode(Ended.self, from: $0) }?.stopped.reason == "diverged"
            guard diverges else { throw error }
        }
        return Course(psnrs: try psnrs(in: output), diverges: diverges)
    }

    private func psnrs(in output: String) throws -> [Double] {
        guard let table = try? String(contentsOfFile: "\(output)/metrics.csv", encoding: .utf8) else {
            throw BenchmarkError("\(output)/metrics.csv: it cannot be read")
        }
        let rows = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard let column = rows.first?.firstIndex(of: "psnr") else {
            throw BenchmarkError("\(output)/metrics.csv: it has no PSNR")
        }
        return rows.dropFirst().compactMap { $0.indices.contains(column) ? Double($0[column]) : nil }
    }
}

extension Tensor {
    /// The `side × side` pixels in the middle.
    fileprivate func middle(_ side: Int) -> Tensor {
        let (height, width) = (shape[2], shape[3])
        let (top, left) = ((height - side) / 2, (width - side) / 2)
        let values = (0..<shape[1]).flatMap { channel in
            (top..<top + side).flatMap { row in
                let start = (channel * height + row) * width + left
                return self.values[start..<start + side]
            }
        }
        return Tensor([1, shape[1], side, side], values)
    }
}
