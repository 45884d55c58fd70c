internal import GraphModel
internal import Imaging
internal import Kernels
internal import Pictures
internal import Runtime
internal import TensorFiles
internal import Tensors

/// What a run keeps and shows: every output as an array, images as PNG, and pictures of how it went.
///
/// Two names of outputs have a meaning: `truth` and `measurement` are shown beside the result, and are not written.
struct RunPictures {
    private static let shownOnly: Set<String> = ["truth", "measurement"]

    private let result: RunResult
    private let expansion: Expansion
    private let records: [IterationRecord]

    init(_ result: RunResult, _ expansion: Expansion, _ records: [IterationRecord]) {
        self.result = result
        self.expansion = expansion
        self.records = records.filter { $0.iteration > 0 }
    }

    /// The outputs that are written: the name of each value's files, without their endings, and what yields it.
    static func outputs(_ expansion: Expansion) -> [(file: String, instance: Instance)] {
        expansion.graph.outputs.keys.sorted().filter { !shownOnly.contains($0) }.flatMap { name in
            let instances = expansion.output(name) ?? []
            return instances.enumerated().map { index, instance in
                (file: instances.count == 1 ? name : "\(name)-\(index)", instance: instance)
            }
        }
    }

    /// Writes every output as an array.
    func writeArrays(to folder: RunFolder, _ files: inout SavedFiles) {
        for output in RunPictures.outputs(expansion) {
            guard let value = result.kept[output.instance.id] else { continue }
            files.write("\(output.file).npy") { try NPY.write(value, to: "\(folder.path)/\(output.file).npy") }
        }
    }

    /// Writes images as PNG, and the pictures of how the run went.
    func writePictures(to folder: RunFolder, _ files: inout SavedFiles) {
        for output in RunPictures.outputs(expansion) {
            guard let value = result.kept[output.instance.id] else { continue }
            for (name, picture) in RunPictures.pictures(of: value, output.file) {
                files.write(name) { try PNG.write(picture, to: "\(folder.path)/\(name)", bitDepth: .eight) }
            }
        }
        if let comparison {
            files.write("comparison.png") { try folder.write("comparison.png", comparison.png()) }
        }
        if let convergence {
            files.write("convergence.png") { try folder.write("convergence.png", convergence.png()) }
        }
    }

    /// An image as it is, a complex one by magnitude and phase; nothing of what is no image.
    private static func pictures(of value: Tensor, _ file: String) -> [(name: String, picture: Tensor)] {
        if value.type.isPicture { return [("\(file).png", value)] }
        guard value.type.isComplexPicture else { return [] }
        return [("\(file).png", value.magnitudePicture), ("\(file)-phase.png", value.phasePicture)]
    }

    /// What the pictures do not show of the values that are kept, if they do not show all.
    static func clipping(_ result: RunResult, _ expansion: Expansion) -> String? {
        let clipped = outputs(expansion).compactMap { file, instance -> String? in
            guard let value = result.kept[instance.id], value.type.isPicture else { return nil }
            return value.clipped(bitDepth: .eight).map { "\(file).png (\($0))" }
        }
        guard !clipped.isEmpty else { return nil }
        let others = clipped.count > 3 ? " and \(clipped.count - 3) more" : ""
        return "values outside of [0, 1] are clipped in \(clipped.prefix(3).joined(separator: ", "))\(others); "
            + "\(clipped.count == 1 ? "the .npy file of that name has" : "the .npy files of these names have") them all"
    }

    /// What of the values that are kept is no number, or infinite, if any is.
    static func lost(_ result: RunResult, _ expansion: Expansion) -> String? {
        let lost = outputs(expansion).compactMap { file, instance in
            result.kept[instance.id]?.notFinite.map { "\(file).npy (\($0))" }
        }
        guard !lost.isEmpty else { return nil }
        let others = lost.count > 3 ? " and \(lost.count - 3) more" : ""
        return
            "\(lost.prefix(3).joined(separator: ", "))\(others): values that are not finite came out of finite ones; "
            + "scale what the graph reads into [0, 1], or give another denoiser or weights"
    }

