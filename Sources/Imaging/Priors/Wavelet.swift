/// An orthogonal wavelet: Haar's, or one of Daubechies' with as many vanishing moments as its number says and twice as
/// many taps (Daubechies, "Ten lectures on wavelets", 1992, section 6.4).
public enum Wavelet: String, Hashable, Sendable, CaseIterable, Codable {
    case haar
    case db2
    case db3
    case db4
    case db5
    case db6
    case db7
    case db8
    case db9
    case db10

    /// The low-pass filter of the analysis in the order of PyWavelets' `dec_lo`: its taps add up to √2, their squares to 1.
    package var lowPass: [Double] {
        switch self {
        case .haar:
            [
                0.7071067811865476, 0.7071067811865476,
            ]
        case .db2:
            [
                -0.12940952255126037, 0.2241438680420134, 0.8365163037378079, 0.48296291314453416,
            ]
        case .db3:
            [
                0.03522629188570953, -0.08544127388202666, -0.13501102001025458, 0.45987750211849154,
                0.8068915093110925, 0.33267055295008263,
            ]
        case .db4:
            [
                -0.010597401785069032, 0.0328830116668852, 0.030841381835560764, -0.18703481171909309,
                -0.027983769416859854, 0.6308807679298589, 0.7148465705529157, 0.2303778133088965,
            ]
        case .db5:
            [
                0.0033357252854737712, -0.012580751999081999, -0.006241490212798274, 0.07757149384004572,
                -0.032244869584638375, -0.24229488706638203, 0.13842814590132074, 0.7243085284377729,
                0.6038292697971896, 0.16010239797419293,
            ]
        case .db6:
            [
                -0.0010773010853084796, 0.004777257510945511, 0.0005538422011614961, -0.03158203931748603,
                0.027522865530305727, 0.09750160558732304, -0.12976686756726194, -0.22626469396543983,
                0.31525035170919763, 0.7511339080210954, 0.49462389039845306, 0.11154074335010947,
            ]
        case .db7:
            [
                0.00035371379997452024, -0.0018016407040474908, 0.0004295779729213665, 0.01255099855609984,
                -0.01657454163066688, -0.03802993693501441, 0.08061260915108308, 0.07130921926683026,
                -0.22403618499387498, -0.14390600392856498, 0.4697822874051931, 0.7291320908462351,
                0.3965393194819173, 0.07785205408500918,
            ]
        case .db8:
            [
                -0.00011747678412476953, 0.0006754494064505693, -0.00039174037337694705, -0.004870352993451574,
                0.008746094047405777, 0.013981027917398282, -0.044088253930794755, -0.017369301001807547,
                0.12874742662047847, 0.0004724845739132828, -0.2840155429615469, -0.015829105256349306,
                0.5853546836542067, 0.6756307362972898, 0.31287159091429995, 0.05441584224310401,
            ]
        case .db9:
            [
                3.93473203162716e-05, -0.0002519631889427101, 0.00023038576352319597, 0.0018476468830562265,
                -0.00428150368246343, -0.004723204757751397, 0.022361662123679096, 0.00025094711483145197,
                -0.06763282906132997, 0.03072568147933338, 0.14854074933810638, -0.09684078322297646,
                -0.2932737832791749, 0.13319738582500756, 0.6572880780513005, 0.6048231236901112,
                0.24383467461259034, 0.038077947363878345,
            ]
        case .db10:
            [
                -1.3264202894521244e-05, 9.358867032006959e-05, -0.00011646685512928545, -0.0006858566949597116,
                0.001992405295185056, 0.001395351747052901, -0.010733175483330575, 0.0036065535669561697,
                0.033212674059341, -0.029457536821875813, -0.07139414716639708, 0.09305736460357235,
                0.12736934033579325, -0.19594627437737705, -0.24984642432731538, 0.2811723436605775,
                0.6884590394536035, 0.5272011889317256, 0.1881768000776915, 0.026670057900555554,
            ]
        }
    }

    /// The high-pass filter, the low-pass one turned round with every other sign changed: PyWavelets' `dec_hi`.
    package var highPass: [Double] {
        lowPass.reversed().enumerated().map { $0.isMultiple(of: 2) ? -$1 : $1 }
    }

    /// The most levels that divide both sides of an image into whole numbers of pixels each time.
    ///
    /// - Parameter sides: Height and width, above 0.
    package static func deepestPeriodic(_ sides: [Int]) -> Int {
        sides.map(\.trailingZeroBitCount).min() ?? 0
    }

    /// The most levels after which an image among zeros is still more than what was put around it: as often as its shorter
    /// side can be halved.
    ///
    /// - Parameter sides: Height and width, above 0.
    package static func deepestPadded(_ sides: [Int]) -> Int {
        Int.bitWidth - 1 - (sides.min() ?? 1).leadingZeroBitCount
    }
}

/// What stands beyond the borders of an image whose wavelet transform is taken.
public enum WaveletMode: String, Hashable, Sendable, CaseIterable, Codable {
    /// The image again (PyWavelets' `periodization`): sides are divisible by 2^levels, and the transform is orthogonal.
    case periodic
    /// Zeros (PyWavelets' and deepinv's `zero`): images of any size, and a few more coefficients than pixels.
    case zero
}
