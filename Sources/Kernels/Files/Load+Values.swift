public import GraphModel
internal import Tensors

extension Load {
    public func valueRemark(_ context: NodeContext) -> ValueRemark? {
        let file = filePath(context)
        guard let reference = self.file(context), let contents = context.files.contents(of: reference),
            let values = contents.values ?? (contents.isPicture ? .anyPicture : nil),
            values.minimum != 0 || values.maximum != 0, (try? context.files.type(of: reference))?.element == .float32
        else { return nil }
        switch range?.value ?? .auto {
        case .unit: return nil
        case .between(let first, let last):
            // Of a picture, samples are meant.
            let factor = contents.isPicture ? Double(contents.white ?? 1) : 1
            return remark(file, values.scaled(by: factor), first, last)
        case .auto:
            guard layout.value != .array, !contents.isPicture else { return nil }
            if let white = contents.white { return remark(file, values, 0, Double(white)) }
        }
        let isFar = values.minimum < -10 || values.maximum > 10
        guard isFar || values.strays > 0.01 else { return nil }
        return ValueRemark(
            message: "\(file): its values go from \(values.extent), and images from 0 to 1; "
                + "\(asking(for: values.likelyRange)) scales them (\(asking(for: .unit)) takes them as they are)",
            misleadsDenoisers: isFar)
    }

    /// Of values that are scaled to [0, 1]: an image so dark, or so far beyond white, that the range is hardly right.
    private func remark(_ file: String, _ values: ValueSummary, _ first: Double, _ last: Double) -> ValueRemark? {
        let (darkest, brightest, span) = (values.minimum - first, values.maximum - first, last - first)
        // 12 bits in numbers of 16 fill a sixteenth of them.
        let isBlack = darkest >= 0 && brightest < 0.065 * span
        guard isBlack || brightest > 10 * span || darkest < -10 * span else { return nil }
        return ValueRemark(
            message: "\(file): its values go from \(values.extent), so in the range "
                + "\(ValueRange.between(first, last)) they are \(isBlack ? "nearly black" : "no image"); "
                + "\(asking(for: values.likelyRange)) may be meant")
    }

    private func asking(for range: ValueRange) -> String {
        self.range?.parameter.map { "--set \($0)=\(range)" } ?? "'range' \(range)"
    }
}

extension ValueSummary {
    /// What stands for black and white in them, by guess.
    fileprivate var likelyRange: ValueRange {
        // Noise goes a little beyond black and white, which are where they would be without it.
        let usual = [255.0, 1023, 4095, 16383, 65535].first { maximum <= 1.15 * $0 }
        if maximum > 10, let usual, minimum >= -0.15 * usual { return .between(0, usual) }
        guard minimum >= 0 else { return .between(minimum.rounded(.down), max(maximum.rounded(.up), 1)) }
        return .between(0, max(maximum.rounded(.up), 1))
    }

    /// Of a picture that nobody has looked at.
    fileprivate static let anyPicture = ValueSummary(minimum: 0, maximum: 1, sum: 0, strays: 0)

    fileprivate func scaled(by factor: Double) -> ValueSummary {
        ValueSummary(minimum: minimum * factor, maximum: maximum * factor, sum: sum * factor, strays: strays)
    }
}
