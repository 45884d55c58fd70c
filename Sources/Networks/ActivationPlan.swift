/// The steps of inference at one size, and the memory of its activations, reused between layers.
package struct ActivationPlan: Sendable {
    /// What stands in a buffer: channels rounded up to whole blocks.
    package struct Activation: Hashable, Sendable {
        package let buffer: Int
        package let channels: Int
        package let height: Int
        package let width: Int
    }

    package enum Step: Hashable, Sendable {
        /// Unshuffles the image and, where the network takes it, appends the noise level.
        case pack(factor: Int, appendsNoiseLevel: Bool, into: Activation)
        /// A convolution; with `sums`, added to what `into` holds.
        case convolve(Convolution, transposed: Bool, from: Activation, into: Activation, sums: Bool)
        case add(Activation, Activation, into: Activation)
        /// Shuffles the result into the image.
        case unpack(factor: Int, from: Activation)
    }

    package private(set) var steps: [Step] = []
    /// Floats of every buffer.
    package private(set) var buffers: [Int] = []

    private let batch: Int
    private let block: Int
    private var held: [Int: Int] = [:]

    /// - Parameters:
    ///   - height: A multiple of the network's stride, as `width`.
    ///   - block: Channels that stand together in memory.
    /// - Throws: ``NetworkError/layers(_:)`` where the layers are in an order that cannot be run.
    package init(_ network: Network, batch: Int, height: Int, width: Int, block: Int) throws(NetworkError) {
        self.batch = batch
        self.block = block
        let stride = network.stride
        guard height > 0, width > 0, height % stride == 0, width % stride == 0 else {
            throw .layers("\(height) × \(width) is no multiple of its stride \(stride)")
        }
        try write(network, height: height, width: width)
    }

    private mutating func write(_ network: Network, height: Int, width: Int) throws(NetworkError) {
        var layers = network.layers[...]
        var inFactor = 1
        if case .pixelUnshuffle(let factor)? = layers.first {
            inFactor = factor
            layers = layers.dropFirst()
        }
        var appendsNoiseLevel = false
        if case .appendNoiseLevel? = layers.first {
            appendsNoiseLevel = true
            layers = layers.dropFirst()
        }
        var outFactor = 1
        if case .pixelShuffle(let factor)? = layers.last {
            outFactor = factor
            layers = layers.dropLast()
        }

        var current = allocate(
            network.imageChannels * inFactor * inFactor + (appendsNoiseLevel ? 1 : 0), height / inFactor,
            width / inFactor)
        steps.append(.pack(factor: inFactor, appendsNoiseLevel: appendsNoiseLevel, into: current))
        var slots: [Int: Activation] = [:]
        while let layer = layers.popFirst() {
            switch layer {
            case .save(let slot):
                if let old = slots.updateValue(current, forKey: slot) { release(old) }
                retain(current)
            case .add(let slot):
                guard let other = slots[slot] else { throw .layers("slot \(slot) is added before it is saved") }
                current = add(current, other)
                drop(slot, unlessIn: layers, &slots)
            case .convolution(let convolution):
                let next = layers.first
                current = convolve(convolution, false, current, next, layers.dropFirst(), &slots)
                if case .convolve(_, _, _, _, true)? = steps.last { layers = layers.dropFirst() }
            case .transposedConvolution(let convolution):
                current = convolve(convolution, true, current, nil, layers, &slots)
            case .pixelUnshuffle, .appendNoiseLevel, .pixelShuffle:
                throw .layers("pixels are shuffled, and the noise level appended, at the ends only")
            }
        }
        steps.append(.unpack(factor: outFactor, from: current))
    }

    /// A convolution into a buffer of its own, or into the one that a following `add` would add to it, where nobody
    /// needs that any more.
    private mutating func convolve(
        _ convolution: Convolution, _ transposed: Bool, _ source: Activation, _ next: Layer?,
        _ rest: ArraySlice<Layer>, _ slots: inout [Int: Activation]
    ) -> Activation {
        let height = transposed ? source.height * convolution.stride : source.height / convolution.stride
        let width = transposed ? source.width * convolution.stride : source.width / convolution.stride
        if !convolution.relu, case .add(let slot)? = next, let target = slots[slot], target.buffer != source.buffer,
            held[target.buffer] == 1, target.channels == rounded(convolution.outputChannels),
            target.height == height, target.width == width, !isAdded(slot, in: rest)
        {
            steps.append(.convolve(convolution, transposed: transposed, from: source, into: target, sums: true))
            release(source)
            slots[slot] = nil
            return target
        }
        let target = allocate(convolution.outputChannels, height, width)
        steps.append(.convolve(convolution, transposed: transposed, from: source, into: target, sums: false))
        release(source)
        return target
    }

    private mutating func add(_ own: Activation, _ other: Activation) -> Activation {
        guard held[own.buffer] != 1 else {
            steps.append(.add(own, other, into: own))
            return own
        }
        let target = allocate(own.channels, own.height, own.width)
        steps.append(.add(own, other, into: target))
        release(own)
        return target
    }

    /// Forgets a slot that no later layer adds before it is saved again.
    private mutating func drop(_ slot: Int, unlessIn layers: ArraySlice<Layer>, _ slots: inout [Int: Activation]) {
        guard !isAdded(slot, in: layers), let kept = slots.removeValue(forKey: slot) else { return }
        release(kept)
    }

    private func isAdded(_ slot: Int, in layers: ArraySlice<Layer>) -> Bool {
        for layer in layers {
            if layer == .save(slot: slot) { return false }
            if layer == .add(slot: slot) { return true }
        }
        return false
    }

    // MARK: Buffers

    private func rounded(_ channels: Int) -> Int {
        (channels + block - 1) / block * block
    }

    /// The free buffer that fits best, or a new one; the network's current value holds it.
    private mutating func allocate(_ channels: Int, _ height: Int, _ width: Int) -> Activation {
        let size = batch * rounded(channels) * height * width
        let free = buffers.indices.filter { (held[$0] ?? 0) == 0 }
        let fitting = free.filter { buffers[$0] >= size }.min { buffers[$0] < buffers[$1] }
        let chosen = fitting ?? free.max { buffers[$0] < buffers[$1] } ?? buffers.count
        if chosen == buffers.count { buffers.append(0) }
        buffers[chosen] = max(buffers[chosen], size)
        held[chosen] = 1
        return Activation(buffer: chosen, channels: rounded(channels), height: height, width: width)
    }

    private mutating func retain(_ activation: Activation) {
        held[activation.buffer, default: 0] += 1
    }

    private mutating func release(_ activation: Activation) {
        held[activation.buffer, default: 0] -= 1
    }
}
