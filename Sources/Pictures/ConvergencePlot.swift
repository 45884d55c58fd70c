/// How a run went: PSNR (left axis, in dB) and residual (logarithmic) over the iterations 1 to n.
///
/// Values that are not finite, and residuals that are not positive, are left out: their line has a gap.
package struct ConvergencePlot: Sendable {
    private let title: String
    private let psnr: [Double]?
    private let residual: [Double]?

    /// - Parameters:
    ///   - psnr: one an iteration, in dB; `nil` where the truth is not known, and the residual has the left axis.
    ///   - residual: one an iteration; `nil` to leave it out.
    package init(title: String, psnr: [Double]?, residual: [Double]?) {
        self.title = title
        self.psnr = psnr
        self.residual = residual
    }

    /// Bytes that the file takes at most: lines and text on white, of which the densest take less than half of this.
    package static let largestSize = 400_000

    /// The picture as the bytes of a PNG file, 1200 × 720 pixels.
    package func png() throws(PicturesError) -> [UInt8] {
        let surface = try Surface(width: 1200, height: 720)
        let pen = try surface.makePen()
        pen.fill(Ink(gray: 1))

        var curves: [Curve] = []
        if let psnr, let axis = Axis.linear(psnr, span: 0.1) {
            curves.append(Curve(name: "PSNR (dB)", values: psnr, axis: axis, ink: .blue, isRound: true))
        }
        if let residual, let axis = Axis.logarithmic(residual) {
            curves.append(Curve(name: "residual", values: residual, axis: axis, ink: .orange, isRound: false))
        }
        let frame = Frame(left: 100, right: curves.count > 1 ? 1080 : 1160, top: 80, bottom: 630)
        frame.drawTitle(title, curves, with: pen)
        let iterations = Axis.iterations(curves.map(\.values.count).max() ?? 1)
        frame.drawIterations(iterations, with: pen)
        for (index, curve) in curves.enumerated() {
            frame.drawAxis(of: curve, onTheLeft: index == 0, with: pen)
        }
        for curve in curves { frame.draw(curve, iterations, with: pen) }
        if curves.isEmpty {
            pen.text(
                "no finite values", x: frame.centre, y: (frame.top + frame.bottom) / 2, size: 20, Ink(gray: 0.5),
                align: .centre)
        }
        try pen.check()
        return try surface.png()
    }
}
