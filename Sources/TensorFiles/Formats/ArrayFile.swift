package import Tensors

/// What is known of an array, or a box of it, once its header and its values have been looked at.
package struct ArrayFacts: Equatable, Sendable {
    package let header: ArrayHeader
    /// Of what was looked at, once it is read.
    package let type: TensorType
    /// Its values as they are read; `nil` for a large picture, whose values are in [0, 1] in any case.
    package let values: ValueScan?

    package var form: ArrayForm { header.form }
}

/// An array in a file, of any format that there is.
package struct ArrayFile {
    package let header: ArrayHeader
    private let source: any ByteSource
    private let format: any ArrayFormat.Type
    private let dataSet: String?

    /// - Parameters:
    ///   - name: What the file is called where it comes from; by default as the source calls it.
    ///   - dataSet: Which of the file's arrays; `nil` for the only one.
    /// - Throws: ``TensorFileError`` where there is none.
    package init(
        _ source: any ByteSource, named name: String? = nil, dataSet: String? = nil, formats: ArrayFormats = .standard
    ) throws(TensorFileError) {
        self.source = source
        self.dataSet = dataSet
        format = try formats.format(of: source, named: name ?? source.path)
        header = try format.header(source, dataSet: dataSet)
    }

    /// Reads a box, or the whole, into memory that is there.
    ///
    /// - Precondition: `floats` are as many as the box has.
    /// - Throws: ``TensorFileError``.
    package func read(
        _ box: Region? = nil, into floats: UnsafeMutableBufferPointer<Float>
    ) throws(TensorFileError) {
        let box = box ?? Region(whole: header.type.shape.dimensions)
        precondition(floats.count == box.count * header.type.element.floats, "\(floats.count) floats for \(box)")
        try format.read(box, of: dataSet, source, into: floats)
    }

    /// The whole array, as a tensor.
    ///
    /// - Throws: ``TensorFileError``, also where there is no memory for it.
    package func image() throws(TensorFileError) -> LoadedImage {
        var tensor: Tensor
        do throws(MemoryShortage) {
            tensor = try Tensor(asking: header.type)
        } catch {
            throw .noMemory(path: source.path, bytes: error.bytes)
        }
        try tensor.withMutableView { (view) throws(TensorFileError) in try read(into: view.floats) }
        return LoadedImage(image: tensor, note: header.note, form: header.form)
    }

    /// A hash (SHA-256) of the header and of a box as it is stored; `nil` where the format knows none that costs less than
    /// that of the file.
    ///
    /// - Throws: ``TensorFileError``.
    package func hash(of box: Region) throws(TensorFileError) -> String? {
        guard let format = format as? any HashesBoxes.Type else { return nil }
        return try format.hash(box, source)
    }

    /// Goes through the values of a box, or of the whole.
    ///
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    package func look(_ box: Region? = nil) throws(TensorFileError) -> ArrayFacts {
        let own = box ?? Region(whole: header.type.shape.dimensions)
        let type = box == nil ? header.type : TensorType(Shape(own.extents), header.type.element)
        return ArrayFacts(header: header, type: type, values: try format.look(own, of: dataSet, source))
    }
}
