internal import Foundation
package import GraphModel
internal import Messaging
package import Networks
package import Scheduling

/// What a coordinator tells a worker.
package enum CoordinatorMessage: Codable, Sendable {
    /// Who are you, and are you free? With the version of the program that asks.
    case hello(program: String)
    /// Take this part in a run.
    case assign(Assignment)
    /// Iterations up to this one may be computed; the best of those that all are done with, if one is any good.
    case proceed(upTo: Int, best: Int?)
    /// No iteration after this one may begin, whatever was said before; only where that cannot have happened meanwhile.
    case hold(after: Int)
    /// All have computed the last iteration; the one to go back to, where the run diverged.
    case conclude(after: Int, goBackTo: Int?)
    /// The answer to a request for a file: its hash and size, or why there is none.
    case file(request: Int, hash: String, bytes: Int)
    case noFile(request: Int, reason: String)
    /// The run is over for this worker, whatever it is doing.
    case leave
    /// Still there? With the coordinator's ``MonotonicTime``.
    case ping(sent: Double, inRun: Bool)
    /// Measure the way to the worker that listens at an endpoint.
    case probe(endpoint: String, key: String?)
    /// How much scratch memory do these convolutions take?
    case measureScratch([ConvolutionShape])
}

/// What a worker tells its coordinator.
package enum WorkerMessage: Codable, Sendable {
    /// Who it is, with a number that no other worker has.
    case welcome(WorkerInfo, identity: UInt64)
    /// It serves somebody else.
    case busy
    /// It does not take part in a run, and why.
    case refusal(String)
    /// The hash of a file of the graph is wanted.
    case want(request: Int, path: String)
    /// The next part of that file is wanted, which begins at a byte: it is not here yet.
    case send(request: Int, from: Int)
    /// Its kernels are made.
    case ready
    /// An iteration is computed; 0 is what comes before the loop. With the largest magnitude in the worker's states.
    case done(iteration: Int, metrics: [ValueID: Float], magnitude: Float)
    case failed(instance: String, reason: String)
    /// Some of what its record holds.
    case recorded(WorkerRecord.Part)
    /// The rest of its record.
    case record(WorkerRecord)
    /// All of its part is done, and told.
    case ended
    /// The time that the coordinator gave, and that of the worker's own clock.
    case pong(sent: Double, clock: Double)
    /// How the worker's part in the run is doing, told once a second.
    case alive(Standing)
    /// The way to the worker at an endpoint; `nil` where it does not answer.
    case probed(endpoint: String, Link?)
    /// Bytes of scratch memory of the convolutions that it was asked for, in order; `nil` where its library has none such.
    case scratch([Int?])
}

/// What a worker says of itself.
package struct WorkerInfo: Codable, Hashable, Sendable {
    /// Version of its program.
    package let program: String
    package let cores: Int
    /// Threads it computes with.
    package let threads: Int
    /// Bytes of memory that it may use.
    package let memory: Int
    /// Bytes of memory that its process takes while it waits for a run.
    package let idleBytes: Int
    package let hasWinograd: Bool
    /// Names of the kinds that it can compute.
    package let kinds: [String]
    /// Processor and libraries: where they differ, so may bits.
    package let versions: [String: String]
    /// How fast it is.
    package let speeds: Speeds

    /// - Parameter speeds: By default those of a nominal machine.
    package init(
        program: String, cores: Int, threads: Int, memory: Int, hasWinograd: Bool, kinds: [String],
        versions: [String: String], speeds: Speeds? = nil, idleBytes: Int = 0
    ) {
        self.program = program
        self.cores = cores
        self.threads = threads
        self.memory = memory
        self.hasWinograd = hasWinograd
        self.kinds = kinds
        self.versions = versions
        self.idleBytes = idleBytes
        self.speeds = speeds ?? .nominal(threads: threads)
    }

    /// Why no worker can be like that; `nil` where it can be believed.
    var complaint: String? {
        guard (1...65536).contains(cores) else { return "\(cores) processors" }
        guard Limits.threads.contains(threads) else { return "\(threads) threads" }
        guard (1...1 << 50).contains(memory) else { return "\(memory) bytes of memory" }
        guard (0...1 << 50).contains(idleBytes) else { return "\(idleBytes) bytes of memory when idle" }
        return speeds.complaint
    }
}

extension Messenger {
    /// Sends a message of an epoch of the run `run`; `false` where it is longer than a frame may be.
    @discardableResult
    func tell(_ message: some Encodable, run: UInt64, epoch: UInt32, to address: Address) -> Bool {
        // Numbers that JSON lacks are the one thing that cannot be written; metrics may be such.
        let encoder = JSONEncoder()
        encoder.userInfo = KindOnItsOwn.encoding
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let text = try? encoder.encode(message) else { return true }
        guard text.count <= FrameHeader.largestPayload else { return false }
        send(
            FrameHeader(.control, run: run, epoch: epoch, total: text.count, length: text.count), .bytes(Array(text)),
            to: address)
        return true
    }
}

/// A message out of bytes from elsewhere; `nil` where they are none.
///
/// - Parameter kinds: Those that may occur in it.
func decodeControl<Message: Decodable>(
    _ type: Message.Type, _ bytes: UnsafeRawBufferPointer, kinds: KindCatalog = KindCatalog()
) -> Message? {
    let decoder = JSONDecoder()
    decoder.userInfo = KindOnItsOwn.decoding(kinds)
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: Data(bytes))
}
