import GraphModel
import KernelTesting
import Kernels
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Parts of arrays")
struct ArrayPartTests {
    private let stack = Tensor.random([3, 2, 12, 10], seed: 1)

    /// Rows and columns of an image of the stack.
    private func crop(_ image: Int, _ channels: Range<Int>, _ rows: Range<Int>, _ columns: Range<Int>) -> [Float] {
        channels.flatMap { channel in
            rows.flatMap { row in
                columns.map { stack.values[((image * 2 + channel) * 12 + row) * 10 + $0] }
            }
        }
    }

    @Test("a region of the last axes, and a slice for each instance")
    func regions() throws {
        let values = try KernelEvaluation(["a": stack]) { g in
            g.keep("region", Load("a.npy", part: ArrayPart(region: [[2, 7], [1, 10]])))
            let shard = g.axis("shard", count: 3)
            g.keep("slices", Load("a.npy", part: ArrayPart(slice: 0)), over: shard)
            g.keep(
                "both", Load("a.npy", as: .array, part: ArrayPart(region: [[0, 4]], slice: 1)),
                over: g.axis("two", count: 2))
        }
        #expect(values["region"].shape == [3, 2, 5, 9])
        #expect(values["region"].values == (0..<3).flatMap { crop($0, 0..<2, 2..<7, 1..<10) })
        for image in 0..<3 {
            #expect(values["slices[\(image)]"].shape == [1, 2, 12, 10])
            #expect(values["slices[\(image)]"].values == crop(image, 0..<2, 0..<12, 0..<10))
        }
        #expect(values["both[1]"].shape == [3, 12, 4])
        #expect(values["both[1]"].values == (0..<3).flatMap { crop($0, 1..<2, 0..<12, 0..<4) })
    }

    @Test("binning averages squares of pixels, of arrays and pictures, whatever their layout")
    func binning() throws {
        let folder = try Folder()
        let picture = Tensor([1, 3, 4, 6], (0..<72).map { Float($0) / 255 })
        try PNG.write(picture, to: folder.path("p.png"))
        let channelsLast = Tensor.random([12, 10, 3], in: 0...1, seed: 3)
        let values = try KernelEvaluation(["a": stack, "hwc": channelsLast], folder: folder.path) { g in
            g.keep("a2", Load("a.npy", part: ArrayPart(region: [[2, 8], [0, 10]], binning: 2)))
            g.keep("p2", Load(Setting(folder.path("p.png")), part: ArrayPart(binning: 2)))
            g.keep("whole", Load(Setting(folder.path("p.png"))))
            g.keep("h2", Load("hwc.npy", as: .hwc, part: ArrayPart(binning: 2)))
            g.keep("h", Load("hwc.npy", as: .hwc))
        }
        func binned(_ image: Tensor) -> [Float] {
            let (rows, columns) = (image.shape[2], image.shape[3])
            return (0..<image.shape[0] * image.shape[1]).flatMap { plane in
                (0..<rows / 2).flatMap { row in
                    (0..<columns / 2).map { column in
                        let start = (plane * rows + 2 * row) * columns + 2 * column
                        let four = [start, start + 1, start + columns, start + columns + 1].map {
                            Double(image.values[$0])
                        }
                        return Float((four[0] + four[1] + four[2] + four[3]) / 4)
                    }
                }
            }
        }
        let cropped = Tensor([3, 2, 6, 10], (0..<3).flatMap { crop($0, 0..<2, 2..<8, 0..<10) })
        #expect(values["a2"].shape == [3, 2, 3, 5] && values["a2"].values == binned(cropped))
        #expect(values["p2"].values == binned(values["whole"]))
        #expect(values["h2"].shape == [1, 3, 6, 5] && values["h2"].values == binned(values["h"]))
    }

    @Test("slices of one of the last axes are averaged as whole images are", arguments: [1, 2])
    func slicedBins(slice: Int) throws {
        let array = Tensor.random([8, 6, 4], seed: 7)
        let values = try KernelEvaluation(["a": array]) { g in
            let shard = g.axis("shard", count: 4)
            g.keep("binned", Load("a.npy", part: ArrayPart(slice: slice, binning: 2)), over: shard)
            g.keep("plain", Load("a.npy", part: ArrayPart(slice: slice)), over: shard)
        }
        for index in 0..<4 {
            let (plain, binned) = (values["plain[\(index)]"], values["binned[\(index)]"])
            let columns = plain.shape[3]
            let expected = (0..<plain.shape[2] / 2).flatMap { row in
                (0..<columns / 2).map { column -> Float in
                    let start = 2 * row * columns + 2 * column
                    let places = [start, start + 1, start + columns, start + columns + 1]
                    return Float(places.reduce(0.0) { $0 + Double(plain.values[$1]) } / 4)
                }
            }
            #expect(binned.values == expected)
        }
    }

    @Test("say what is wrong with them")
    func refusals() throws {
        func complaint(_ part: ArrayPart, shards: Int? = nil) -> String {
            do {
                _ = try KernelEvaluation(["a": stack]) { g in
                    g.keep("x", Load("a.npy", part: part), over: shards.map { g.axis("shard", count: Setting($0)) })
                }
                return ""
            } catch {
                return "\(error)".split(separator: ": ").dropFirst(2).joined(separator: ": ")
            }
        }
        #expect(
            complaint(ArrayPart(region: [[0, 13], [0, 10]]))
                == "a.npy: 'region' is [0, 13] on axis 2 of 3 × 2 × 12 × 10; give the first index and the one after the last, "
                + "within the array")
        #expect(complaint(ArrayPart(region: [[5, 5]])).hasPrefix("a.npy: 'region' is [5, 5] on axis 3"))
        #expect(complaint(ArrayPart(region: [[1]])).hasPrefix("a.npy: 'region' is [1] on axis 3"))
        #expect(complaint(ArrayPart(region: Array(repeating: [0, 1], count: 5))).contains("'region' has 5 axes"))
        #expect(
            complaint(ArrayPart(slice: 0))
                == "a.npy: instance 0 has no slice of its own: axis 0 of 3 × 2 × 12 × 10 has 3 entries; add the node 'over' an axis"
        )
        #expect(complaint(ArrayPart(slice: 0), shards: 4).hasPrefix("a.npy: instance 3 has no slice of its own"))
        #expect(complaint(ArrayPart(region: [[0, 4]], slice: 3), shards: 3).contains("'slice' is 3"))
        #expect(
            complaint(ArrayPart(binning: 5)).contains(
                "'binning' is 5; it must be 1 or more, and divide rows and columns"))
        #expect(complaint(ArrayPart(dataSet: "d")).contains("holds a single array, so there is no 'd'"))
    }
}
