/// Which value lies in each range of an arena, as names in place of numbers.
struct ArenaContents {
    enum Content: Hashable {
        /// Nobody has written there.
        case nothing
        /// A value, or a box of it, that begins at a float of the arena.
        case value(Int, start: Int)
        /// What a transfer brings may be written at any time.
        case awaited(transfer: Int)
    }

    /// Neighbouring floats of one value, up to the next piece's start.
    private struct Piece {
        var start: Int
        var content: Content
    }

    /// By where they start; the first at 0, the last to the end.
    private var pieces = [Piece(start: 0, content: .nothing)]

    mutating func write(_ content: Content, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let first = index(of: range.lowerBound)
        let last = index(of: range.upperBound - 1)
        var new: [Piece] = []
        if pieces[first].start < range.lowerBound { new.append(pieces[first]) }
        new.append(Piece(start: range.lowerBound, content: content))
        let end = last + 1 < pieces.count ? pieces[last + 1].start : Int.max
        if range.upperBound < end { new.append(Piece(start: range.upperBound, content: pieces[last].content)) }
        pieces.replaceSubrange(first...last, with: new)
        // Rows side by side of one value are one piece.
        for at in stride(from: min(first + new.count, pieces.count - 1), to: max(first - 1, 0), by: -1)
        where pieces[at].content == pieces[at - 1].content {
            pieces.remove(at: at)
        }
    }

    /// What all of a range holds; `nil` where parts of it hold different things.
    func content(_ range: Range<Int>) -> Content? {
        guard !range.isEmpty else { return nil }
        let first = index(of: range.lowerBound)
        let content = pieces[first].content
        var at = first + 1
        while at < pieces.count, pieces[at].start < range.upperBound {
            guard pieces[at].content == content else { return nil }
            at += 1
        }
        return content
    }

    /// The piece that a float lies in.
    private func index(of float: Int) -> Int {
        var (low, high) = (0, pieces.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if pieces[middle].start <= float { low = middle } else { high = middle }
        }
        return low
    }
}
