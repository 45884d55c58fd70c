internal import Tensors

extension Tensor {
    /// The luma of a colour image `1 × 3 × H × W` (ITU-R BT.601), of 8 bits as in files: `1 × 1 × H × W`.
    var luma: Tensor {
        let pixels = shape[2] * shape[3]
        let values = (0..<pixels).map { pixel in
            let luma =
                0.299 * self.values[pixel] + 0.587 * self.values[pixels + pixel]
                + 0.114 * self.values[2 * pixels + pixel]
            return (luma * 255).rounded() / 255
        }
        return Tensor([1, 1, shape[2], shape[3]], values)
    }
}
