import Foundation
import Runtime
import Tensors
import Testing

@Suite("The size of a trace")
struct TraceSizeTests {
    @Test("is known before the run", arguments: [1, 3], [1, 40])
    func bound(workers: Int, iterations: Int) throws {
        let folder = try TemporaryFolder()
        let job = try Job(
            "pnp",
            [
                "image": try folder.image([1, 1, 24, 24]), "iterations": "\(iterations)", "tolerance": "0",
                "tv-iterations": "2", "tile": "8",
            ])
        let plan = try job.plan(workers: workers)
        let size = ChromeTrace.encode(try job.run(workers: workers).traces).count
        let predicted = ChromeTrace.largestSize(plan, isRemote: false)
        #expect(size <= predicted)
        #expect(predicted < 3 * size + 4096)
        #expect(ChromeTrace.largestSize(plan, isRemote: true) >= predicted)
    }
}
