import TensorMath
import Testing

@Suite("How threads of OpenMP wait")
struct OpenMPWaitingTests {
    @Test(
        "is left to whoever has said so, by any of the variables that decide about it",
        arguments: [
            ([:], "3000"), (["HOME": "/"], "3000"), (["GOMP_SPINCOUNT": ""], "3000"), (["OMP_WAIT_POLICY": ""], "3000"),
            (["GOMP_SPINCOUNT": "300000"], nil), (["OMP_WAIT_POLICY": "active"], nil), (["KMP_BLOCKTIME": "200"], nil),
            (["GOMP_SPINCOUNT": "INFINITY", "OMP_WAIT_POLICY": ""], nil),
        ] as [([String: String], String?)])
    func decision(_ environment: [String: String], _ count: String?) {
        #expect(OpenMPWaiting.mend(environment: environment) == count)
        if count != nil {
            // What is started anew is not started again.
            #expect(OpenMPWaiting.mend(environment: environment.merging(["GOMP_SPINCOUNT": "3000"]) { $1 }) == nil)
        }
    }
}
