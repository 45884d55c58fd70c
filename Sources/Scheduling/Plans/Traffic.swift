internal import GraphModel
internal import Tensors

/// What goes from worker to worker in an iteration of a plan.
public struct Traffic: Sendable {
    /// From one worker to another, by their indices.
    public struct Way: Hashable, Sendable {
        /// The worker that sends.
        public let from: Int
        /// The worker that receives.
        public let to: Int

        /// The way from one worker to another.
        public init(from: Int, to: Int) {
            self.from = from
            self.to = to
        }
    }

    /// The ways on which anything goes, by sender and receiver.
    public let ways: [Way]
    /// The transfers on each way.
    private let numbers: [Way: [TransferID]]
    private let bytes: [Way: Int]
    /// Bytes that go out of each worker, and into each.
    public let bytesOut: [Int]
    /// Bytes that each worker receives.
    public let bytesIn: [Int]

    init(_ plan: Plan) {
        var numbers: [Way: [TransferID]] = [:]
        var bytes: [Way: Int] = [:]
        var bytesOut = plan.workers.map { _ in 0 }
        var bytesIn = bytesOut
        for transfer in plan.transfers where transfer.phase == .body {
            let way = Way(from: transfer.from, to: transfer.to)
            numbers[way, default: []].append(transfer.id)
            bytes[way, default: 0] += transfer.byteCount
            bytesOut[way.from] += transfer.byteCount
            bytesIn[way.to] += transfer.byteCount
        }
        ways = bytes.filter { $0.value > 0 }.keys.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        self.numbers = numbers
        self.bytes = bytes
        self.bytesOut = bytesOut
        self.bytesIn = bytesIn
    }

    /// Bytes on a way; 0 where nothing goes.
    public func bytes(on way: Way) -> Int { bytes[way] ?? 0 }

    /// The transfers on a way.
    public func transfers(on way: Way) -> [TransferID] { numbers[way] ?? [] }
}

extension Plan {
    /// What goes from worker to worker in an iteration.
    public var traffic: Traffic { Traffic(self) }
}
