internal import TensorFiles

/// Writes what a run leaves, one file after the other, and knows what was saved and what was not.
///
/// One that cannot be written does not keep the others from being: on a full disk what is small may still fit.
struct SavedFiles {
    private let folder: String
    private var saved: [String] = []
    private var lost: [String] = []
    private var reasons: [String] = []

    init(folder: String) {
        self.folder = folder
    }

    /// Whether all that was tried so far is there.
    var areComplete: Bool { lost.isEmpty }

    func hasSaved(_ name: String) -> Bool { saved.contains(name) }

    /// Writes the file, or folder, of a name.
    mutating func write(_ name: String, _ body: () throws -> Void) {
        do {
            try body()
            saved.append(name)
        } catch {
            lost.append(name)
            // Files that are written tell their paths themselves.
            let reason = error is TensorFileError ? "\(error)" : SystemReason.of(error, at: "\(folder)/\(name)")
            if !reasons.contains(reason) { reasons.append(reason) }
        }
    }

    /// What is told where something could not be written: why, and what there is and what is not.
    var complaints: [String] {
        guard !lost.isEmpty else { return [] }
        let kept = saved.isEmpty ? "nothing was saved" : "saved in \(folder): \(saved.joined(separator: ", "))"
        return reasons + ["\(kept); not saved: \(lost.joined(separator: ", "))"]
    }
}
