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
package enum ArrayForm: Equatable, Sendable {
    /// As samples of a picture, which are read as 1 × C × H × W in [0, 1].
    case picture(PNG.BitDepth)
    /// As an array, which is read as it is; `white` is the sample that stands for 1 where it holds a picture.
    case array(white: Int?)

    package var isPicture: Bool {
        guard case .picture = self else { return false }
        return true
    }

    /// The sample that stands for 1 in a picture.
    package var white: Int? {
        switch self {
        case .picture(let depth): depth.white
        case .array(let white): white
        }
    }
}

/// What is known of an image's file once its header and its values have been looked at.
package struct ArrayFacts: Equatable, Sendable {
    /// Of the image once it is read.
    package let type: TensorType
    package let form: ArrayForm
    /// Its values as they are read; `nil` for a large picture, whose values are in [0, 1] in any case.
    package let values: ValueScan?
}

/// Images in PNG or NPY files, told apart by their first bytes, whatever their names.
package enum ImageFile {
    static let signatureOfPNG: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Reads an image: 1 × C × H × W in [0, 1] from PNG, and from NPY an array as it is, also of rank 2 or 3.
    ///
    /// - Parameter contents: What is in the file, where that has been read already.
    package static func read(_ path: String, _ contents: [UInt8]? = nil) throws(TensorFileError) -> LoadedImage {
        switch (try format(of: path, contents), contents) {
        case (.png, let bytes?): try PNG.decode(bytes, path: path)
        case (.png, nil): try PNG.read(path)
        case (.npy, let bytes?): try NPY.load(bytes, path: path)
        case (.npy, nil): try NPY.load(path)
        }
    }

    /// The type of an image once it is read, from its header.
    package static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        switch try format(of: path, nil) {
        case .png: try PNG.readType(path)
        case .npy: try NPY.readType(path)
        }
    }

    /// Goes through the values of an image, in pieces.
    ///
    /// - Parameter contents: What is in the file, where that has been read already.
    /// - Throws: also where values cannot be computed with: ``TensorFileError/values(path:tensor:fault:)``.
    package static func look(_ path: String, _ contents: [UInt8]? = nil) throws(TensorFileError) -> ArrayFacts {
        switch (try format(of: path, contents), contents) {
        case (.png, let contents): try PNG.look(path, contents)
        case (.npy, let bytes?): try NPY.look(bytes, path: path)
        case (.npy, nil): try NPY.look(path)
        }
    }

    /// Whether these are the first bytes of a PNG file.
    static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signatureOfPNG) }

    private enum Format {
        case png, npy
    }

    private static func format(of path: String, _ contents: [UInt8]?) throws(TensorFileError) -> Format {
        let start: [UInt8]
        if let contents {
            guard !contents.isEmpty else { throw .empty(path: path) }
            start = Array(contents.prefix(signatureOfPNG.count))
        } else {
            var file = try InputFile(path)
            guard file.size > 0 else { throw .empty(path: path) }
            start = try file.read(min(signatureOfPNG.count, file.size))
        }
        if isPNG(start) { return .png }
        if start.starts(with: NPYHeader.magic) { return .npy }
        throw .neitherPNGNorNPY(path: path)
    }
}
