internal import Foundation
internal import Phantoms
internal import TensorFiles

/// Ends the program with a line on standard error.
func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("phantom: \(message)\n".utf8))
    exit(code)
}

let options: PhantomOptions
do {
    options = try PhantomOptions(Array(CommandLine.arguments.dropFirst()))
} catch {
    fail(error.description, code: 2)
}
guard !options.wantsHelp else {
    print(PhantomOptions.help)
    exit(0)
}
do {
    try PNG.write(Phantom.draw(width: options.width, height: options.height), to: options.output)
} catch {
    fail(error.description, code: 1)
}
