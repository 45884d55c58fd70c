/// One axis of a correlation that is computed as it is written: where the values come from that lie within the kernel's
/// reach of the results.
struct LocalAxis {
    /// Values of the input.
    let count: Int
    /// Results.
    let results: Int
    /// Values in reach: the input with what lies before and after it.
    let extent: Int
    /// Where the input begins among them.
    let start: Int
    /// Values beyond the input's ends that are copies of some within: where they lie, and of which.
    let copies: [(position: Int, source: Int)]

    /// From images to measurements.
    init(forward axis: BlurAxis) {
        count = axis.count
        results = axis.measured
        extent = axis.measured + axis.taps - 1
        start = axis.before
        copies = LocalAxis.copies(axis, start: start, extent: extent)
    }

    /// From measurements to images. Where the border was continued by reflection or repetition, the results are the
    /// continued image's, still to be folded; see ``Fold``.
    init(adjoint axis: BlurAxis) {
        count = axis.measured
        switch axis.padding {
        case .circular, .constant:
            results = axis.count
            start = axis.taps / 2
        case .valid:
            results = axis.count
            start = axis.taps - 1
        case .reflect, .replicate:
            results = axis.count + axis.taps - 1
            start = axis.taps - 1
        }
        extent = results + axis.taps - 1
        copies = axis.padding == .circular ? LocalAxis.copies(axis, start: start, extent: extent) : []
    }

    private static func copies(
        _ axis: BlurAxis, start: Int, extent: Int
    ) -> [(position: Int, source: Int)] {
        let beyond = Array(0..<start) + Array(min(start + axis.count, extent)..<extent)
        return beyond.compactMap { place in
            axis.source(place - start).map { (position: place, source: $0) }
        }
    }
}

/// The adjoint of continuing an image beyond its borders: every value is added to the pixel that it is a copy of.
struct Fold {
    private let rows: [Int]
    private let columns: [Int]
    private let width: Int

    /// `nil` where the border holds no copies, or a blur is circular, when the adjoint is a circular blur itself.
    init?(_ rows: BlurAxis, _ columns: BlurAxis) {
        guard rows.padding == .reflect || rows.padding == .replicate else { return nil }
        self.rows = Fold.sources(rows)
        self.columns = Fold.sources(columns)
        width = columns.count
    }

    private static func sources(_ axis: BlurAxis) -> [Int] {
        (-axis.before..<axis.count + axis.after).compactMap(axis.source)
    }

    /// Values of a continued image.
    var count: Int { rows.count * columns.count }

    /// Writes the sums into `image`.
    func apply(_ continued: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>) {
        let height = (rows.max() ?? -1) + 1
        image.update(repeating: 0, count: height * width)
        for (row, target) in rows.enumerated() {
            let (from, to) = (continued + row * columns.count, image + target * width)
            for (column, pixel) in columns.enumerated() { to[pixel] += from[column] }
        }
    }
}
