internal import Dispatch

/// Calls `body` for every index below `count`, on up to `threads` threads at once.
///
/// Lane `l` takes the indices `l, l + lanes, …` in this order, so scratch memory can be one piece a lane. Work that
/// reads and writes by index only gives the same bits on any number of threads.
///
/// - Precondition: what `body` writes belongs to its lane or its index alone.
package func parallel(over count: Int, threads: Int, _ body: (_ lane: Int, _ index: Int) -> Void) {
    let lanes = laneCount(over: count, threads: threads)
    guard lanes > 1 else {
        for index in 0..<count { body(0, index) }
        return
    }
    withoutActuallyEscaping(body) { body in
        // Safe: the lanes share nothing that one of them writes; the caller keeps indices and scratch apart, see above.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            for index in stride(from: lane, to: count, by: lanes) { body(lane, index) }
        }
    }
}

/// Lanes that ``parallel(over:threads:_:)`` uses: at least one, and no more than there are indices.
package func laneCount(over count: Int, threads: Int) -> Int {
    max(1, min(count, threads))
}

/// Calls `body` once on each of `lanes` threads with that lane's share of the indices below `count`, one after the other.
///
/// - Precondition: as of ``parallel(over:threads:_:)``.
package func shareOut(_ count: Int, lanes: Int, _ body: (_ lane: Int, _ range: Range<Int>) -> Void) {
    parallel(over: lanes, threads: lanes) { _, lane in
        body(lane, lane * count / lanes..<(lane + 1) * count / lanes)
    }
}
