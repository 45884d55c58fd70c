internal import Foundation
internal import Phantoms
internal import TensorFiles
internal import Tensors
internal import Testing

@Suite("Phantom")
struct PhantomTests {
    @Test("The committed picture is what the program draws")
    func committed() throws {
        let repository = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = repository.appending(path: "Graphs/data/phantom.png").path(percentEncoded: false)
        let options = try PhantomOptions([])
        // Compared as it is read: compressed bytes differ between versions of zlib.
        let drawn = try PNG.encode(Phantom.draw(width: options.width, height: options.height), path: "drawn")
        #expect(try PNG.read(path) == PNG.decode(drawn, path: "drawn"))
        #expect(try PNG.readType(path) == TensorType([1, 3, 256, 384]))
    }

    @Test("Any size is drawn, in [0, 1]", arguments: [(16, 16), (16, 64), (97, 31)])
    func sizes(width: Int, height: Int) {
        let image = Phantom.draw(width: width, height: height)
        #expect(image.shape == [1, 3, height, width])
        #expect(image.values.allSatisfy { 0...1 ~= $0 })
        #expect(Set(image.values).count > width * height / 4)
    }

    @Test("Options")
    func options() throws {
        let options = try PhantomOptions(["--height", "32", "--output", "a.png", "--width", "48"])
        #expect((options.width, options.height, options.output, options.wantsHelp) == (48, 32, "a.png", false))
        #expect(try PhantomOptions(["-h"]).wantsHelp)
    }

    @Test(
        "Wrong options say what is right",
        arguments: [
            (["--width"], "--width needs a number of pixels from 16 to 8192"),
            (["--width", "ten"], "--width needs a number of pixels from 16 to 8192, not 'ten'"),
            (["--height", "0"], "--height needs a number of pixels from 16 to 8192, not '0'"),
            (
                ["--height", "99999999999999999999"],
                "--height needs a number of pixels from 16 to 8192, not '99999999999999999999'"
            ),
            (["--output"], "--output needs a path, such as phantom.png"),
            (["picture.png"], "unknown argument 'picture.png'; the options are --width, --height and --output"),
        ])
    func mistakes(arguments: [String], message: String) {
        let mistake = #expect(throws: PhantomOptions.Mistake.self) { try PhantomOptions(arguments) }
        #expect(mistake?.description == message)
    }
}
