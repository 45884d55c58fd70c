package import Tensors

/// An image from a file, and what its reader has to say about it.
package struct LoadedImage: Equatable, Sendable {
    package let image: Tensor
    /// One line for the user, such as that transparency was ignored.
    package let note: String?
    /// How it was stored.
    package let form: ArrayForm

    package init(image: Tensor, note: String? = nil, form: ArrayForm = .array(white: nil)) {
        self.image = image
        self.note = note
        self.form = form
    }
}

/// How the numbers of an image's file are stored.
public enum ArrayForm: Hashable, Sendable {
    /// As samples of a picture, which are read as 1 × C × H × W in [0, 1].
    case picture(PNG.BitDepth)
    /// As an array, which is read as it is; `white` is the sample that stands for 1 where it holds a picture.
    case array(white: Int?)

    public var isPicture: Bool {
        guard case .picture = self else { return false }
        return true
    }

    /// The sample that stands for 1 in a picture.
    public var white: Int? {
        switch self {
        case .picture(let depth): depth.white
        case .array(let white): white
        }
    }
}

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

    /// - Parameter dataSet: Which of the file's arrays; `nil` for the only one.
    /// - Throws: ``TensorFileError`` where there is none.
    package init(
        _ source: any ByteSource, dataSet: String? = nil, formats: ArrayFormats = .standard
    ) throws(TensorFileError) {
        self.source = source
        self.dataSet = dataSet
        format = try formats.format(of: source)
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

    /// Goes through the values of a box, or of the whole.
    ///
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    package func look(_ box: Region? = nil) throws(TensorFileError) -> ArrayFacts {
        let own = box ?? Region(whole: header.type.shape.dimensions)
        let type = box == nil ? header.type : TensorType(Shape(own.extents), header.type.element)
        return ArrayFacts(header: header, type: type, values: try format.look(own, of: dataSet, source))
    }
}

/// Images in files of this machine, told apart by their first bytes, whatever their names.
package enum ImageFile {
    /// Reads an image: 1 × C × H × W in [0, 1] from a picture, and of an array what is there, also of rank 2 or 3.
    ///
    /// - Parameter contents: What is in the file, where that has been read already.
    package static func read(_ path: String, _ contents: [UInt8]? = nil) throws(TensorFileError) -> LoadedImage {
        try ArrayFile(source(path, contents)).image()
    }

    /// The type of an image once it is read, from its header.
    package static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        try ArrayFile(LocalFile(path)).header.type
    }

    /// Goes through the values of an image, in pieces.
    ///
    /// - Parameter contents: What is in the file, where that has been read already.
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    package static func look(_ path: String, _ contents: [UInt8]? = nil) throws(TensorFileError) -> ArrayFacts {
        try ArrayFile(source(path, contents)).look()
    }

    private static func source(_ path: String, _ contents: [UInt8]?) throws(TensorFileError) -> any ByteSource {
        if let contents { HeldBytes(contents, path: path) } else { try LocalFile(path) }
    }
}
