internal import Foundation
internal import TensorFiles
internal import Tensors
internal import TestSupport

/// Small inputs for runs.
enum Samples {
    /// A smooth picture in [0, 1], `1 × C × H × W`.
    static func image(_ channels: Int = 3, _ rows: Int = 32, _ columns: Int = 32) -> Tensor {
        let values = (0..<channels * rows * columns).map { index -> Float in
            let (channel, row, column) = (index / (rows * columns), index / columns % rows, index % columns)
            return 0.5 + 0.4 * sin(0.3 * Float(row) + Float(channel)) * cos(0.2 * Float(column))
        }
        return Tensor(TensorType([1, channels, rows, columns]), values)
    }

    /// 32 × 32 pictures with transparency: RGB of 8 bit, and gray of 16 bit.
    static let transparentRGB = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAW0lEQVR42u3OMQHAQBACwZMTESeM8kXhL0EBlJ+CYurdmTmv"
            + "swHmPA6D6UAHOnB/YBUyNsAqZDDoQAc68IMBKGRsAChkMOhABzrwgwEqZGwAKmQw6EAHOnB94ANCBh5q2iRN9wAAAABJRU5E"
            + "rkJggg==")
    static let transparentGray = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgEAQAAACJ4248AAAAg0lEQVR42u3OMQGAUAgA0R/FBlSwCUaxARWMYhRHRka2Lwlu"
            + "ZWF4891aa2+WwkKZG5uB7oGjIiyFhTI3MgP9A2dFWAoLZW5kBvoHroqwFBbK3MgM9A/cFWEpLJS5kRnoH3gqwlJYKHMjM9A/"
            + "8FaEpbBQ5kZmoH/gqwhLYaHMjcxA+8AP7/GraoYkGBQAAAAASUVORK5CYII=")
}

extension Workplace {
    /// Writes `image.npy`, and emits `g.graph`: the graph `pnp` on that image.
    func preparePnP() async throws {
        try NPY.write(Samples.image(), to: path("image.npy"))
        let emitted = try await run(
            "emit", "pnp", "--set", "image=image.npy", "--set", "denoiser=total-variation", "-o", "g.graph",
            by: "graphs")
        guard emitted.code == 0 else { throw Programs.Missing(description: emitted.errors) }
    }
}

/// What makes a run of a second or less.
let quick = ["--set", "iterations=4", "--set", "tv-iterations=5"]

extension Workplace {
    /// A worker that listens, and where; it keeps its files in the folder `data`.
    func worker(_ options: String..., data: String = "data-\(UUID().uuidString)") async throws
        -> (program: RunningProgram, endpoint: String)
    {
        let program = try start(["worker", "--threads", "1", "--data", path(data)] + options, by: "graphrun")
        try await program.waitForOutput("\n")
        let words = try program.printed().split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 3 else { throw Programs.Missing(description: "no worker: \(words)") }
        return (program, words[2])
    }
}
