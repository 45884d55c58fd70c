internal import Foundation
internal import TensorMath

/// deepinv, run by `Tools/peer.py`, and Dask, run by `Tools/peer_tasks.py`, in a Python environment of their own.
struct Peer {
    private let python: Program
    private let script = "\(Checkout.root)/Tools/peer.py"
    private let common: [String]
    /// Of deepinv and what it runs on, by name.
    let versions: [String: String]
    /// What a process holds that has only imported deepinv.
    let importBytes: Int

    private static let packages = ["torch==2.13.0+cpu", "deepinv==0.5.0", "distributed==2026.8.0"]

    /// - Parameters:
    ///   - venv: a virtual environment that has deepinv; without one, it is made in `.build/peer`, or the one that an
    ///     earlier run made is used.
    /// - Throws: ``BenchmarkError`` where it cannot be made.
    init(_ files: JobFiles, venv: String?, _ effort: Effort) throws {
        let path = try venv ?? Peer.install()
        let measurements = files.measurements.flatMap { ["--measurement", $0] }
        // Before torch is loaded, as its own setting comes too late for some of its libraries.
        python = Program(
            "\(path)/bin/python", environment: ["OMP_NUM_THREADS": "\(effort.threads)"], without: OpenMPWaiting.set)
        common =
            ["--image", files.image] + measurements + [
                "--threads", "\(effort.threads)", "--tile", "\(effort.tile)", "--overlap", "\(effort.overlap)",
            ]
        let about = try python.run([script, "about"], printing: Printed.self)
        (versions, importBytes) = (about.versions, about.importBytes)
    }

    /// What `peer.py` prints.
    private struct Printed: Decodable {
        let importBytes: Int
        let peakBytes: Int
        let versions: [String: String]
        let seconds: [Double]?
        let dataStep: [Double]?
        let denoise: [Double]?
        let gradient: [String: [Double]]?
        /// Of each process, for an iteration.
        let processorSeconds: [Double]?
        let psnr: [Double]?
    }

    /// The Plug-and-Play iterations.
    ///
    /// - Parameters:
    ///   - options: of `peer.py`: which form of deepinv.
    ///   - result: where it leaves its last image.
    func run(_ options: [String], weights: String, iterations: Int, result: String) throws -> JobFigures {
        let job = ["job", "--weights", weights, "--iterations", "\(iterations)", "--result", result]
        let printed = try python.run([script] + job + common + options, printing: Printed.self)
        var figures = JobFigures(
            seconds: Samples(printed.seconds ?? []), dataStep: Samples(printed.dataStep ?? []),
            denoise: Samples(printed.denoise ?? []))
        figures.peakBytes = printed.peakBytes
        figures.result = result
        return figures
    }

    /// What a reconstruction reaches, and in how many seconds.
    struct ReconstructionFigures {
        let psnr: Double
        let seconds: Double
    }

    /// Its DPIR, eight iterations, from zeros.
    ///
    /// - Parameters:
    ///   - options: of `peer.py`.
    ///   - noise: level of the measurements.
    func dpir(
        _ options: [String], weights: String, noise: Double, result: String
    ) throws -> ReconstructionFigures {
        let job = ["dpir", "--weights", weights, "--iterations", "1", "--sigma", "\(noise)", "--result", result]
        let printed = try python.run([script] + job + common + options, printing: Printed.self)
        guard let psnr = printed.psnr?.last, let seconds = printed.seconds?.last else {
            throw BenchmarkError("\(script) says neither 'psnr' nor 'seconds'")
        }
        return ReconstructionFigures(psnr: psnr, seconds: seconds)
    }

    /// The Plug-and-Play iterations by processes of one thread each under torchrun.
    ///
    /// - Parameter options: of `peer.py`: which form of deepinv.
    /// - Returns: seconds of every iteration but the first, and processor seconds of each process for one iteration.
    func runDistributed(
        _ options: [String], processes: Int, weights: String, iterations: Int, result: String
    ) throws -> (seconds: Samples, processorSeconds: [Double]) {
        let job = ["job", "--weights", weights, "--iterations", "\(iterations)", "--result", result]
        let python = Program(python.path, environment: ["OMP_NUM_THREADS": "1"], without: OpenMPWaiting.set)
        let printed = try python.run(
            ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "\(processes)", script] + job + common
                + ["--threads", "1"] + options, printing: Printed.self)
        return (Samples(Array((printed.seconds ?? []).dropFirst())), printed.processorSeconds ?? [])
    }

    /// Trivial tasks by Dask on two workers of one thread: seconds a task, of a chain that changes the worker at every
    /// step, and of tasks that read nothing.
    func tasks(chain: Int, independent: Int, repeats: Int) throws -> [String: Samples] {
        let printed = try python.run(
            [
                "\(Checkout.root)/Tools/peer_tasks.py", "--chain", "\(chain)", "--independent", "\(independent)",
                "--repeats",
                "\(repeats)",
            ], printing: [String: [Double]].self)
        return printed.mapValues { Samples($0) }
    }

    /// The gradient alone, by each of deepinv's classes for the blurs.
    func gradient(repeats: Int, result: String) throws -> [String: Samples] {
        let printed = try python.run(
            [script, "gradient", "--iterations", "\(repeats)", "--result", result] + common, printing: Printed.self)
        return (printed.gradient ?? [:]).mapValues { Samples($0) }
    }

    /// Makes the environment, unless it is there; the file that says so is written last.
    private static func install() throws -> String {
        let path = "\(Checkout.root)/.build/peer"
        let mark = "\(path)/installed"
        let wanted = packages.joined(separator: "\n")
        guard (try? String(contentsOfFile: mark, encoding: .utf8)) != wanted else { return path }
        log("installing \(packages.joined(separator: " and ")) in \(path), once")
        try Program("/usr/bin/env").run(["python3", "-m", "venv", "--clear", path])
        do {
            try Program("\(path)/bin/python").run(["-m", "pip", "install", "--quiet"] + packages)
        } catch {
            throw BenchmarkError(
                "\(error)\nset PIP_EXTRA_INDEX_URL to PyTorch's index of builds for processors, or name an environment that "
                    + "has \(packages.joined(separator: " and ")) with --venv")
        }
        try Data(wanted.utf8).write(to: URL(filePath: mark))
        return path
    }
}

/// What the benchmark is at, on standard error.
func log(_ text: String) {
    FileHandle.standardError.write(Data("benchmark: \(text)\n".utf8))
}
