internal import CCairo

/// Cairo's pixels in memory, freed exactly once.
struct Surface: ~Copyable {
    let width: Int
    let height: Int
    fileprivate let handle: OpaquePointer

    /// A black surface.
    init(width: Int, height: Int) throws(PicturesError) {
        // Cairo never returns NULL but a surface that carries an error, which is freed like any other.
        guard let handle = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height)) else {
            throw .cairo(reason: "no surface")
        }
        let status = cairo_surface_status(handle)
        guard status == CAIRO_STATUS_SUCCESS else {
            cairo_surface_destroy(handle)
            throw .status(status)
        }
        self.handle = handle
        self.width = width
        self.height = height
    }

    deinit { cairo_surface_destroy(handle) }

    /// A context that draws on this surface.
    borrowing func makePen() throws(PicturesError) -> Pen { try Pen(drawingOn: handle) }

    /// Sets pixels to those of `raster`, its upper left corner at the given pixel; what lies outside is left out.
    borrowing func copy(_ raster: Raster, left: Int, top: Int) throws(PicturesError) {
        cairo_surface_flush(handle)
        guard let bytes = cairo_image_surface_get_data(handle) else { throw .status(cairo_surface_status(handle)) }
        let stride = Int(cairo_image_surface_get_stride(handle))
        for row in 0..<raster.height where 0..<height ~= top + row {
            let line = UnsafeMutableRawPointer(bytes) + (top + row) * stride
            for column in 0..<raster.width where 0..<width ~= left + column {
                let pixel = raster.pixels[row * raster.width + column]
                line.storeBytes(of: pixel, toByteOffset: 4 * (left + column), as: UInt32.self)
            }
        }
        cairo_surface_mark_dirty(handle)
    }

    /// The bytes of a PNG file.
    borrowing func png() throws(PicturesError) -> [UInt8] {
        cairo_surface_flush(handle)
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { collected in
            cairo_surface_write_to_png_stream(
                handle,
                { closure, data, count in
                    guard let collected = closure?.assumingMemoryBound(to: [UInt8].self), let data else {
                        return CAIRO_STATUS_WRITE_ERROR
                    }
                    collected.pointee.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                    return CAIRO_STATUS_SUCCESS
                }, collected)
        }
        guard status == CAIRO_STATUS_SUCCESS else { throw .status(status) }
        return bytes
    }
}

extension PicturesError {
    /// The error that a status of Cairo's stands for.
    static func status(_ status: cairo_status_t) -> PicturesError {
        .cairo(reason: cairo_status_to_string(status).map { String(cString: $0) } ?? "status \(status.rawValue)")
    }
}
