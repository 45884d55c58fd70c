internal import GraphModel
internal import Networks
internal import Tensors

extension Denoiser {
    /// The least noise level at which Plug-and-Play iterations with the bundled networks were seen to converge.
    static let leastConvergentSigma = 0.014

    /// What hangs on the denoiser in a loop, with its noise level, or that of a map where `sigma` is `nil`.
    ///
    /// Total variation is a proximal operator, so that a loop with it converges like gradient descent does. Of a network that
    /// can be told only where its Jacobian was looked at in training.
    ///
    /// - Parameter image: The shape of what is denoised.
    func convergenceFactors(
        for image: Shape, _ files: FileFacts, sigma: Setting<Double>?
    ) -> [ConvergenceFactor] {
        guard let method = try? method(for: image, files) else { return [] }
        let parameter = sigma?.parameter ?? "sigma"
        let level = sigma.map { "\(parameter) \(plain($0.value))" }
        guard case .network(let network, let path) = method else {
            return (level.map { [ConvergenceFactor($0)] } ?? [])
                + [ConvergenceFactor("denoiser \(resolved(for: image).name.value.rawValue)")]
        }
        let bundled = DenoiserChoice(weights: path)?.rawValue
        var factors: [ConvergenceFactor] = []
        if let level, let sigma, network.takesNoiseLevel {
            let doubt = bundled.flatMap { bundled in
                sigma.value < Denoiser.leastConvergentSigma
                    ? "\(level) is below \(plain(Denoiser.leastConvergentSigma)), down to which it is for \(bundled)"
                    : nil
            }
            factors.append(ConvergenceFactor(level, remedy: "a larger \(parameter)", doubt: doubt))
        }
        if let bundled {
            factors.append(ConvergenceFactor("denoiser \(bundled)", remedy: "another denoiser"))
        } else {
            factors.append(
                ConvergenceFactor(
                    "weights \(label)", remedy: "another denoiser",
                    doubt: "nobody has looked at \(label), as is done for the bundled denoisers and total variation"))
        }
        return factors
    }
}
