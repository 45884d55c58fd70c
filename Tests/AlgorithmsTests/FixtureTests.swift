import GraphModel
import Runtime
import TensorFiles
import Tensors
import TestSupport
import Testing

/// Every algorithm against its iterates in double precision, with exact proximal operators.
@Suite(
    "Iterates of algorithms", .timeLimit(.minutes(10)),
    .enabled(if: SharedFiles.exact.exist && SharedFiles.data.exist, "the fixtures in ../shared are not here"))
struct FixtureTests {
    @Test("are those of the fixtures, each within its tolerance", arguments: AlgorithmSample.all)
    func iterates(_ sample: AlgorithmSample) async throws {
        for (iteration, tolerance) in sample.tolerances.sorted(by: { $0.key < $1.key }) {
            let run = try await sample.graph(iterations: iteration).run()
            let truth = try NPY.read(SharedFiles.exact.path("alg_\(sample.name)_x\(iteration).npy"))
            let off = relativeDifference(try #require(run["result"]), reference: truth)
            print("\(sample.name), iterate \(iteration): off by \(off), allowed \(tolerance)")
            #expect(off <= tolerance, "iterate \(iteration)")
        }
    }
}