    /// Truth, first measurement and result, each with its PSNR where the truth is known.
    private var comparison: Comparison? {
        guard let image = RunPictures.first("result", result, expansion), image.type.isPicture else { return nil }
        let truth = RunPictures.first("truth", result, expansion)
        var panels: [ComparisonPanel] = []
        if let truth, truth.type.isPicture { panels.append(ComparisonPanel(title: "truth", image: truth)) }
        if let measurement = RunPictures.first("measurement", result, expansion), measurement.type.isPicture {
            let many = (expansion.output("measurement")?.count ?? 1) > 1
            panels.append(
                ComparisonPanel(
                    title: many ? "measurement 0" : "measurement", image: measurement,
                    psnr: RunPictures.psnr(measurement, truth)))
        }
        panels.append(ComparisonPanel(title: "result", image: image, psnr: RunPictures.psnr(image, truth)))
        return Comparison(panels)
    }

    private var convergence: ConvergencePlot? {
        func series(_ kind: any NodeKind.Type) -> [Double]? {
            let instance = expansion.graph.metrics.compactMap { expansion.instances(of: $0).first }.first { instance in
                guard instance.phase == .body, case .compute(let own, _, _) = instance.content else { return false }
                return type(of: own).name == kind.name
            }
            return instance.map { instance in records.map { Double($0.metrics[instance.id] ?? .nan) } }
        }
        let psnr = series(PSNR.self)
        let residual = series(RelativeChange.self)
        guard psnr != nil || residual != nil, !records.isEmpty else { return nil }
        return ConvergencePlot(title: expansion.graph.name, psnr: psnr, residual: residual)
    }

    /// What is said at the end of a run.
    static func summary(_ result: RunResult, _ expansion: Expansion) -> [String] {
        let clipping = [clipping(result, expansion)].compactMap { $0 }
        guard let image = first("result", result, expansion), let truth = first("truth", result, expansion),
            let own = psnr(image, truth)
        else { return clipping }
        let measured = (expansion.output("measurement") ?? []).compactMap { instance in
            result.kept[instance.id].flatMap { psnr($0, truth) }.map { "\(decimals($0, 2))" }
        }
        let beside = measured.isEmpty ? "" : "; the measurements have \(measured.joined(separator: ", ")) dB"
        return ["result: \(decimals(own, 2)) dB\(beside)"] + clipping
    }

    private static func first(_ name: String, _ result: RunResult, _ expansion: Expansion) -> Tensor? {
        expansion.output(name)?.first.flatMap { result.kept[$0.id] }
    }

    private static func psnr(_ image: Tensor, _ truth: Tensor?) -> Double? {
        guard let truth, truth.type == image.type else { return nil }
        return image.withView { image in truth.withView { Metrics.psnr(image, reference: $0) } }
    }
}

extension Tensor {
    /// How many of its values are not finite, if any is: `123 of 4096 values`.
    var notFinite: String? {
        let count = withView { view in view.floats.reduce(0) { $0 + ($1.isFinite ? 0 : 1) } }
        return count == 0 ? nil : "\(count) of \(counted(type.floatCount, "value"))"
    }

    /// How many of its values a picture does not show, as it has none beyond 0 and 1 to rounding: `123 values, 4.1 %`.
    func clipped(bitDepth: PNG.BitDepth) -> String? {
        let half = 0.5 / Float(bitDepth.white)
        // Written so that NaN counts.
        let count = withView { view in view.floats.reduce(0) { $0 + ($1 >= -half && $1 <= 1 + half ? 0 : 1) } }
        guard count > 0 else { return nil }
        let percent = 100 * Double(count) / Double(shape.count)
        let share = percent < 0.01 ? "less than 0.01" : decimals(percent, percent < 1 ? 2 : 1)
        return "\(counted(count, "value")), \(share) %"
    }
}

extension TensorType {
    /// Whether it is one gray or colour image, `1 × C × H × W`.
    var isPicture: Bool {
        element == .float32 && shape.rank == 4 && shape[0] == 1 && [1, 3].contains(shape[1]) && shape.count > 0
    }
}
