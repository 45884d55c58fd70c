internal import CCairo

/// Red, green and blue, 0 to 1.
struct Ink: Equatable {
    let red: Double
    let green: Double
    let blue: Double

    init(_ red: Double, _ green: Double, _ blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    init(gray: Double) { self.init(gray, gray, gray) }

    // Blue and vermilion of Okabe and Ito (2008), which colour-blind people tell apart.
    static let blue = Ink(0, 114.0 / 255, 178.0 / 255)
    static let orange = Ink(213.0 / 255, 94.0 / 255, 0)
}

/// Where text lies relative to the point it is drawn at.
enum Alignment {
    case left, centre, right
}

/// A Cairo context that draws on a surface, freed exactly once. Coordinates are pixels, y downwards.
struct Pen: ~Copyable {
    private let handle: OpaquePointer

    /// - Precondition: `surface` is a valid surface; the context keeps it alive.
    init(drawingOn surface: OpaquePointer) throws(PicturesError) {
        guard let handle = cairo_create(surface) else { throw .cairo(reason: "no context") }
        let status = cairo_status(handle)
        guard status == CAIRO_STATUS_SUCCESS else {
            cairo_destroy(handle)
            throw .status(status)
        }
        self.handle = handle
        // Where DejaVu is not installed, the system's sans-serif stands in.
        cairo_select_font_face(handle, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_line_join(handle, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(handle, CAIRO_LINE_CAP_ROUND)
    }

    deinit { cairo_destroy(handle) }

    /// Cairo keeps the first error and draws nothing from then on: asked once, at the end.
    borrowing func check() throws(PicturesError) {
        let status = cairo_status(handle)
        guard status == CAIRO_STATUS_SUCCESS else { throw .status(status) }
    }

    borrowing func fill(_ ink: Ink) {
        use(ink)
        cairo_paint(handle)
    }

    /// Strokes lines from point to point.
    borrowing func line(_ points: [(x: Double, y: Double)], _ ink: Ink, width: Double = 1) {
        guard let first = points.first else { return }
        use(ink)
        cairo_set_line_width(handle, width)
        cairo_move_to(handle, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(handle, point.x, point.y) }
        cairo_stroke(handle)
    }

    borrowing func rectangle(left: Double, top: Double, width: Double, height: Double, _ ink: Ink) {
        use(ink)
        cairo_set_line_width(handle, 1)
        cairo_rectangle(handle, left, top, width, height)
        cairo_stroke(handle)
    }

    borrowing func disc(x: Double, y: Double, radius: Double, _ ink: Ink) {
        use(ink)
        cairo_new_path(handle)
        cairo_arc(handle, x, y, radius, 0, 2 * Double.pi)
        cairo_fill(handle)
    }

    borrowing func square(x: Double, y: Double, radius: Double, _ ink: Ink) {
        use(ink)
        cairo_rectangle(handle, x - radius, y - radius, 2 * radius, 2 * radius)
        cairo_fill(handle)
    }

    /// Draws text whose baseline passes through the point; `upwards` turns it to be read from below.
    borrowing func text(
        _ text: String, x: Double, y: Double, size: Double, _ ink: Ink, align: Alignment = .left, upwards: Bool = false
    ) {
        use(ink)
        let shift: Double =
            switch align {
            case .left: 0
            case .centre: -width(of: text, size: size) / 2
            case .right: -width(of: text, size: size)
            }
        cairo_save(handle)
        cairo_set_font_size(handle, size)
        cairo_translate(handle, x, y)
        if upwards { cairo_rotate(handle, -Double.pi / 2) }
        cairo_move_to(handle, shift, 0)
        cairo_show_text(handle, text)
        cairo_restore(handle)
        cairo_new_path(handle)
    }

    /// Pixels that a line of text takes.
    borrowing func width(of text: String, size: Double) -> Double {
        cairo_set_font_size(handle, size)
        var extents = cairo_text_extents_t()
        cairo_text_extents(handle, text, &extents)
        return extents.x_advance
    }

    /// The text, with an ellipsis in place of what does not fit into `room` pixels.
    borrowing func fitted(_ text: String, size: Double, room: Double) -> String {
        // Long before it is measured, so that no text, however long, takes time.
        var shown = String(text.prefix(200))
        guard shown.count < text.count || width(of: shown, size: size) > room else { return text }
        while !shown.isEmpty, width(of: shown + "…", size: size) > room { shown.removeLast() }
        return shown + "…"
    }

    private borrowing func use(_ ink: Ink) {
        cairo_set_source_rgb(handle, ink.red, ink.green, ink.blue)
    }
}
