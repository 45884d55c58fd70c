internal import GraphModel
internal import Imaging
internal import Tensors

final class CropKernel: Kernel {
    private let copy: TileCopy

    init(_ kind: Crop, _ context: KernelContext) throws {
        copy = TileCopy(try context.node.tiling(), index: context.node.index, imageBox: context.box(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        copy.crop(inputs[0], into: output)
    }
}

final class TrimKernel: Kernel {
    private let copy: TileCopy

    init(_ kind: Trim, _ context: KernelContext) throws {
        copy = TileCopy(try context.node.tiling(), index: context.node.index, windowBox: context.box(0))
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        copy.trim(inputs[0], into: output)
    }
}

final class BlendKernel: Kernel {
    private let copies: [TileCopy]
    private let averages: Bool

    init(_ kind: Blend, _ context: KernelContext) throws {
        let tiling = try context.node.gatheredTiling()
        copies = (0..<tiling.count).map { TileCopy(tiling, index: $0) }
        averages = tiling.mode == .blend
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        if averages { output.fill(0) }
        for (copy, window) in zip(copies, inputs.all(0)) {
            if averages {
                copy.accumulate(window, into: output)
            } else {
                copy.paste(window, into: output)
            }
        }
    }
}

final class AssembleKernel: Kernel {
    private let copies: [TileCopy]

    init(_ kind: Assemble, _ context: KernelContext) throws {
        let tiling = try context.node.gatheredTiling()
        copies = (0..<tiling.count).map { TileCopy(tiling, index: $0) }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        for (copy, inner) in zip(copies, inputs.all(0)) { copy.place(inner, into: output) }
    }
}

/// Fills the window of a tile from the inner parts of its neighbours.
final class HaloExchangeKernel: Kernel {
    private let copies: [WindowPart]

    init(_ kind: HaloExchange, _ context: KernelContext) throws {
        let tiling = try context.node.tiling()
        copies = context.node.neighbours.enumerated().map { value, neighbour in
            WindowPart(tiling, window: context.node.index, inner: neighbour, box: context.box(0, value: value))
        }
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) {
        for (copy, inner) in zip(copies, inputs.all(0)) { copy.fill(from: inner, into: output) }
    }
}
