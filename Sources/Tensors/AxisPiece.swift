internal import Foundation

/// A tile's share of one axis.
package struct AxisPiece: Hashable, Sendable {
    /// What is read; may extend beyond the axis.
    package let window: Range<Int>
    /// What this piece alone contributes.
    package let inner: Range<Int>
    /// Weight of each pixel of `window` when overlapping windows are averaged; they add up to 1 over the pieces at
    /// every pixel of the axis, and are 0 beyond it.
    package let weights: [Float]

    /// Pieces of `size` every `stride` pixels, the last flush with the end, each widened by `overlap` on both sides. A
    /// piece owns what no piece before it does (deepinv 0.5.0, `deepinv.distributed`).
    static func flush(extent: Int, size: Int, overlap: Int, stride: Int) -> [AxisPiece] {
        let count = (extent - size + stride - 1) / stride + 1
        let starts = (0..<count).map { min($0 * stride, extent - size) }
        let windows = starts.map { $0 - overlap..<$0 + size + overlap }
        let weights = raisedCosine(windows, extent: extent)
        return starts.indices.map { index in
            let owned = index == 0 ? 0 : starts[index - 1] + size
            return AxisPiece(window: windows[index], inner: owned..<starts[index] + size, weights: weights[index])
        }
    }

    /// Pieces of about equal length whose windows hold all that their inner part depends on, start and end on the
    /// stride grid, and stop at the end of the axis rounded up to the stride.
    static func exact(extent: Int, size: Int, reach: ReceptiveField) -> [AxisPiece] {
        let padded = roundUp(extent, reach.stride)
        // No window extends beyond the axis, so what reaches further is cut down before it can overflow.
        let size = min(size, max(extent, 1))
        let (before, after) = (min(reach.before, extent), min(reach.after, extent))
        let count = max(1, (extent + size - 1) / size)
        let length = max(roundUp((extent + count - 1) / count, reach.stride), 1)
        return stride(from: 0, to: max(extent, 1), by: length).map { start in
            let inner = start..<min(start + length, extent)
            let first = max(0, inner.lowerBound - before) / reach.stride * reach.stride
            let last = min(padded, roundUp(inner.upperBound + after, reach.stride))
            let window = first..<max(last, first)
            return AxisPiece(window: window, inner: inner, weights: window.map { inner.contains($0) ? 1 : 0 })
        }
    }

    /// Raised-cosine ramps over the overlap of each window with its neighbours, flat where there is none, normalised to
    /// add up to 1.
    private static func raisedCosine(_ windows: [Range<Int>], extent: Int) -> [[Float]] {
        let raw = windows.indices.map { index in
            let window = windows[index]
            let rise = index == 0 ? 0 : windows[index - 1].upperBound - window.lowerBound
            let fall = index == windows.count - 1 ? 0 : window.upperBound - windows[index + 1].lowerBound
            return window.map { pixel -> Double in
                guard pixel >= 0, pixel < extent else { return 0 }
                return ramp(pixel - window.lowerBound, rise) * ramp(window.upperBound - 1 - pixel, fall)
            }
        }
        var total = [Double](repeating: 0, count: extent)
        for (window, weights) in zip(windows, raw) {
            for (pixel, weight) in zip(window, weights) where weight > 0 { total[pixel] += weight }
        }
        return zip(windows, raw).map { window, weights in
            zip(window, weights).map { pixel, weight in weight > 0 ? Float(weight / total[pixel]) : 0 }
        }
    }

    /// (1 − cos πt) / 2 at the middle of pixel `distance` of a ramp of `length` pixels; 1 beyond it.
    private static func ramp(_ distance: Int, _ length: Int) -> Double {
        guard distance < length else { return 1 }
        let t = (Double(distance) + 0.5) / Double(length)
        return (1 - cos(.pi * t)) / 2
    }

    private static func roundUp(_ value: Int, _ multiple: Int) -> Int {
        (value + multiple - 1) / multiple * multiple
    }
}
