/// What the kernels of one worker share, made when first asked for. It stays on the worker's thread.
public final class SharedResources {
    private var resources: [String: AnyObject] = [:]
    /// For every file of weights the layers that each implementation computes.
    private var layers: [String: [String: Set<String>]] = [:]

    package init() {}

    /// The resource of that name and type, made by `make` the first time.
    ///
    /// Memory that instances share so is foretold where their ``Cost/sharedBytes`` has it, by the same name.
    public func resource<Resource: AnyObject>(_ name: String, make: () throws -> Resource) rethrows -> Resource {
        let key = "\(Resource.self) \(name)"
        if let known = resources[key] as? Resource { return known }
        let made = try make()
        resources[key] = made
        return made
    }

    /// Notes by which of a library's implementations the layers of a network are computed.
    ///
    /// - Parameters:
    ///   - implementations: The library's name of each, by the layer.
    ///   - weights: The file of the network's weights.
    package func note(_ implementations: [String: String], of weights: String) {
        for (layer, name) in implementations { layers[weights, default: [:]][name, default: []].insert(layer) }
    }

    /// For every file of weights the library's implementations and how many layers each computes. A layer counts for
    /// each that it has, as that may differ between the sizes of tiles.
    package var implementations: [String: [String: Int]] { layers.mapValues { $0.mapValues(\.count) } }
}
