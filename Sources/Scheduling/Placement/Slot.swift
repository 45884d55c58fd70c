internal import GraphModel

/// Where an instance stands in one expansion: the index of tables that are gone through often, and of no use elsewhere.
struct Slot: Hashable, Comparable, Sendable {
    let number: Int

    init(_ number: Int) {
        self.number = number
    }

    static func < (left: Slot, right: Slot) -> Bool { left.number < right.number }
}

extension Array {
    /// The entry of an instance in a table with one for each.
    subscript(_ slot: Slot) -> Element {
        get { self[slot.number] }
        _modify { yield &self[slot.number] }
    }
}

extension Expansion {
    func slot(_ id: ValueID) -> Slot? { position(of: id).map(Slot.init) }

    /// Of every instance.
    var allSlots: [Slot] { instances.indices.map { Slot($0) } }
}
