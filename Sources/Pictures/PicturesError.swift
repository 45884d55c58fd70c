/// Why a picture was not drawn.
package enum PicturesError: Error, Equatable, CustomStringConvertible, Sendable {
    /// `reason` is Cairo's own text.
    case cairo(reason: String)
    case wrongNumberOfPanels(Int)
    case notAnImage(title: String, type: String)

    package var description: String {
        switch self {
        case .cairo(let reason):
            "a picture could not be drawn (Cairo: \(reason)); check the free memory"
        case .wrongNumberOfPanels(let count):
            "a comparison of \(count) images cannot be drawn; give 1 to 4"
        case .notAnImage(let title, let type):
            "'\(title)' of type \(type) is no image; give H × W, C × H × W or N × C × H × W, none of them 0"
        }
    }
}
