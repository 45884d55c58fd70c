package import Tensors

/// An image from a file, and what its reader has to say about it.
package struct LoadedImage: Equatable, Sendable {
    package let image: Tensor
    /// One line for the user, such as that transparency was ignored.
    package let note: String?

    package init(image: Tensor, note: String? = nil) {
        self.image = image
        self.note = note
    }
}

/// Images in PNG or NPY files, told apart by their first bytes, whatever their names.
package enum ImageFile {
    static let signatureOfPNG: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Reads an image: 1 × C × H × W in [0, 1] from PNG, and from NPY an array as it is, also of rank 2 or 3.
    package static func read(_ path: String) throws(TensorFileError) -> LoadedImage {
        switch try format(of: path) {
        case .png: try PNG.read(path)
        case .npy: LoadedImage(image: try NPY.read(path))
        }
    }

    /// The type of an image once it is read, from its header.
    package static func readType(_ path: String) throws(TensorFileError) -> TensorType {
        switch try format(of: path) {
        case .png: try PNG.readType(path)
        case .npy: try NPY.readType(path)
        }
    }

    /// How many bits a sample of a picture takes; `nil` for an array.
    package static func bitDepth(of path: String) throws(TensorFileError) -> PNG.BitDepth? {
        try format(of: path) == .png ? try PNG.bitDepth(of: path) : nil
    }

    /// Whether these are the first bytes of a PNG file.
    static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signatureOfPNG) }

    private enum Format {
        case png, npy
    }

    private static func format(of path: String) throws(TensorFileError) -> Format {
        var file = try InputFile(path)
        guard file.size > 0 else { throw .empty(path: path) }
        let start = try file.read(min(signatureOfPNG.count, file.size))
        if isPNG(start) { return .png }
        if start.starts(with: NPYHeader.magic) { return .npy }
        throw .neitherPNGNorNPY(path: path)
    }
}
