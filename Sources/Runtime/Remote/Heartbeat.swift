internal import Foundation
internal import Synchronization

/// Does something once a second, on a thread of its own, so that whoever is busy still gives a sign of life.
final class Heartbeat: Sendable {
    private let isOver = Atomic<Bool>(false)

    init(_ beat: @escaping @Sendable () -> Void) {
        let thread = Thread { [weak self] in
            while let self, !self.isOver.load(ordering: .relaxed) {
                beat()
                Thread.sleep(forTimeInterval: 1)
            }
        }
        thread.name = "heartbeat"
        thread.start()
    }

    func stop() {
        isOver.store(true, ordering: .relaxed)
    }
}
