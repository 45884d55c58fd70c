internal import Foundation
internal import Tensors

/// Sizes of a blur, how it is computed, and what that takes: one place for the blur itself and for those who foretell it.
package struct BlurPlan: Sendable {
    let rows: BlurAxis
    let columns: BlurAxis
    package let method: BlurMethod

    /// - Parameters:
    ///   - image: Rows and columns of the images.
    ///   - kernel: Rows and columns of the kernel.
    ///   - separable: Whether every kernel is a product of a column and a row.
    ///   - method: To compare the methods; by default the one that is fastest.
    /// - Throws: ``ImagingError/kernelReach(_:taps:count:)`` where the kernel is too large for the image.
    package init(
        _ padding: BorderPadding, image: [Int], kernel: [Int], separable: Bool, method: BlurMethod? = nil
    ) throws(ImagingError) {
        rows = try BlurAxis(padding, count: image[0], taps: kernel[0])
        columns = try BlurAxis(padding, count: image[1], taps: kernel[1])
        self.method = method ?? .best(rows, columns, separable: separable)
    }

    /// Rows of an image.
    package var rowCount: Int { rows.count }

    /// Columns of an image.
    package var columnCount: Int { columns.count }

    /// Rows and columns of a measurement.
    package var measured: [Int] { [rows.measured, columns.measured] }

    /// Points of the grid that transforms work on.
    package var gridPoints: Int { FourierAxis.period(rows) * FourierAxis.period(columns) }

    /// Operations on a plane: of Fourier transforms, or of sums.
    package var operations: Double {
        switch method {
        case .fourier: transformOperations
        case .separable: sums(rows.taps + columns.taps)
        case .direct: sums(rows.taps * columns.taps)
        }
    }

    /// A forward and an inverse real transform, and a product of spectra between them.
    package var transformOperations: Double {
        let periods = [FourierAxis.period(rows), FourierAxis.period(columns)]
        let points = Double(periods.reduce(1, *))
        // Of a length that suits transforms best, an element costs 10.
        let weight = periods.reduce(0) { $0 + Double(FourierSize.cost($1)) / Double($1) } / 20
        return 5 * points * log2(max(points, 2)) * weight
    }

    /// A multiplication and addition for each pixel and entry of the kernel; values are moved to scratch memory first.
    private func sums(_ taps: Int) -> Double {
        Double(rows.count * columns.count) * (2 * Double(taps) + 6)
    }

    /// Bytes that another kernel on the same grid takes: its spectrum, and the square of that.
    package var spectrumBytes: Int { 6 * (gridPoints + 16 * FourierAxis.period(rows)) }
}
