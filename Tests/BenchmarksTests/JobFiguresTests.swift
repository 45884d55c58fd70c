import Benchmarks
import Foundation
import Testing

@Suite("figures of a job")
struct JobFiguresTests {
    /// Two iterations as a run writes them, in microseconds, with steps that count as nothing.
    private let trace = """
        {"traceEvents": [
            {"name": "thread_name", "ph": "M", "args": {"name": "worker 0"}},
            {"name": "backprojections[0]", "cat": "compute", "dur": 9, "args": {"iteration": 0}},
            {"name": "gradients[0]", "cat": "compute", "dur": 100000, "args": {"iteration": 1}},
            {"name": "gradients[1]", "cat": "compute", "dur": 200000, "args": {"iteration": 1}},
            {"name": "denoised[5]", "cat": "compute", "dur": 500000, "args": {"iteration": 1}},
            {"name": "psnr", "cat": "compute", "dur": 50000, "args": {"iteration": 1}},
            {"name": "gradient", "cat": "compute", "dur": 300000, "args": {"iteration": 2}},
            {"name": "z", "cat": "compute", "dur": 10000, "args": {"iteration": 2}},
            {"name": "denoised-inner[0]", "cat": "compute", "dur": 20000, "args": {"iteration": 2}},
            {"name": "next", "cat": "compute", "dur": 40000, "args": {"iteration": 2}},
            {"name": "next", "cat": "copy", "dur": 70000, "args": {"iteration": 2}}
        ]}
        """
    private let metrics = "iteration,residual,psnr,seconds\n1,nan,20,1.0\n2,0.5,21,0.5\n"

    private func figures() throws -> JobFigures {
        JobFigures(try JSONDecoder().decode(ChromeTrace.self, from: Data(trace.utf8)), metrics: metrics)
    }

    private func isClose(_ samples: Samples, _ expected: [Double]) -> Bool {
        samples.seconds.count == expected.count
            && zip(samples.seconds, expected).allSatisfy { abs($0 - $1) < 1e-9 }
    }

    @Test("a trace is split into data step, denoiser and rest")
    func split() throws {
        let figures = try figures()
        #expect(figures.seconds.seconds == [1, 0.5])
        #expect(isClose(figures.dataStep, [0.3, 0.31]))
        #expect(isClose(figures.denoise, [0.5, 0.06]))
        #expect(isClose(figures.rest, [0.2, 0.13]))
    }

    @Test("runs are joined without their first iterations")
    func joined() throws {
        var all = JobFigures()
        for peak in [5, 3] {
            var one = try figures()
            one.peakBytes = peak
            all.add(one)
        }
        #expect(all.seconds.seconds == [0.5, 0.5])
        #expect(isClose(all.rest, [0.13, 0.13]))
        #expect(all.peakBytes == 5)
    }
}
