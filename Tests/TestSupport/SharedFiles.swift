public import Foundation

/// Fixtures and photographs that lie beside a checkout (`../shared`) and are not part of it.
///
/// A suite that reads them is enabled by `.enabled(if: SharedFiles.goldens.exist)`, so that it is skipped, and says so,
/// where they are absent.
public struct SharedFiles: Sendable {
    /// Arrays computed with deepinv 0.5.0.
    public static let goldens = SharedFiles("goldens")
    /// Arrays of priors, fidelities, wavelets and algorithms, computed in double precision.
    public static let goldens2 = SharedFiles("goldens2")
    /// Photographs and pretrained weights.
    public static let data = SharedFiles("data")

    public let folder: URL

    private init(_ name: String) {
        folder = URL(filePath: #filePath)  // Tests/TestSupport/SharedFiles.swift
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appending(path: "shared").appending(path: name)
    }

    public var exist: Bool {
        FileManager.default.fileExists(atPath: folder.path(percentEncoded: false))
    }

    /// The path of one file.
    public func path(_ name: String) -> String {
        folder.appending(path: name).path(percentEncoded: false)
    }
}
