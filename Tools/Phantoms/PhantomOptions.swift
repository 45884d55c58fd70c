/// What `phantom` was asked to draw.
package struct PhantomOptions: Equatable, Sendable {
    /// Pixels.
    package var width = 384
    /// Pixels.
    package var height = 256
    package var output = "phantom.png"
    package var wantsHelp = false

    package static let help = """
        Draws a colour test picture by arithmetic alone, the same on every machine.

        Usage: phantom [--width 384] [--height 256] [--output phantom.png]
        """

    /// Why the arguments make no sense, in one line.
    package struct Mistake: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads the arguments that follow the program's name.
    package init(_ arguments: [String]) throws(Mistake) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--help", "-h": wantsHelp = true
            case "--width": width = try PhantomOptions.side(option, rest.popFirst())
            case "--height": height = try PhantomOptions.side(option, rest.popFirst())
            case "--output":
                guard let path = rest.popFirst(), !path.isEmpty else {
                    throw Mistake(description: "--output needs a path, such as phantom.png")
                }
                output = path
            default:
                throw Mistake(
                    description: "unknown argument '\(option)'; the options are --width, --height and --output")
            }
        }
    }

    private static func side(_ option: String, _ text: String?) throws(Mistake) -> Int {
        guard let number = text.flatMap({ Int($0) }), 16...8192 ~= number else {
            throw Mistake(
                description: "\(option) needs a number of pixels from 16 to 8192\(text.map { ", not '\($0)'" } ?? "")")
        }
        return number
    }
}
