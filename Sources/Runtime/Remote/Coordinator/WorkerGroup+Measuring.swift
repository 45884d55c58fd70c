package import Networks
package import Scheduling
internal import Synchronization

extension WorkerGroup {
    /// How far each worker's ``MonotonicTime`` is ahead of the coordinator's, in seconds.
    package var offsets: [Double] { clocks.withLock { $0.map(\.seconds) } }

    /// Notes that a worker has answered a question for the time.
    func note(_ worker: Int, sent: Double, clock: Double, received: Double) {
        clocks.withLock { $0[worker].note(sent: sent, clock: clock, received: received) }
    }

    /// Asks every worker for the time, a few times.
    func compareClocks() {
        for _ in 0..<5 {
            for worker in members.indices { tell(.ping(sent: MonotonicTime.now, inRun: false), worker) }
            var silent = Set(members.indices)
            let start = ContinuousClock.now
            while !silent.isEmpty {
                let left = 0.2 - (ContinuousClock.now - start).seconds
                guard left > 0, let word = words.next(within: left) else { break }
                guard case .pong(let sent, let clock) = word.message else { continue }
                note(word.worker, sent: sent, clock: clock, received: word.received)
                silent.remove(word.worker)
            }
        }
    }

    /// What lies between the workers. Each measures the way to the others, one at a time, so that measurements do not disturb
    /// each other; of more than four workers only the ways around a ring are measured, and all others are taken to be as
    /// slow as the slowest of these.
    ///
    /// - Parameter seconds: After these no further one is begun.
    /// - Throws: ``WorkerGroupError`` where a worker does not reach another: a run would wait for ever.
    package func measureLinks(within seconds: Double = 2) throws(WorkerGroupError) -> Links {
        let start = ContinuousClock.now
        var measured: [(from: Int, to: Int, link: Link)] = []
        for (from, to) in pairs where (ContinuousClock.now - start).seconds < seconds {
            let endpoint = members[to].endpoint
            tell(.probe(endpoint: endpoint, key: keys[endpoint]), from)
            let answer = answer(of: from, within: LinkProbe.connectionPatience + seconds) { message -> Link?? in
                guard case .probed(endpoint, let link) = message else { return nil }
                return .some(link)
            }
            if case .some(nil) = answer {
                throw WorkerGroupError(problems: [(endpoint, .unreached(by: members[from].endpoint))])
            }
            guard let link = answer ?? nil, link.isSane else { continue }
            measured.append((from, to, link))
        }
        guard let latency = measured.map(\.link.latency).max(), let bandwidth = measured.map(\.link.bandwidth).min()
        else { return Links() }
        var links = Links(Link(latency: latency, bandwidth: bandwidth))
        for (from, to, link) in measured { links[from, to] = link }
        return links
    }

    /// Bytes of scratch memory that each worker's library says convolutions take; without those that it does not know.
    package func scratchBytes(of convolutions: Set<ConvolutionShape>) -> [[ConvolutionShape: Int]] {
        let shapes = Array(convolutions)
        guard !shapes.isEmpty else { return members.map { _ in [:] } }
        tellAll(.measureScratch(shapes))
        var known = [[ConvolutionShape: Int]](repeating: [:], count: members.count)
        var silent = Set(members.indices)
        let start = ContinuousClock.now
        while !silent.isEmpty {
            // Without an answer the plan reckons with the most that it can be.
            let left = 5 - (ContinuousClock.now - start).seconds
            guard left > 0, let word = words.next(within: left) else { break }
            guard case .scratch(let bytes) = word.message, bytes.count == shapes.count else { continue }
            for (shape, bytes) in zip(shapes, bytes) {
                guard let bytes, (0...1 << 50).contains(bytes) else { continue }
                known[word.worker][shape] = bytes
            }
            silent.remove(word.worker)
        }
        return known
    }

    /// The ways around a ring first.
    private var pairs: [(Int, Int)] {
        let count = members.count
        let steps = count > 4 ? 1...1 : 1...max(1, count - 1)
        guard count > 1 else { return [] }
        return steps.flatMap { step in (0..<count).map { ($0, ($0 + step) % count) } }
    }

    /// What `take` makes of the worker's answer; `nil` where none comes in time. Other messages are of no use yet.
    private func answer<Answer>(
        of worker: Int, within seconds: Double, _ take: (WorkerMessage) -> Answer?
    ) -> Answer? {
        let start = ContinuousClock.now
        while true {
            let left = seconds - (ContinuousClock.now - start).seconds
            guard left > 0, let word = words.next(within: left) else { return nil }
            if word.worker == worker, let answer = take(word.message) { return answer }
        }
    }
}

extension Link {
    /// Whether there can be such a link.
    fileprivate var isSane: Bool { (1e-9...100).contains(latency) && (1...1e14).contains(bandwidth) }
}
