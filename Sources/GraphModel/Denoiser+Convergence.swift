internal import Networks

extension Denoiser {
    /// The least noise level at which Plug-and-Play iterations with the bundled networks were seen to converge.
    static let leastConvergentSigma = 0.005

    /// What hangs on the denoiser in a loop, with its noise level, or that of a map where `sigma` is `nil`.
    ///
    /// Total variation is a proximal operator, so that a loop with it converges like gradient descent does. Of a network that
    /// can be told only of those whose Jacobian was looked at in training.
    func convergenceFactors(_ files: FileFacts, sigma: Setting<Double>?) -> [ConvergenceFactor] {
        guard let method = try? method(files) else { return [] }
        let name = sigma?.parameter ?? "sigma"
        let level = sigma.map { "\(name) \(plain($0.value))" }
        switch method {
        case .totalVariation:
            return (level.map { [ConvergenceFactor($0)] } ?? []) + [ConvergenceFactor("denoiser \(label)")]
        case .network(let network, let path):
            var factors: [ConvergenceFactor] = []
            let bundled = DenoiserChoice(weights: path)?.rawValue
            if let level, let sigma, network.takesNoiseLevel {
                factors.append(
                    ConvergenceFactor(
                        level, remedy: "a larger \(name)",
                        doubt: bundled.flatMap { doubt($0, level: sigma.value, name) }))
            }
            factors.append(
                ConvergenceFactor(
                    bundled.map { "denoiser \($0)" } ?? "weights \(label)", remedy: "another denoiser",
                    doubt: bundled == nil
                        ? "they are seen to with the bundled denoisers and total variation, but nobody has looked at "
                            + label : nil))
            return factors
        }
    }

    private func doubt(_ bundled: String, level: Double, _ name: String) -> String? {
        guard level < Denoiser.leastConvergentSigma else { return nil }
        return
            "\(name) \(plain(level)) is below \(plain(Denoiser.leastConvergentSigma)), from which on they are seen to "
            + "with \(bundled)"
    }
}
