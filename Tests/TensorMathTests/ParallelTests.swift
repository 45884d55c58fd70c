import Synchronization
import TensorMath
import Testing

@Suite("Parallel loop")
struct ParallelTests {
    @Test("visits every index once, on the lane that is its own", arguments: [0, 1, 5, 16], [-1, 0, 1, 2, 3, 8])
    func everyIndex(count: Int, threads: Int) {
        let visits = Mutex([Int: Int]())
        parallel(over: count, threads: threads) { lane, index in
            visits.withLock {
                #expect($0[index] == nil)
                $0[index] = lane
            }
        }
        let lanes = laneCount(over: count, threads: threads)
        #expect(visits.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, $0 % lanes) }))
    }
}
