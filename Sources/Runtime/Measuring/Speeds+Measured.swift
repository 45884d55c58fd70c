internal import Foundation
internal import GraphModel
internal import Imaging
internal import Kernels
internal import Messaging
internal import Networks
package import Scheduling
internal import Synchronization
internal import TensorMath
internal import Tensors

extension MachineSpeeds {
    /// How fast this machine is; it takes a second or two and some 60 MB.
    ///
    /// - Returns: `isDisturbed` where other programs computed at the same time, so that the speeds are too low.
    /// - Throws: where a library fails, or there is no memory or no thread for it.
    package static func measured() throws -> (speeds: MachineSpeeds, isDisturbed: Bool) {
        let processors = min(
            max(1, ProcessInfo.processInfo.activeProcessorCount), Limits.processors.upperBound)
        let needed = memoryBytes + AddressSpace.overhead(workers: [processors])
        if let space = AddressSpace.current, space.free < needed { throw MemoryShortage(bytes: needed) }
        let others = runningElsewhere()
        let alone = try measured(threads: 1)
        let together = processors == 1 ? alone : try measured(threads: processors)
        forgetPeakMemory()
        // One that had to wait for its only thread was not alone, nor were those that others ran beside.
        let isDisturbed = alone.share < 0.95 || min(others, runningElsewhere()) > 0
        return (
            MachineSpeeds(processors: processors, alone: alone.speeds, together: together.speeds), isDisturbed
        )
    }

    /// On a thread of its own, with which the threads that the libraries make for it end.
    private static func measured(threads: Int) throws -> SpeedMeasurement.Outcome {
        let outcome = Mutex<Result<SpeedMeasurement.Outcome, any Error>?>(nil)
        let done = DispatchGroup()
        done.enter()
        try startThread("speeds", stackBytes: AddressSpace.workerStackBytes) {
            let own = Result { try SpeedMeasurement(threads: threads).measure() }
            outcome.withLock { $0 = own }
            done.leave()
        }
        done.wait()
        guard let outcome = outcome.withLock({ $0 }) else { throw CocoaError(.featureUnsupported) }
        return try outcome.get()
    }

    /// Threads of other programs that Linux lets run at this moment; 0 where it does not tell.
    private static func runningElsewhere() -> Int {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        let words = text.split(separator: " ")
        guard words.count > 3, let running = words[3].split(separator: "/").first.flatMap({ Int($0) }) else { return 0 }
        // The one that reads this.
        return max(0, running - 1)
    }

    /// More than a measurement takes.
    private static let memoryBytes = 64 << 20
}

/// Runs what kernels are made of, on values of sizes that they have, and looks at the clock. It stays on one thread.
///
/// All are run in turn, several times, and the fastest time of each counts: whatever else goes on for a moment on this
/// machine does not fall on one of them alone.
private final class SpeedMeasurement {
    struct Outcome {
        let speeds: Speeds
        /// Of the time, how long the thread that measures had a processor.
        let share: Double
    }

    /// Something whose speed is asked for.
    private final class Sample {
        let amount: Double
        let run: () throws -> Void
        private var fastest = Double.infinity

        /// - Parameter amount: Of operations or bytes in a run.
        init(_ amount: Double, run: @escaping () throws -> Void) {
            self.amount = amount
            self.run = run
        }

        func time() throws {
            let start = ContinuousClock.now
            try run()
            fastest = min(fastest, (ContinuousClock.now - start).seconds)
        }

        /// A second.
        var speed: Double { amount / max(fastest, 1e-9) }
    }

    private let threads: Int
    private var convolutions: [(channels: Int, direct: Sample, winograd: Sample?)] = []
    private let transforms: Sample
    private let loops: Sample
    private let arithmetic: Sample
    private let memory: Sample

    /// Channels, and the side of the images: enough work to count, on images as large as networks have of so many channels.
    private static let sizes = [(16, 128), (32, 128), (64, 128), (96, 128), (128, 96), (256, 64), (512, 32)]

    init(threads: Int) throws {
        self.threads = threads
        for (channels, side) in SpeedMeasurement.sizes {
            func sample(_ method: ConvolutionMethod) throws -> Sample {
                let own = try SampleConvolution(
                    channels: channels, height: side, width: side, method: method, threads: threads)
                return Sample(own.operations) { try own.run() }
            }
            // With fewer channels no layer is computed by Winograd's method.
            let hasWinograd = Libraries.hasWinograd && channels >= 32
            convolutions.append((channels, try sample(.direct), hasWinograd ? try sample(.winograd) : nil))
        }
        transforms = try SpeedMeasurement.transforms(threads)
        loops = try SpeedMeasurement.loops(threads)
        arithmetic = SpeedMeasurement.arithmetic(threads)
        memory = SpeedMeasurement.memory(threads)
    }

