internal import GraphModel
internal import Imaging
internal import Tensors

extension Inpainting: ImplementedMap {
    func makeOperator(_ domain: TensorType, _ context: KernelContext) throws -> any LinearOperator {
        let values: Tensor
        switch mask {
        case .file(let path):
            let file = instancePath(path.value, axis: context.node.axis?.name, index: context.node.index)
            values = try context.files.tensor(file)
        case .random(let share, let pixelwise, let seed):
            // Keyed by the seed and the instance alone, so that every node that names the mask has the same.
            values = try InpaintingOperator.randomMask(
                keeping: share, pixelwise: pixelwise, shape: domain.shape, seed: UInt64(max(seed.value, 0)),
                instance: context.node.index)
        }
        return try InpaintingOperator(mask: values, shape: domain.shape)
    }
}
