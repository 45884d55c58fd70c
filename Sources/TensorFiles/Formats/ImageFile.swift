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
