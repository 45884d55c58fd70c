package import Scheduling

extension Speeds {
    /// Why no machine can be like that, for speeds that come from elsewhere; `nil` where they can be believed.
    package var complaint: String? {
        guard (1...64).contains(convolutions.count), convolutions.allSatisfy({ (1...65536).contains($0.channels) }),
            zip(convolutions, convolutions.dropFirst()).allSatisfy({ $0.channels < $1.channels })
        else { return "convolutions of no or no ascending numbers of channels" }
        let convolving = convolutions.flatMap { [$0.direct, $0.winograd ?? $0.direct] }
        let rates = [
            ("convolutions", convolving), ("transforms", [transforms]), ("loops", [loops]),
            ("arithmetic", [arithmetic]), ("memory", [memory]),
        ]
        for (name, values) in rates {
            // A comparison with what is no number is false.
            guard let odd = values.first(where: { !(1e5...1e16).contains($0) }) else { continue }
            return "\(name) of \(odd) a second"
        }
        guard (0...1).contains(overhead) else { return "an overhead of \(overhead) s" }
        guard Limits.threads.contains(threads) else { return "\(threads) threads" }
        return nil
    }
}

extension MachineSpeeds {
    /// Why no machine can be like that; `nil` where the speeds can be believed.
    package var complaint: String? {
        guard Limits.processors.contains(processors) else { return "\(processors) processors" }
        guard alone.convolutions.map(\.channels) == together.convolutions.map(\.channels) else {
            return "convolutions of other channels with one thread than with all"
        }
        return alone.complaint ?? together.complaint
    }
}
