/// What a blur finds beyond the border of an image, by deepinv's names.
public enum BorderPadding: String, Hashable, Sendable, CaseIterable {
    /// The opposite border: the image is a torus.
    case circular
    /// Nothing is needed: only pixels whose whole neighbourhood is in the image are measured, so that a measurement is
    /// smaller than the image.
    case valid
    /// The mirror image about the outermost pixel, which is not repeated: `c b | a b c | b a`.
    case reflect
    /// The outermost pixel, over and over.
    case replicate
    /// Zeros.
    case constant
}

/// One axis of a blur: `y[i] = Σ_m weights[m] · x[i + m − before]`, where `x` goes on beyond its ends by a padding.
///
/// Convolution with a kernel of `taps` entries is this sum with the kernel turned around; its centre is entry `taps / 2`
/// of the kernel as given, also for even sizes, as in deepinv.
struct BlurAxis: Sendable {
    let padding: BorderPadding
    /// Values of the image along this axis.
    let count: Int
    /// Entries of the kernel.
    let taps: Int

    /// - Throws: ``ImagingError/kernelReach(_:taps:count:)`` where the kernel is too long for the image.
    init(_ padding: BorderPadding, count: Int, taps: Int) throws(ImagingError) {
        self.padding = padding
        self.count = count
        self.taps = taps
        let fits =
            switch padding {
            case .circular, .replicate, .constant: true
            case .valid: taps <= count
            case .reflect: taps / 2 < count
            }
        guard fits else { throw .kernelReach(padding, taps: taps, count: count) }
    }

    /// Values of the measurement.
    var measured: Int { padding == .valid ? count - taps + 1 : count }

    /// Values needed before the first.
    var before: Int { padding == .valid ? 0 : (taps - 1) / 2 }

    /// Values needed after the last.
    var after: Int { padding == .valid ? 0 : taps / 2 }

    /// The value of the image found at `position`, which may lie outside it; `nil` stands for 0.
    func source(_ position: Int) -> Int? {
        if (0..<count).contains(position) { return position }
        switch padding {
        case .circular: return position.modulo(count)
        case .replicate: return position < 0 ? 0 : count - 1
        case .reflect: return position < 0 ? -position : 2 * (count - 1) - position
        case .valid, .constant: return nil
        }
    }
}

extension Int {
    /// The remainder in `0..<period`.
    func modulo(_ period: Int) -> Int {
        let remainder = self % period
        return remainder < 0 ? remainder + period : remainder
    }
}
