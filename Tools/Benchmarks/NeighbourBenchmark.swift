internal import Dispatch
internal import Foundation
internal import Phantoms
internal import Synchronization
internal import TensorFiles
internal import TensorMath

/// The graph `pnp` as it comes, alone on the machine and beside another run of it, as on a shared node or a busy laptop: each
/// run has a thread for every processor then.
struct NeighbourBenchmark {
    private let effort: Effort
    private let folder: String
    private let graphrun: Program
    private let sizes: [Size]

    private struct Size {
        let name: String
        let image: String
        let iterations: Int
    }

    /// What an iteration took.
    private struct Figures {
        var alone = Samples()
        /// With threads that wait as libgomp has them if nobody tells it otherwise.
        var spinning = Samples()
        /// Of both runs.
        var beside = Samples()
    }

    /// - Parameter folder: for images, graphs and runs.
    init(_ files: JobFiles, _ effort: Effort, in folder: String) throws {
        self.effort = effort
        self.folder = folder
        graphrun = try Program(built: "graphrun")
        let small = "\(folder)/neighbours.npy"
        try NPY.write(Phantom.draw(width: 64, height: 48), to: small)
        sizes = [
            Size(name: "48 × 64", image: small, iterations: effort.neighbourIterations[0]),
            Size(
                name: "\(effort.height) × \(effort.width)", image: files.image,
                iterations: effort.neighbourIterations[1]),
        ]
    }

    func run(_ keep: Keep) throws -> Section {
        var figures = sizes.map { _ in Figures() }
        let forms: [(name: String, run: (Size, inout Figures) throws -> Void)] = [
            ("alone", { $1.alone.add(try seconds($0, [.asItComes])) }),
            ("alone, spinning", { $1.spinning.add(try seconds($0, [.spinning])) }),
            ("two at once", { $1.beside.add(try seconds($0, [.asItComes, .asItComes])) }),
        ]
        for round in 0..<effort.neighbourRounds {
            for (index, size) in sizes.enumerated() {
                for offset in forms.indices {
                    let form = forms[(round + offset) % forms.count]
                    log("neighbours, round \(round + 1) of \(effort.neighbourRounds): \(size.name), \(form.name)")
                    try form.run(size, &figures[index])
                    try keep(section(figures))
                }
            }
        }
        return section(figures)
    }

    private enum Waiting {
        /// As the program has it by itself.
        case asItComes
        /// As libgomp has it by itself.
        case spinning

        func program(_ program: Program) -> Program {
            switch self {
            case .asItComes: program.without([OpenMPWaiting.variable])
            case .spinning: program.with([OpenMPWaiting.variable: "\(OpenMPWaiting.defaultCount)"])
            }
        }
    }

    /// Seconds of the iterations of some runs that begin at once.
    private func seconds(_ size: Size, _ runs: [Waiting]) throws -> Samples {
        let results = Mutex<[Result<Samples, any Error>]>([])
        let done = DispatchGroup()
        for (index, waiting) in runs.enumerated() {
            let output = "\(folder)/neighbour-\(index)"
            try? FileManager.default.removeItem(atPath: output)
            let program = waiting.program(graphrun)
            done.enter()
            Thread.detachNewThread {
                let result = Result {
                    try program.run([
                        "run", "\(Checkout.root)/Graphs/pnp.graph", "--quiet", "--output", output, "--set",
                        "image=\(size.image)", "--set", "iterations=\(size.iterations)", "--set", "tolerance=0",
                    ])
                    return try NeighbourBenchmark.seconds(in: output)
                }
                results.withLock { $0.append(result) }
                done.leave()
            }
        }
        done.wait()
        var all = Samples()
        for result in results.withLock({ $0 }) { all.add(try result.get()) }
        return all
    }

    /// Of all iterations of a run but the first.
    private static func seconds(in folder: String) throws -> Samples {
        guard let table = try? String(contentsOfFile: "\(folder)/metrics.csv", encoding: .utf8) else {
            throw BenchmarkError("\(folder)/metrics.csv: it cannot be read")
        }
        let seconds = table.split(separator: "\n").dropFirst().compactMap { line in
            line.split(separator: ",").last.flatMap { Double($0) }
        }
        return Samples(Array(seconds.dropFirst()))
    }

    private func section(_ figures: [Figures]) -> Section {
        var section = Section(
            "Two runs at once",
            "Milliseconds for an iteration of the graph `pnp` as it comes, default settings, so that each run has a thread for "
                + "every processor: alone, and two runs that begin at once; in turn, \(effort.neighbourRounds) times "
                + "\(sizes.map { "\($0.iterations)" }.joined(separator: " and ")) iterations, the first not counted. "
                + "*Spinning* is one alone whose threads wait as libgomp has them by itself, "
                + "`\(OpenMPWaiting.variable)=\(OpenMPWaiting.defaultCount)`.",
            columns: ["", "alone", "alone, spinning", "two at once", "two over one", "alone over spinning"])
        for (size, own) in zip(sizes, figures) where own.alone.median ?? own.spinning.median ?? own.beside.median != nil
        {
            let (two, spinning) = (Ratio(own.beside, over: own.alone), Ratio(own.alone, over: own.spinning))
            section.rows.append(
                [size.name] + [own.alone, own.spinning, own.beside].map { $0.text(scale: 1e3, 2) }
                    + [two, spinning].map { $0.map { decimals($0.median, 2) } ?? "–" })
            for (name, samples) in [
                ("alone", own.alone), ("alone, spinning", own.spinning), ("two at once", own.beside),
            ] where !samples.seconds.isEmpty {
                section.samples["neighbours: \(size.name), \(name)"] = samples
            }
            guard effort.isFull else { continue }
            section.requirements += [
                Requirement("\(size.name), two runs at once: over one alone", .atMost, 2.5, "×", measured: two?.median),
                Requirement(
                    "\(size.name), alone: over threads that spin", .atMost, 1.05, "×", measured: spinning?.median),
            ]
        }
        return section
    }
}
