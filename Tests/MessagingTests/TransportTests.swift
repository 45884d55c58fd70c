import Foundation
import Messaging
import Synchronization
import Tensors
import TestSupport
import Testing

/// Two workers with some transfers between them, by either transport.
final class Link: Sendable {
    enum Sort: String, CaseIterable, Sendable { case inProcess, tcp, keyed, ipc }

    let sender: any Transport
    let receiver: any Transport
    private let offices: [Messenger]

    /// - Parameter buffers: The receiver's, one a transfer.
    init(_ sort: Sort, _ buffers: [MutableTensorView]) throws {
        guard sort != .inProcess else {
            let transport = InProcessTransport(targets: buffers.map(ReceiveBuffer.init))
            (sender, receiver, offices) = (transport, transport, [])
            return
        }
        let context = try Context()
        let endpoint =
            sort == .ipc ? "ipc:///tmp/graphrun-\(UUID().uuidString.prefix(8))" : "tcp://127.0.0.1:*"
        let keys = sort == .keyed ? try KeyPair() : nil
        let receiving = try Messenger(context, listenAt: endpoint, keys: keys) { _, _, _ in }
        let sending = try Messenger(context, listenAt: nil) { _, _, _ in }
        let peer = sending.connect(to: receiving.endpoint, key: keys?.publicKey)
        let receiver = ZeroMQTransport(
            receiving, run: 5, epoch: 1,
            parts: Dictionary(
                uniqueKeysWithValues: buffers.enumerated().map {
                    ($0, .receives(UInt32(10 + $0), into: ReceiveBuffer($1)))
                }
            ))
        let sender = ZeroMQTransport(
            sending, run: 5, epoch: 1,
            parts: Dictionary(
                uniqueKeysWithValues: buffers.indices.map { ($0, .sends(UInt32(10 + $0), to: peer)) }))
        (self.sender, self.receiver, offices) = (sender, receiver, [receiving, sending])
    }
}

@Suite("Transports", .timeLimit(.minutes(15)))
struct TransportTests {
    @Test("values arrive in order, each in its buffer", arguments: Link.Sort.allCases)
    func values(_ sort: Link.Sort) throws {
        let types = [TensorType([3]), .scalar, TensorType([2, 50_000], .complex64), TensorType([0])]
        let buffers = types.map { TensorBuffer(floatCount: $0.floatCount) }
        let link = try Link(sort, zip(types, buffers).map { MutableTensorView($0, $1.floats) })
        let rounds = 30
        let done = DispatchGroup()
        DispatchQueue.global().async(group: done) {
            for round in 0..<rounds {
                for (transfer, type) in types.enumerated() {
                    let value = Tensor.random(type.shape, element: type.element, seed: UInt64(round * 10 + transfer))
                    try? value.withView {
                        try link.sender.send(transfer, $0)
                        try link.sender.awaitSent(transfer)
                    }
                }
            }
        }
        for round in 0..<rounds {
            for (transfer, type) in types.enumerated().reversed() {
                try link.receiver.receive(transfer)
                let expected = Tensor.random(type.shape, element: type.element, seed: UInt64(round * 10 + transfer))
                #expect(Array(buffers[transfer].floats) == expected.values)
                link.receiver.grantCredit(transfer)
            }
        }
        done.wait()
    }

    @Test("a value in several parts arrives whole", arguments: Link.Sort.allCases)
    func parts(_ sort: Link.Sort) throws {
        let type = TensorType([3, 3_000_000])  // 36 MB
        let buffer = TensorBuffer(floatCount: type.floatCount)
        let link = try Link(sort, [MutableTensorView(type, buffer.floats)])
        var value = Tensor(type)
        value.withMutableView { view in for i in view.floats.indices { view.floats[i] = Float(i % 9_999_991) } }
        try value.withView { try link.sender.send(0, $0) }
        try link.receiver.receive(0)
        try link.sender.awaitSent(0)
        #expect(Array(buffer.floats) == value.values)
    }

    @Test("a sender waits for its receiver's release", arguments: Link.Sort.allCases)
    func backPressure(_ sort: Link.Sort) throws {
        let buffer = TensorBuffer(floatCount: 1)
        let link = try Link(sort, [MutableTensorView(.scalar, buffer.floats)])
        let sent = Atomic<Int>(0)
        let done = DispatchGroup()
        DispatchQueue.global().async(group: done) {
            for round in 0..<3 {
                try? Tensor([], [Float(round)]).withView {
                    try link.sender.send(0, $0)
                    try link.sender.awaitSent(0)
                }
                sent.add(1, ordering: .relaxed)
            }
        }
        for round in 0..<3 {
            try link.receiver.receive(0)
            Thread.sleep(forTimeInterval: 0.03)
            #expect(sent.load(ordering: .relaxed) <= round + 1)
            #expect(buffer.floats[0] == Float(round))
            link.receiver.grantCredit(0)
        }
        done.wait()
        #expect(sent.load(ordering: .relaxed) == 3)
    }

    @Test("a release that waits for what is sent next leaves with it", arguments: Link.Sort.allCases)
    func releaseWithNextSend(_ sort: Link.Sort) throws {
        let buffers = [TensorBuffer(floatCount: 1), TensorBuffer(floatCount: 1)]
        let link = try Link(sort, buffers.map { MutableTensorView(.scalar, $0.floats) })
        for round in 0..<50 {
            try Tensor([], [Float(round)]).withView { value in
                for transfer in 0..<2 {
                    try link.sender.send(transfer, value)
                    try link.sender.awaitSent(transfer)
                    try link.receiver.receive(transfer)
                    #expect(buffers[transfer].floats[0] == Float(round))
                    // The first release leaves with the second, which is a message as any other.
                    link.receiver.grantCredit(transfer, withNextSend: transfer == 0)
                }
            }
        }
    }

    @Test("cancelling ends all waiting", arguments: Link.Sort.allCases)
    func cancel(_ sort: Link.Sort) throws {
        let buffer = TensorBuffer(floatCount: 1)
        let link = try Link(sort, [MutableTensorView(.scalar, buffer.floats)])
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { link.receiver.cancel() }
        #expect(throws: MessagingError.cancelled) { try link.receiver.receive(0) }
        link.sender.cancel()
        #expect(throws: MessagingError.cancelled) { try Tensor([], [1]).withView { try link.sender.send(0, $0) } }
    }
}
