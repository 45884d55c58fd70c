package import Tensors

/// One image of a comparison.
package struct ComparisonPanel: Sendable {
    /// Such as `truth` or `measurement 0`.
    package let title: String
    /// Of shape 1 × C × H × W with values in [0, 1], shown in colour or gray for C = 3 and 1. Complex images and those of
    /// two channels (real and imaginary part) are shown by their magnitude, others by their first channel.
    package let image: Tensor
    /// In dB, shown under the title; not shown where absent or not a number.
    package let psnr: Double?

    package init(title: String, image: Tensor, psnr: Double? = nil) {
        self.title = title
        self.image = image
        self.psnr = psnr
    }
}

/// One to four images side by side, each under its title and PSNR, all at one scale: small ones enlarged by a whole
/// number, so that every pixel stays a crisp square, large ones shrunk so that the picture is at most 2400 pixels wide.
package struct Comparison: Sendable {
    private let panels: [ComparisonPanel]

    package init(_ panels: [ComparisonPanel]) {
        self.panels = panels
    }

    private static let widest = 2400
    private static let margin = 24
    private static let tallestImage = 1600
    private static let mostPanels = 4
    private let titleSize = 18.0
    private let psnrSize = 16.0

    /// The picture as the bytes of a PNG file.
    package func png() throws(PicturesError) -> [UInt8] {
        guard 1...Comparison.mostPanels ~= panels.count else { throw .wrongNumberOfPanels(panels.count) }
        var images: [VisibleImage] = []
        for panel in panels {
            guard let image = VisibleImage(panel.image) else {
                throw .notAnImage(title: panel.title, type: panel.image.type.description)
            }
            images.append(image)
        }
        let margin = Comparison.margin
        let size = Comparison.size(of: images.map { (height: $0.height, width: $0.width) })
        let rasters = images.map { Raster($0, size) }
        let cell = max(rasters.map(\.width).max() ?? 0, 200)
        let tallest = rasters.map(\.height).max() ?? 0
        let hasPSNR = panels.contains { $0.psnrText != nil }
        let top = margin + (hasPSNR ? 60 : 34)

        let surface = try Surface(
            width: margin + panels.count * (cell + margin), height: top + tallest + margin)
        let pen = try surface.makePen()
        pen.fill(Ink(gray: 1))
        for (index, raster) in rasters.enumerated() {
            let left = margin + index * (cell + margin)
            let centre = Double(left) + Double(cell) / 2
            let title = pen.fitted(panels[index].title, size: titleSize, room: Double(cell))
            pen.text(title, x: centre, y: Double(margin) + 16, size: titleSize, Ink(gray: 0.1), align: .centre)
            if let psnr = panels[index].psnrText {
                pen.text(psnr, x: centre, y: Double(margin) + 42, size: psnrSize, Ink(gray: 0.35), align: .centre)
            }
            let (x, y) = (left + (cell - raster.width) / 2, top + (tallest - raster.height) / 2)
            try surface.copy(raster, left: x, top: y)
            // A hair line around, so that white images end somewhere.
            pen.rectangle(
                left: Double(x) - 0.5, top: Double(y) - 0.5, width: Double(raster.width) + 1,
                height: Double(raster.height) + 1, Ink(gray: 0.75))
        }
        try pen.check()
        return try surface.png()
    }

    /// The scale that all share.
    private static func size(of images: [(height: Int, width: Int)]) -> Raster.Size {
        let width = images.map(\.width).max() ?? 1
        let height = images.map(\.height).max() ?? 1
        let room = (widest - margin) / images.count - margin
        guard width <= room, height <= tallestImage else {
            return .shrunk(min(Double(room) / Double(width), Double(tallestImage) / Double(height)))
        }
        let (shortest, longest) = (min(width, height), max(width, height))
        return .enlarged(max(1, min((256 + shortest - 1) / shortest, 512 / longest)))
    }

    /// Bytes that the file takes at most where three images of one size are compared, as a run does.
    package static func largestSize(height: Int, width: Int) -> Int {
        let panels = 3
        let size = size(of: Array(repeating: (height: height, width: width), count: panels))
        let pixels = panels * size.shown(height) * size.shown(width)
        // An enlarged row repeats, and costs next to nothing; a pixel in it costs less than two of its own.
        let shown: Int =
            switch size {
            case .enlarged(1), .shrunk: 3 * pixels
            case .enlarged(let factor): 6 * pixels / (factor * factor)
            }
        // Titles, hair lines and the white between.
        return shown + shown / 100 + 80_000
    }
}

extension ComparisonPanel {
    /// `24.35 dB`
    fileprivate var psnrText: String? {
        guard let psnr, !psnr.isNaN else { return nil }
        guard psnr.isFinite else { return psnr > 0 ? "∞ dB" : "-∞ dB" }
        return decimal(psnr, places: 2) + " dB"
    }
}
