internal import GraphModel
internal import TensorFiles
internal import Tensors

/// Reads its file when it runs, straight into the memory of its value.
final class LoadKernel: Kernel {
    private let kind: Load
    private let path: String
    private let file: FileReference
    private let files: GraphFiles

    init(_ kind: Load, _ context: KernelContext) throws {
        self.kind = kind
        path = kind.filePath(context.node)
        file = try kind.reading(context.node)
        files = context.files
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let array = try files.array(path, dataSet: file.dataSet, isWhole: file.region == nil)
        let (stored, form) = (array.header.type, array.header.form)
        let fits = file.region.map { box in
            box.ranges.count == stored.shape.rank
                && zip(box.ranges, stored.shape.dimensions).allSatisfy { $0.upperBound <= $1 }
        }
        let read = TensorType(file.region.map { Shape($0.extents) } ?? stored.shape, stored.element)
        guard fits ?? true, (try? kind.value(of: read, isPicture: form.isPicture, path)) == output.type else {
            throw KernelError.file("\(path): it is \(stored) now, but was \(output.type) when the run was planned")
        }
        let bins = kind.part?.binning?.value ?? 1
        let moves = kind.movesChannels(of: kind.sliced(read.shape), isPicture: form.isPicture)
        switch (bins, moves) {
        case (1, false): try array.read(file.region, into: output.floats)
        case (1, true): try moved(array, read, into: output)
        case (_, false) where kind.readsStrips(of: stored.shape, readsBoxes: array.header.readsBoxes):
            try average(array, file.region ?? Region(whole: stored.shape.dimensions), bins, into: output)
        default:
            var whole = Tensor(
                try kind.image(of: TensorType(kind.sliced(read.shape), read.element), isPicture: form.isPicture, path))
            try whole.withMutableView { view in
                if moves {
                    try moved(array, read, into: view)
                } else {
                    try array.read(file.region, into: view.floats)
                }
            }
            whole.withView { Bins(bins, of: $0.type).average($0.floats, into: output.floats) }
        }
        scale(output, form)
    }

    /// Reads an array, and moves its channels.
    private func moved(_ array: ArrayFile, _ type: TensorType, into output: MutableTensorView) throws {
        var plain = Tensor(type)
        try plain.withMutableView { try array.read(file.region, into: $0.floats) }
        plain.withView { moveChannels($0, into: output) }
    }

    /// Reads as many rows at a time as become one, so that the array itself is never in memory.
    private func average(_ array: ArrayFile, _ box: Region, _ bins: Int, into output: MutableTensorView) throws {
        let (rows, columns) = (box[box.ranges.count - 2], box[box.ranges.count - 1])
        var strip = Tensor(TensorType([bins, columns.count], output.type.element))
        let average = Bins(bins, of: strip.type)
        let leading = Region(Array(box.ranges.dropLast(2)))
        var next = 0
        for plane in 0..<leading.count {
            let place = leading.ranges.reversed().reduce(into: (rest: plane, index: [Range<Int>]())) { place, range in
                let own = range.lowerBound + place.rest % range.count
                place.index.insert(own..<own + 1, at: 0)
                place.rest /= range.count
            }
            for row in stride(from: rows.lowerBound, to: rows.upperBound, by: bins) {
                let part = Region(place.index + [row..<row + bins, columns])
                try strip.withMutableView { try array.read(part, into: $0.floats) }
                let count = columns.count / bins * output.type.element.floats
                let target = UnsafeMutableBufferPointer(rebasing: output.floats[next..<next + count])
                strip.withView { average.average($0.floats, into: target) }
                next += count
            }
        }
    }

    /// `… × H × W × C` to `… × C × H × W`.
    private func moveChannels(_ view: TensorView, into output: MutableTensorView) {
        let (channels, parts) = (output.shape[1], view.type.element.floats)
        let pixels = output.shape[2] * output.shape[3]
        for image in 0..<output.shape[0] {
            let start = image * channels * pixels * parts
            for channel in 0..<channels {
                for pixel in 0..<pixels {
                    for part in 0..<parts {
                        output.floats[start + (channel * pixels + pixel) * parts + part] =
                            view.floats[start + (pixel * channels + channel) * parts + part]
                    }
                }
            }
        }
    }

    /// Makes the numbers that stand for black and white 0 and 1.
    private func scale(_ output: MutableTensorView, _ form: ArrayForm) {
        switch kind.range?.value ?? .auto {
        case .unit: return
        case .between(let first, let last):
            let (black, span) = (Float(first), Float(last - first))
            // Of a picture the samples are meant, which are whole numbers.
            let white = form.isPicture ? form.white.map(Float.init) : nil
            for index in output.floats.indices {
                let value = output.floats[index]
                let sample = white.map { (value * $0).rounded() } ?? value
                output.floats[index] = (sample - black) / span
            }
        case .auto:
            guard kind.layout.value != .array, !form.isPicture, let white = form.white else { return }
            for index in output.floats.indices { output.floats[index] /= Float(white) }
        }
    }
}

/// Averages of squares of pixels, in double precision.
private struct Bins {
    private let factor: Int
    private let rows: Int
    private let columns: Int
    private let parts: Int

    /// - Parameter type: Of what is averaged, `… × H × W`; the factor divides both.
    init(_ factor: Int, of type: TensorType) {
        self.factor = factor
        let sides = type.shape.trailing(2)
        (rows, columns, parts) = (sides[0], sides[1], type.element.floats)
    }

    func average(_ pixels: UnsafeBufferPointer<Float>, into averages: UnsafeMutableBufferPointer<Float>) {
        let plane = rows * columns * parts
        let weight = 1 / Double(factor * factor)
        var next = 0
        for start in stride(from: 0, to: pixels.count, by: plane) {
            for row in stride(from: 0, to: rows, by: factor) {
                for column in stride(from: 0, to: columns, by: factor) {
                    for part in 0..<parts {
                        var sum = 0.0
                        for down in 0..<factor {
                            let line = start + ((row + down) * columns + column) * parts + part
                            for right in 0..<factor { sum += Double(pixels[line + right * parts]) }
                        }
                        averages[next] = Float(sum * weight)
                        next += 1
                    }
                }
            }
        }
    }
}
