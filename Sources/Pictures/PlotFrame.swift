/// One line of a plot.
struct Curve {
    /// With its unit; names the axis and the line in the legend.
    let name: String
    /// One an iteration, from the first.
    let values: [Double]
    let axis: Axis
    let ink: Ink
    /// Whether its points are discs or squares, which tells lines apart where colours do not.
    let isRound: Bool
}

/// The rectangle of a plot in pixels, and what is drawn in and around it.
struct Frame {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    private let textSize = 17.0
    private let text = Ink(gray: 0.15)

    var centre: Double { (left + right) / 2 }

    /// Title to the left, legend to the right, above the plot.
    func drawTitle(_ title: String, _ curves: [Curve], with pen: borrowing Pen) {
        var x = right
        for curve in curves.reversed() {
            pen.text(curve.name, x: x, y: 48, size: textSize, text, align: .right)
            x -= pen.width(of: curve.name, size: textSize) + 12
            pen.line([(x - 36, 42), (x, 42)], curve.ink, width: 2.5)
            mark(curve, x - 18, 42, with: pen)
            x -= 36 + 28
        }
        pen.text(pen.fitted(title, size: 22, room: x - left), x: left, y: 50, size: 22, text)
    }

    func drawIterations(_ axis: Axis, with pen: borrowing Pen) {
        for tick in axis.ticks {
            guard let position = axis.position(tick.value) else { continue }
            let x = crisp(left + position * (right - left))
            pen.line([(x, top), (x, bottom)], Ink(gray: 0.92))
            pen.line([(x, bottom), (x, bottom + 6)], text)
            pen.text(tick.label, x: x, y: bottom + 28, size: textSize, text, align: .centre)
        }
        pen.text("iteration", x: centre, y: bottom + 62, size: textSize, text, align: .centre)
        frame(with: pen)
    }

    /// Grid lines belong to the left axis.
    func drawAxis(of curve: Curve, onTheLeft: Bool, with pen: borrowing Pen) {
        for tick in curve.axis.ticks {
            guard let position = curve.axis.position(tick.value) else { continue }
            let y = crisp(bottom - position * (bottom - top))
            if onTheLeft {
                pen.line([(left, y), (right, y)], Ink(gray: 0.88))
                pen.line([(left - 6, y), (left, y)], text)
                pen.text(tick.label, x: left - 12, y: y + 6, size: textSize, curve.ink, align: .right)
            } else {
                pen.line([(right, y), (right + 6, y)], text)
                pen.text(tick.label, x: right + 12, y: y + 6, size: textSize, curve.ink)
            }
        }
        let x = onTheLeft ? left - 72 : right + 92
        pen.text(
            curve.name, x: x, y: (top + bottom) / 2, size: textSize, curve.ink, align: .centre, upwards: true)
        frame(with: pen)
    }

    func draw(_ curve: Curve, _ iterations: Axis, with pen: borrowing Pen) {
        let points: [(x: Double, y: Double)?] = curve.values.enumerated().map { index, value in
            guard let x = iterations.position(Double(index + 1)), let y = curve.axis.position(value) else { return nil }
            return (left + x * (right - left), bottom - y * (bottom - top))
        }
        // Marks would run together on long runs; there only a point without neighbours, which is no line, gets one.
        let marksAll = points.count <= 50
        for run in points.split(whereSeparator: { $0 == nil }).map({ $0.compactMap(\.self) }) {
            pen.line(run, curve.ink, width: 2.5)
            for point in run where marksAll || run.count == 1 { mark(curve, point.x, point.y, with: pen) }
        }
    }

    private func mark(_ curve: Curve, _ x: Double, _ y: Double, with pen: borrowing Pen) {
        if curve.isRound {
            pen.disc(x: x, y: y, radius: 4.5, curve.ink)
        } else {
            pen.square(x: x, y: y, radius: 4, curve.ink)
        }
    }

    private func frame(with pen: borrowing Pen) {
        pen.rectangle(left: left + 0.5, top: top + 0.5, width: right - left, height: bottom - top, Ink(gray: 0.4))
    }

    /// The middle of a pixel, where a line one pixel wide is sharp.
    private func crisp(_ coordinate: Double) -> Double { coordinate.rounded(.down) + 0.5 }
}
