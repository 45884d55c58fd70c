/// How much is measured: sizes and repetitions.
package struct Effort: Equatable, Sendable {
    /// Of the image, in pixels.
    let height: Int
    let width: Int
    /// Side of a tile and overlap of the tiled jobs, in pixels.
    let tile: Int
    let overlap: Int
    /// Threads of every program that is compared.
    let threads: Int
    /// How often our program and the peer take turns at the job.
    let ffdnetRounds: Int
    let drunetRounds: Int
    /// Iterations of a job, each time, the first of which is not counted.
    let ffdnetIterations: Int
    let drunetIterations: Int
    /// Features of DRUNet's four scales, and blocks at each.
    let drunetWidths: [Int]
    let drunetBlocks: Int
    /// Nodes whose overhead is measured, and iterations over them.
    let trivialNodes: Int
    let trivialIterations: Int
    /// Side of the tiles of the graph whose assignments are timed, and for how many workers.
    let assignmentTile: Int
    let assignmentWorkers: Int
    /// How often the gradient and the denoiser alone are timed.
    let gradientRounds: Int
    let denoiserRounds: Int
    /// Floats of the tensors that go from process to process, and how often the largest goes.
    let transportFloats: [Int]
    let transportRounds: Int
    /// Nodes of a chain between two workers, and iterations over it.
    let hops: Int
    let hopIterations: Int
    /// How often runs alone and beside each other take turns, and iterations of each: of a small image and of a large one.
    let neighbourRounds: Int
    let neighbourIterations: [Int]
    /// Seconds that tasks of the stencil take, ascending, its steps in an iteration, and iterations of each.
    let taskSizes: [Double]
    let stencilSteps: Int
    let stencilIterations: Int

    /// What `BENCHMARKS.md` shows: the photograph of deepinv's demo at the demo's size, and networks at full size.
    package static func full(threads: Int) -> Effort {
        Effort(
            height: 767, width: 512, tile: 256, overlap: 64, threads: threads, ffdnetRounds: 2, drunetRounds: 2,
            ffdnetIterations: 4, drunetIterations: 3, drunetWidths: [64, 128, 256, 512], drunetBlocks: 4,
            trivialNodes: 10_000, trivialIterations: 100, assignmentTile: 58, assignmentWorkers: 64, gradientRounds: 15,
            denoiserRounds: 2,
            transportFloats: [767 * 512 * 3, 1 << 24], transportRounds: 50, hops: 1000, hopIterations: 20,
            neighbourRounds: 3, neighbourIterations: [400, 12],
            taskSizes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map { $0 * 1e-6 }, stencilSteps: 100,
            stencilIterations: 20)
    }

    /// The same parts, small enough to see that they work.
    package static func quick(threads: Int) -> Effort {
        Effort(
            height: 95, width: 64, tile: 32, overlap: 8, threads: threads, ffdnetRounds: 1, drunetRounds: 1,
            ffdnetIterations: 2, drunetIterations: 2, drunetWidths: [16, 32, 64, 128], drunetBlocks: 2,
            trivialNodes: 500, trivialIterations: 5, assignmentTile: 1024, assignmentWorkers: 3, gradientRounds: 2,
            denoiserRounds: 1,
            transportFloats: [1000], transportRounds: 2, hops: 20, hopIterations: 4,
            neighbourRounds: 1, neighbourIterations: [3, 2],
            taskSizes: [8e-6], stencilSteps: 5, stencilIterations: 3)
    }

    /// Whether sizes are those that the requirements are about.
    var isFull: Bool { self == .full(threads: threads) }
}
