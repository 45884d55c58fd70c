public import Tensors

/// What looks at the pixels around the one it computes, as denoisers do: windows of `exact` tiles are as large as it asks.
public protocol HasReceptiveField: Codable, Hashable, Sendable {
    /// How far it looks in an image of some shape, and on which grid.
    ///
    /// - Throws: ``GraphError/rule(_:)`` where it takes no such image, or a file that it needs cannot be read.
    func receptiveField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField
}

extension HasReceptiveField {
    /// How far it looks.
    ///
    /// - Throws: also where that is none that an image could be cut by.
    func checkedField(for image: Shape, _ files: FileFacts) throws(GraphError) -> ReceptiveField {
        let field = try receptiveField(for: image, files)
        guard field.stride >= 1, field.before >= 0, field.after >= 0 else {
            throw .rule(
                "its denoiser says that it looks \(field.before) pixels back and \(field.after) on, on a grid of \(field.stride); "
                    + "all must be 0 or more, the grid 1")
        }
        return field
    }

    /// What is wrong with it over `exact` tiles that were made for something else; `nil` where it looks no farther.
    func problem(overTilesOf image: Shape, for other: any HasReceptiveField, _ files: FileFacts) -> String? {
        guard let own = try? checkedField(for: image, files), let windows = try? other.checkedField(for: image, files),
            own.before > windows.before || own.after > windows.after
                // Beyond the border an image is continued to the grid, which the whole image is not on another.
                || own.stride != windows.stride
                    && !(windows.stride.isMultiple(of: own.stride)
                        && image.trailing(2).allSatisfy { $0.isMultiple(of: windows.stride) })
        else { return nil }
        return
            "it looks \(max(own.before, own.after)) pixels far on a grid of \(own.stride), and the windows of its tiles are for "
            + "\(max(windows.before, windows.after)) on a grid of \(windows.stride); give the tiles the same denoiser"
    }
}
