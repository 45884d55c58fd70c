internal import GraphModel
internal import Tensors

extension WorkerDraft {
    private func count(_ slot: Slot) -> Int {
        switch slot {
        case .own(let instance), .staged(let instance): expansion.instances[instance].type.floatCount
        case .received(let number):
            expansion.instances[routes.deliveries[number].instance].type.cut(to: routes.deliveries[number].box)
                .floatCount
        case .packed(let parcel): stretches[parcel]?.count ?? 0
        }
    }

    /// Ranges of the arena for every slot. The steps of setup, loop and finish are one line of time, on which what the
    /// loop reads from before it lives to the end of the loop.
    func assignBuffers() -> ([Slot: BufferRange], Int) {
        let all = Phase.allCases.flatMap { steps[$0] ?? [] }
        let bodyStart = steps[.setup]?.count ?? 0
        let bodyEnd = bodyStart + (steps[.body]?.count ?? 0)
        var slots: [Slot] = []
        var lifetimes: [Slot: BufferAllocator.Lifetime] = [:]
        for (index, step) in all.enumerated() {
            for slot in reads(of: step) + [writes(of: step)].compactMap(\.self) {
                if var lifetime = lifetimes[slot] {
                    lifetime.last = index
                    if lifetime.first < bodyStart, index >= bodyStart { lifetime.last = max(index, bodyEnd) }
                    lifetimes[slot] = lifetime
                } else {
                    slots.append(slot)
                    lifetimes[slot] = BufferAllocator.Lifetime(count: count(slot), first: index, last: index)
                }
            }
        }
        for slot in slots {
            switch slot {
            case .received(let delivery):
                // Its sender may run ahead, so nothing else may use the buffer before.
                lifetimes[slot]?.first = 0
                guard routes.deliveries[delivery].phase != .setup else { continue }
                lifetimes[slot]?.last = all.count
            case .own(let instance) where expansion.instances[instance].isState:
                // A checkpoint reads it after the last step.
                lifetimes[slot]?.last = all.count
            default: break
            }
        }
        let (ranges, count) = BufferAllocator.assign(slots.compactMap { lifetimes[$0] })
        return (Dictionary(zip(slots, ranges), uniquingKeysWith: { first, _ in first }), count)
    }
}
