/// What is read of a run's `trace.json`.
package struct ChromeTrace: Decodable {
    struct Event: Decodable {
        struct Arguments: Decodable {
            let iteration: Int?
        }

        let name: String
        /// What sort of step it is, such as `compute`.
        let cat: String?
        /// Microseconds.
        let dur: Double?
        let args: Arguments
    }

    let traceEvents: [Event]
}

extension JobFigures {
    /// The nodes of the graph `pnp`, by what their time counts as.
    private static let dataNodes: Set<Substring> = ["gradients", "gradient", "z"]
    private static let denoiseNodes: Set<Substring> = ["windows", "denoised", "next"]

    /// What a run of one worker took.
    ///
    /// - Parameters:
    ///   - trace: whose computing steps are added up by what they belong to.
    ///   - metrics: the text of the run's `metrics.csv`, whose last column are the seconds of iterations.
    package init(_ trace: ChromeTrace, metrics: String) {
        let seconds = metrics.split(separator: "\n").dropFirst().compactMap { line in
            // Row 0, if there is one, is what comes before the loop.
            line.hasPrefix("0,") ? nil : line.split(separator: ",").last.flatMap { Double($0) }
        }
        var dataStep = Array(repeating: 0.0, count: seconds.count)
        var denoise = dataStep
        for event in trace.traceEvents where event.cat == "compute" {
            // Iteration 0 is what comes before the loop.
            guard let iteration = event.args.iteration, seconds.indices.contains(iteration - 1) else { continue }
            // An instance has its index behind the node's name, and a node that a rewrite adds has a dash there.
            let node = event.name.prefix { $0 != "[" && $0 != "-" }
            if JobFigures.dataNodes.contains(node) { dataStep[iteration - 1] += (event.dur ?? 0) * 1e-6 }
            if JobFigures.denoiseNodes.contains(node) { denoise[iteration - 1] += (event.dur ?? 0) * 1e-6 }
        }
        self.init(seconds: Samples(seconds), dataStep: Samples(dataStep), denoise: Samples(denoise))
    }
}
