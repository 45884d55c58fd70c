internal import GraphModel
internal import Tensors

extension WorkerDraft {
    private func count(_ place: Place) -> Int {
        switch place {
        case .own(let slot), .staged(let slot), .part(let slot, _): expansion.instances[slot].type.floatCount
        case .received(let number):
            expansion.instances[routes.deliveries[number].instance].type.cut(to: routes.deliveries[number].box)
                .floatCount
        case .packed(let parcel): stretches[parcel]?.count ?? 0
        }
    }

    /// What a step uses, each with a range of its own.
    private func places(_ step: Step<Place>) -> [Place] {
        var places = step.reads.map(\.whole)
        if let written = step.writes { places.append(written) }
        if case .receive(let transfer) = step {
            places.append(.received(routes.parcels[transfer.number].delivery))
        }
        return places
    }

    /// Ranges of the arena for every place. The steps of setup, loop and finish are one line of time, on which what the
    /// loop reads from before it lives to the end of the loop.
    func assignBuffers() -> ([Place: BufferRange], Int) {
        let all = Phase.allCases.flatMap { steps[$0] ?? [] }
        let bodyStart = steps[.setup]?.count ?? 0
        let bodyEnd = bodyStart + (steps[.body]?.count ?? 0)
        var places: [Place] = []
        var lifetimes: [Place: BufferAllocator.Lifetime] = [:]
        for (index, step) in all.enumerated() {
            for place in self.places(step) {
                if var lifetime = lifetimes[place] {
                    lifetime.last = index
                    if lifetime.first < bodyStart, index >= bodyStart { lifetime.last = max(index, bodyEnd) }
                    lifetimes[place] = lifetime
                } else {
                    places.append(place)
                    lifetimes[place] = BufferAllocator.Lifetime(count: count(place), first: index, last: index)
                }
            }
        }
        for place in places {
            switch place {
            case .received(let delivery):
                // Its sender may run ahead, so nothing else may use the buffer before.
                lifetimes[place]?.first = 0
                guard routes.deliveries[delivery].phase != .setup else { continue }
                lifetimes[place]?.last = all.count
            case .own(let slot) where expansion.instances[slot].isState:
                // A checkpoint reads it after the last step.
                lifetimes[place]?.last = all.count
            default: break
            }
        }
        let (ranges, count) = BufferAllocator.assign(places.compactMap { lifetimes[$0] })
        return (Dictionary(zip(places, ranges), uniquingKeysWith: { first, _ in first }), count)
    }
}
