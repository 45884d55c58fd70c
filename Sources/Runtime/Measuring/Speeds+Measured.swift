internal import Foundation
internal import GraphModel
internal import Imaging
internal import Kernels
internal import Networks
package import Scheduling
internal import Synchronization
internal import TensorMath
internal import Tensors

extension Speeds {
    /// How fast this processor is, for workers that compute at the same time; it takes about a second.
    ///
    /// - Parameters:
    ///   - threads: each worker computes with.
    ///   - workers: that measure at once, and so get in each other's way as they will in a run.
    /// - Throws: where a library fails.
    package static func measured(threads: Int, workers: Int = 1) throws -> [Speeds] {
        let results = Mutex<[Int: Result<Speeds, any Error>]>([:])
        let done = DispatchGroup()
        for worker in 0..<workers {
            done.enter()
            // A thread of its own, with which the threads that the libraries make for it end.
            let thread = Thread {
                let result = Result { try SpeedMeasurement(threads: threads).speeds() }
                results.withLock { $0[worker] = result }
                done.leave()
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
        done.wait()
        let finished = results.withLock { $0 }
        return try (0..<workers).compactMap { try finished[$0]?.get() }
    }
}

/// Runs what kernels are made of on values of sizes that they have, and looks at the clock. It stays on one thread.
private struct SpeedMeasurement {
    let threads: Int

    func speeds() throws -> Speeds {
        Speeds(
            convolutions: try convolutions(), transforms: try transforms(), loops: try loops(), threads: threads,
            arithmetic: arithmetic(), memory: memory(), overhead: try overhead())
    }

    /// Channels, and the side of the images: enough work to count, on images as large as networks have of so many channels.
    private static let samples = [(16, 128), (32, 128), (64, 128), (96, 128), (128, 96), (256, 64), (512, 32)]

    private func convolutions() throws -> [Speeds.Convolution] {
        try SpeedMeasurement.samples.map { channels, side in
            // Below 32 channels no layer is computed by Winograd's method.
            let hasWinograd = Libraries.hasWinograd && channels >= 32
            return Speeds.Convolution(
                channels: channels, direct: try convolution(channels, side, .direct),
                winograd: hasWinograd ? try convolution(channels, side, .winograd) : nil)
        }
    }

    private func convolution(_ channels: Int, _ side: Int, _ method: ConvolutionMethod) throws -> Double {
        let sample = try SampleConvolution(
            channels: channels, height: side, width: side, method: method, threads: threads)
        return sample.operations / (try fastest { try sample.run() })
    }

    private func transforms() throws -> Double {
        let (height, width) = (384, 512)
        let filter = try SpectralFilter(height: height, width: width, threads: threads)
        let weights = try filter.weights(ofEven: [Double](repeating: 0, count: height * width))
        let (rows, columns) = (GridAxis(count: height, period: height), GridAxis(count: width, period: width))
        let image = TensorBuffer(floatCount: height * width)
        let result = TensorBuffer(floatCount: height * width)
        guard let from = image.floats.baseAddress, let to = result.floats.baseAddress else { return 0 }
        let points = Double(height * width)
        let seconds = fastest {
            filter.apply(weights, from, rows: rows, columns: columns, into: to, rows: rows, columns: columns)
        }
        return 5 * points * log2(points) / seconds
    }

    private func loops() throws -> Double {
        let shape: Shape = [1, threads, 128, 256]
        let iterations = 10
        let solver = try TotalVariation(shape: shape, iterations: iterations, threads: threads)
        let image = Tensor(shape)
        var result = Tensor(shape)
        let seconds = image.withView { image in
            result.withMutableView { result in
                fastest { solver.denoise(image, threshold: 0.1, into: result) }
            }
        }
        return Denoiser.totalVariationOperations * Double(iterations * 128 * 256) / seconds
    }

    private func arithmetic() -> Double {
        let image = Tensor([1 << 17])
        let seconds = image.withView { image in fastest { _ = Metrics.psnr(image, reference: image) } }
        return 3 * Double(image.type.floatCount) / seconds
    }

    /// By a gradient step on more values than caches hold.
    private func memory() -> Double {
        let count = 2 << 20
        let image = Tensor([count])
        let gradient = Tensor([count])
        var result = Tensor([count])
        let seconds = image.withView { image in
            gradient.withView { gradient in
                result.withMutableView { result in
                    fastest {
                        result.copy(from: image)
                        axpy(-0.5, gradient, result)
                    }
                }
            }
        }
        return 3 * Double(image.type.byteCount) / seconds
    }

    /// By a run of many instances that compute next to nothing.
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

    /// Seconds of the fastest of a few calls, after one that does not count.
    private func fastest(_ body: () throws -> Void) rethrows -> Double {
        try body()
        var (fastest, total, count) = (Double.infinity, 0.0, 0)
        while count < 2 || (count < 10 && total < 0.04) {
            let start = ContinuousClock.now
            try body()
            let seconds = (ContinuousClock.now - start).seconds
            fastest = min(fastest, seconds)
            total += seconds
            count += 1
            if total > 0.2 { break }
        }
        return max(fastest, 1e-9)
    }
}