    func measure() throws -> Outcome {
        let samples = convolutions.flatMap { [$0.direct, $0.winograd].compactMap(\.self) }
        let all = samples + [transforms, loops, arithmetic, memory]
        let (start, begun) = (ContinuousClock.now, processorSeconds())
        // In the first round memory is got and instructions are made: it counts only where it has taken so long that
        // another would take too long.
        for round in 0..<8 {
            for sample in all { try sample.time() }
            let spent = (ContinuousClock.now - start).seconds
            if spent > (round == 0 ? 2 : round == 1 ? 0.8 : 0.4) { break }
        }
        let share = (processorSeconds() - begun) / (ContinuousClock.now - start).seconds
        let speeds = Speeds(
            convolutions: convolutions.map {
                Speeds.Convolution(channels: $0.channels, direct: $0.direct.speed, winograd: $0.winograd?.speed)
            }, transforms: transforms.speed, loops: loops.speed, threads: threads, arithmetic: arithmetic.speed,
            memory: memory.speed, overhead: try overhead())
        return Outcome(speeds: speeds, share: share)
    }

    /// Seconds that this thread has had a processor.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    // MARK: The samples

    /// The products of spectra that blurs of a few planes are.
    private static func transforms(_ threads: Int) throws -> Sample {
        let (height, width) = (384, 512)
        let filter = try SpectralFilter(height: height, width: width, threads: threads)
        let weights = try filter.weights(ofEven: [Double](repeating: 0, count: height * width))
        let (rows, columns) = (GridAxis(count: height, period: height), GridAxis(count: width, period: width))
        // The first plane is slower, whose rows and columns find other values in the cache.
        let planes = 6
        let (image, result) = (values(planes * height * width), values(planes * height * width))
        let points = Double(height * width)
        return Sample(5 * Double(planes) * points * log2(points)) {
            guard let from = image.floats.baseAddress, let to = result.floats.baseAddress else { return }
            for start in stride(from: 0, to: planes * height * width, by: height * width) {
                filter.apply(
                    weights, from + start, rows: rows, columns: columns, into: to + start, rows: rows, columns: columns)
            }
        }
    }

    /// Total variation, a plane a thread; the amount is that of one thread.
    private static func loops(_ threads: Int) throws -> Sample {
        let type = TensorType([1, threads, 128, 256])
        let iterations = 40
        let solver = try TotalVariation(shape: type.shape, iterations: iterations, threads: threads)
        let (image, result) = (values(type.floatCount), values(type.floatCount))
        return Sample(Denoiser.totalVariationOperations * Double(iterations * 128 * 256)) {
            solver.denoise(
                MutableTensorView(type, image.floats).readOnly, threshold: 0.1,
                into: MutableTensorView(type, result.floats))
        }
    }

    /// A sum, number by number: a difference, a square and an addition each. Every thread adds up all of it; the amount is
    /// that of one.
    private static func arithmetic(_ threads: Int) -> Sample {
        let image = values(1 << 18)
        let view = MutableTensorView(TensorType([image.floats.count]), image.floats).readOnly
        return Sample(3 * Double(image.floats.count)) {
            withExtendedLifetime(image) {
                parallel(over: threads, threads: threads) { _, _ in _ = Metrics.psnr(view, reference: view) }
            }
        }
    }

    /// A gradient step on more values than the caches of a core hold, a part of them for each thread; the amount is that of
    /// one.
    private static func memory(_ threads: Int) -> Sample {
        let count = max(1, (2 << 20) / threads)
        let buffers = (0..<3).map { _ in values(count * threads) }
        return Sample(3 * Double(count * MemoryLayout<Float>.stride)) {
            parallel(over: threads, threads: threads) { _, index in
                let views = buffers.map { buffer in
                    MutableTensorView(
                        TensorType([count]),
                        UnsafeMutableBufferPointer(rebasing: buffer.floats[index * count..<(index + 1) * count]))
                }
                views[2].copy(from: views[0].readOnly)
                axpy(-0.5, views[1].readOnly, views[2])
            }
            withExtendedLifetime(buffers) {}
        }
    }

    private static func values(_ count: Int) -> TensorBuffer { TensorBuffer(floatCount: count) }

    /// Seconds of an instance that computes next to nothing, in a run of many.
    private func overhead() throws -> Double {
        let (iterations, count) = (20, 100)
        let graph = try Graph("overhead", summary: "") { g in
            let kernel = Blur([.gaussian(sigma: [0.1, 0.1], angle: 0)])
            let x = g.state("x", initial: g.add("start", PointSpread(kernel, rows: 5, columns: 5)))
            var last = x
            for index in 0..<count { last = g.add("node-\(index)", Scale(1.0), last) }
            g.next(x, last)
            g.loop(Setting(iterations))
            g.output("result", x)
        }
        let files = GraphFiles(folder: "")
        let plan = Plan(try graph.expand(FileFacts(files)), workers: [Worker(name: "worker 0", threads: 1)])
        let records = try InProcessRun(plan, catalog: .standard, files: files, log: MetricsLog()).run().records
        return (records.map(\.seconds).min() ?? 0) / Double(count)
    }
}
