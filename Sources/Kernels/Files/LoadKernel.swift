internal import GraphModel
internal import TensorFiles
internal import Tensors

/// Reads its file when it runs, so that a value is in memory once.
final class LoadKernel: Kernel {
    private let kind: Load
    private let path: String
    private let files: GraphFiles

    init(_ kind: Load, _ context: KernelContext) {
        self.kind = kind
        path = instancePath(kind.path.value, axis: context.node.axis?.name, index: context.node.index)
        files = context.files
    }

    func run(_ inputs: KernelInputs, into output: MutableTensorView, iteration: Int) throws {
        let loaded = try files.image(path)
        let (tensor, isPicture) = (loaded.image, loaded.form.isPicture)
        guard (try? kind.image(of: tensor.type, isPicture: isPicture, path)) == output.type else {
            throw KernelError.file("\(path): it is \(tensor.type) now, but was \(output.type) when the run was planned")
        }
        tensor.withView { view in
            if kind.movesChannels(of: tensor.shape, isPicture: isPicture) {
                moveChannels(view, into: output)
            } else {
                output.copy(from: view)
            }
        }
        scale(output, loaded.form)
    }

    /// `… × H × W × C` to `… × C × H × W`.
    private func moveChannels(_ view: TensorView, into output: MutableTensorView) {
        let (channels, parts) = (output.shape[1], view.type.element.floats)
        let pixels = output.shape[2] * output.shape[3]
        for image in 0..<output.shape[0] {
            let start = image * channels * pixels * parts
            for channel in 0..<channels {
                for pixel in 0..<pixels {
                    for part in 0..<parts {
                        output.floats[start + (channel * pixels + pixel) * parts + part] =
                            view.floats[start + (pixel * channels + channel) * parts + part]
                    }
                }
            }
        }
    }

    /// Makes the numbers that stand for black and white 0 and 1.
    private func scale(_ output: MutableTensorView, _ form: ArrayForm) {
        switch kind.range?.value ?? .auto {
        case .unit: return
        case .between(let first, let last):
            let (black, span) = (Float(first), Float(last - first))
            // Of a picture the samples are meant, which are whole numbers.
            let white = form.isPicture ? form.white.map(Float.init) : nil
            for index in output.floats.indices {
                let value = output.floats[index]
                let sample = white.map { (value * $0).rounded() } ?? value
                output.floats[index] = (sample - black) / span
            }
        case .auto:
            guard kind.layout.value != .array, !form.isPicture, let white = form.white else { return }
            for index in output.floats.indices { output.floats[index] /= Float(white) }
        }
    }
}
