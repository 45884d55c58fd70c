internal import Foundation
internal import Messaging
internal import Synchronization

/// Does something once a second, on a thread of its own, so that whoever is busy still gives a sign of life.
final class Heartbeat: Sendable {
    private let isOver = Atomic<Bool>(false)

    init(_ beat: @escaping @Sendable () -> Void) {
        // Without one this program is taken for gone, and is told so.
        try? startThread("heartbeat") { [weak self] in
            while let self, !self.isOver.load(ordering: .relaxed) {
                beat()
                Thread.sleep(forTimeInterval: 1)
            }
        }
    }

    func stop() {
        isOver.store(true, ordering: .relaxed)
    }
}
