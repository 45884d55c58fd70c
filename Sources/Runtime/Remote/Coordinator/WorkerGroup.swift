internal import Foundation
package import Messaging
internal import Synchronization

/// The workers of a run, each reached and found free.
package final class WorkerGroup: Sendable {
    /// A worker that was asked.
    package struct Member: Sendable {
        package let endpoint: String
        package let info: WorkerInfo
        let address: Messenger.Address
    }

    /// A message from a worker.
    struct Word: Sendable {
        let worker: Int
        let epoch: UInt32
        let message: WorkerMessage
        /// When it came, by the coordinator's ``MonotonicTime``.
        let received: Double
    }

    package let members: [Member]
    /// Public keys of the workers that have some, by their endpoints.
    let keys: [String: String]
    /// Number of the run, which stands in every frame of it.
    package let run: UInt64
    /// Counts the plans that the run has had; every message and frame has it.
    let epoch = WorkerGroup.firstEpoch
    private static let firstEpoch: UInt32 = 0
    let messenger: Messenger
    let words: WordQueue
    /// How many of the workers, from the first on, have been told their part in the run.
    let assigned = Atomic<Int>(0)
    let clocks: Mutex<[ClockOffset]>

    /// Asks every worker who it is.
    ///
    /// - Parameters:
    ///   - endpoints: Of the workers, in order.
    ///   - keys: Public keys of those that let in only who knows them, by endpoint.
    ///   - program: Version of this program.
    ///   - patience: Seconds that a worker has to answer.
    /// - Throws: ``WorkerGroupError`` with every worker that does not answer, is busy or of another version.
    package init(
        _ context: Context, endpoints: [String], keys: [String: String] = [:], program: String, patience: Double = 5
    ) throws {
        // Where there can be none, this says so.
        if !keys.isEmpty { _ = try KeyPair() }
        let run = UInt64.random(in: 1...UInt64.max)
        let words = WordQueue(run: run)
        let messenger = try Messenger(context, listenAt: nil) { words.take($0, $1, $2) }
        let addresses = endpoints.map { messenger.connect(to: $0, key: keys[$0]) }
        words.know(addresses)
        let answers = WorkerGroup.answers(endpoints.count, words, patience: patience) { worker in
            messenger.tell(
                CoordinatorMessage.hello(program: program), run: run, epoch: WorkerGroup.firstEpoch,
                to: addresses[worker])
        }
        var members: [Member] = []
        var identities: [Int: UInt64] = [:]
        var problems: [(String, WorkerGroupError.Problem)] = []
        for (index, endpoint) in endpoints.enumerated() {
            switch answers[index] {
            case .success(let (info, identity)):
                members.append(Member(endpoint: endpoint, info: info, address: addresses[index]))
                identities[index] = identity
            case .failure(let problem): problems.append((endpoint, problem))
            case nil: problems.append((endpoint, .silent(seconds: patience)))
            }
        }
        problems += WorkerGroup.repetitions(endpoints, identities)
        guard problems.isEmpty else { throw WorkerGroupError(problems: problems) }
        self.members = members
        self.keys = keys
        self.run = run
        self.messenger = messenger
        self.words = words
        clocks = Mutex(Array(repeating: ClockOffset(), count: members.count))
        compareClocks()
    }

    /// Workers that answer under several names: a worker takes one part in a run.
    private static func repetitions(
        _ endpoints: [String], _ identities: [Int: UInt64]
    ) -> [(String, WorkerGroupError.Problem)] {
        var first: [UInt64: String] = [:]
        return identities.sorted { $0.key < $1.key }.compactMap { index, identity in
            guard let other = first[identity] else {
                first[identity] = endpoints[index]
                return nil
            }
            return (endpoints[index], .same(as: other))
        }
    }

    /// What each worker answers to `greet`. One that is busy is asked again for a while: its run may be at its end.
    private static func answers(
        _ count: Int, _ words: WordQueue, patience: Double, greet: (Int) -> Void
    ) -> [Int: Result<(WorkerInfo, identity: UInt64), WorkerGroupError.Problem>] {
        var answers: [Int: Result<(WorkerInfo, identity: UInt64), WorkerGroupError.Problem>] = [:]
        var busy: Set<Int> = []
        let start = ContinuousClock.now
        var lastGreeting = start
        for worker in 0..<count { greet(worker) }
        while answers.count < count {
            let waited = (ContinuousClock.now - start).seconds
            guard waited < patience else { break }
            if waited > min(patience, 1) {
                for worker in busy where answers[worker] == nil { answers[worker] = .failure(.busy) }
            }
            if (ContinuousClock.now - lastGreeting).seconds > 0.05 {
                lastGreeting = .now
                for worker in busy where answers[worker] == nil { greet(worker) }
            }
            guard let word = words.next(within: 0.05) else { continue }
            switch word.message {
            case .welcome(let info, let identity):
                answers[word.worker] =
                    info.complaint.map { .failure(.insane($0)) } ?? .success((info, identity))
            case .busy: busy.insert(word.worker)
            case .refusal(let reason): answers[word.worker] = .failure(.refuses(reason))
            default: continue
            }
        }
        for worker in busy where answers[worker] == nil { answers[worker] = .failure(.busy) }
        return answers
    }

    /// When anything last came from each worker.
    var heard: [ContinuousClock.Instant] { members.map { messenger.lastHeard(from: $0.address) ?? .now } }

    /// `false` where the message is too long to be sent.
    @discardableResult
    func tell(_ message: CoordinatorMessage, _ worker: Int) -> Bool {
        messenger.tell(message, run: run, epoch: epoch, to: members[worker].address)
    }

    /// Asks those that take part in the run for a sign of life.
    func ping() {
        for worker in 0..<assigned.load(ordering: .relaxed) {
            tell(.ping(sent: MonotonicTime.now, inRun: true), worker)
        }
    }

    func tellAll(_ message: CoordinatorMessage) {
        for worker in members.indices { tell(message, worker) }
    }
}

/// Workers that cannot be had, and why; nothing was started.
package struct WorkerGroupError: Error, CustomStringConvertible {
    package enum Problem: Error, Equatable {
        case silent(seconds: Double)
        case busy
        case refuses(String)
        /// Another worker does not reach it.
        case unreached(by: String)
        /// It answers under another name, too.
        case same(as: String)
        /// It says of itself what cannot be.
        case insane(String)
    }

    /// By endpoint.
    package let problems: [(String, Problem)]

    /// A line each.
    package var lines: [String] {
        problems.map { endpoint, problem in
            switch problem {
            case .silent(let seconds):
                "\(endpoint): no worker answers within \(Int(seconds)) s; start one there with "
                    + "'graphrun worker --bind \(endpoint)', or check address, port, firewall and key"
            case .busy: "\(endpoint): the worker serves another run; wait for its end, or name another worker"
            case .refuses(let reason): "\(endpoint): \(reason)"
            case .unreached(let other):
                "\(endpoint): the worker at \(other) does not reach this one, though both are there; open the firewall "
                    + "between their hosts, or name both by addresses that all hosts know"
            case .same(let other):
                "\(endpoint): this is the worker at \(other); name it once, or start another worker there"
            case .insane(let what):
                "\(endpoint): the worker says that it has \(what), which cannot be; start it again with '--measure'"
            }
        }
    }

    package var description: String { lines.joined(separator: "\n") }
}
