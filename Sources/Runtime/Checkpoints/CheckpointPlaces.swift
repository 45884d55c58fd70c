internal import TensorFiles

/// Where a checkpoint may lie: in its place, or beside it where a crash has kept it from getting there or back.
///
/// A new one is written as `.new`; then the old one becomes `.old` and the new one takes its place. So there is always a
/// whole one: the old one in its place until the new one is whole; after that the new one, as `.new` or in its place.
struct CheckpointPlaces {
    let place: String
    var fresh: String { place + ".new" }
    private var old: String { place + ".old" }

    init(_ place: String) {
        self.place = place
    }

    /// Those where something lies, the one to be believed first.
    var existing: [String] { [place, fresh, old].filter(Folder.exists) }

    /// Makes room for a new one: of what a crash has left, the first that is whole goes to its place, the rest goes.
    func clear(afterEach step: () throws -> Void) throws {
        let found = existing
        guard found != [place], !found.isEmpty else { return }
        let whole = found.first { (try? Checkpoint(at: $0)) != nil }
        if let whole, whole != place {
            try Folder.remove(place)
            try step()
            try Folder.rename(whole, to: place)
            try step()
        }
        for leftover in [fresh, old] {
            try Folder.remove(leftover)
            try step()
        }
    }

    /// Puts the new one in its place.
    func swap(afterEach step: () throws -> Void) throws {
        if Folder.exists(place) {
            try Folder.rename(place, to: old)
            try step()
        }
        try Folder.rename(fresh, to: place)
        try step()
        try Folder.remove(old)
        try step()
    }
}
