internal import Foundation
internal import Messaging
internal import Tensors

/// Tensors from one process to another by our transport, against ZeroMQ alone.
package struct TransportBenchmark {
    private let effort: Effort

    init(_ effort: Effort) {
        self.effort = effort
    }

    func run(_ keep: Keep) throws -> Section {
        var section = Section(
            "A tensor from process to process",
            "Milliseconds from a tensor of one process until it is whole in the tensor of another on this machine, and "
                + "that one has said so, over loopback; in turn. *ZeroMQ alone* sends from the same memory without "
                + "copying (`zmq_msg_init_data`), leaves what it receives where the library put it, and answers with "
                + "one byte.",
            columns: ["", "graphrun", "ZeroMQ, one message", "ZeroMQ, 16 MB a message", "of ZeroMQ's fastest"])
        for count in effort.transportFloats {
            let name = "\(decimals(Double(4 * count) / 1e6, count > 10_000 ? 1 : 3)) MB"
            log("transport: \(name)")
            var samples = try time(floats: count)
            // What fits into one part is the same either way.
            if samples.count == 2 { samples.append(Samples()) }
            let fastest = samples.dropFirst().compactMap(\.median).min()
            let share = samples[0].median.flatMap { own in fastest.map { $0 / own } }
            section.rows.append(
                [name] + samples.map { $0.text(scale: 1e3, 2) } + [share.map { "\(decimals(100 * $0, 0)) %" } ?? "–"])
            for (who, own) in zip(["graphrun", "ZeroMQ, one message", "ZeroMQ, 16 MB a message"], samples) {
                if !own.seconds.isEmpty { section.samples["transport: \(name), \(who)"] = own }
            }
            try keep(section)
            guard effort.isFull else { continue }
            section.requirements.append(
                Requirement(
                    "a tensor of \(name) from process to process, of ZeroMQ's fastest", .atLeast, 80, "%",
                    measured: share.map { 100 * $0 }))
        }
        return section
    }

    private func time(floats: Int) throws -> [Samples] {
        let value = TensorBuffer(floatCount: floats)
        value.floats[floats - 1] = 1
        let bytes = UnsafeRawBufferPointer(value.floats)
        let part = 16 << 20
        let own = try OwnLink(floats: floats)
        let whole = try BareLink(messagesAnAnswer: 1)
        let parts = bytes.count > part ? try BareLink(messagesAnAnswer: (bytes.count + part - 1) / part) : nil
        let view = MutableTensorView(TensorType([floats]), value.floats).readOnly
        // As many bytes of each: what takes 2 ms varies threefold on a shared machine.
        let largest = effort.transportFloats.max() ?? floats
        var bodies = [{ try own.send(view) }, { try whole.send(bytes, inMessagesOf: bytes.count) }]
        if let parts { bodies.append { try parts.send(bytes, inMessagesOf: part) } }
        return try alternate(rounds: effort.transportRounds * max(1, largest / max(floats, 1)), bodies)
    }

    /// Receives values into one buffer and says so each time, until standard input ends.
    ///
    /// - Parameter endpoint: of whoever wants to know.
    package static func receive(floats: Int, answerTo endpoint: String) throws {
        let buffer = TensorBuffer(floatCount: floats)
        let answer = TensorBuffer(floatCount: 1)
        let messenger = try Messenger(Context(), listenAt: "tcp://127.0.0.1:*") { _, _, _ in }
        let transport = ZeroMQTransport(
            messenger, run: 1, epoch: 0,
            parts: [
                0: .receives(0, into: ReceiveBuffer(MutableTensorView(TensorType([floats]), buffer.floats))),
                1: .sends(1, to: messenger.connect(to: endpoint)),
            ])
        Thread.detachNewThread {
            let input = InputEnd()
            while !input.isReached { Thread.sleep(forTimeInterval: 0.1) }
            transport.cancel()
        }
        HelperProcess.announce(messenger.endpoint)
        while (try? transport.receive(0)) != nil {
            answer.floats[0] = buffer.floats[floats - 1]
            transport.grantCredit(0)
            guard (try? transport.awaitSent(1)) != nil else { return }
            guard (try? transport.send(1, MutableTensorView(.scalar, answer.floats).readOnly)) != nil else { return }
        }
    }
}

/// The sender's end of our transport.
private final class OwnLink {
    private let helper: HelperProcess
    private let transport: ZeroMQTransport
    private let answer = TensorBuffer(floatCount: 1)

    init(floats: Int) throws {
        let messenger = try Messenger(Context(), listenAt: "tcp://127.0.0.1:*") { _, _, _ in }
        helper = try HelperProcess(["receive", "--floats", "\(floats)", "--answer-to", messenger.endpoint])
        transport = ZeroMQTransport(
            messenger, run: 1, epoch: 0,
            parts: [
                0: .sends(0, to: messenger.connect(to: helper.announcement)),
                1: .receives(1, into: ReceiveBuffer(MutableTensorView(.scalar, answer.floats))),
            ])
    }

    /// Sends a value and waits until its receiver has all of it.
    func send(_ value: TensorView) throws {
        try transport.send(0, value)
        try transport.awaitSent(0)
        try transport.receive(1)
        guard answer.floats[0] == value.floats[value.floats.count - 1] else {
            throw BenchmarkError("what arrived is not what was sent")
        }
        transport.grantCredit(1)
    }
}
