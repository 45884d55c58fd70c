internal import Pictures
internal import Tensors
internal import TestSupport
internal import Testing

@Suite("Comparison")
struct ComparisonTests {
    /// Red at the left, blue at the right.
    private let redAndBlue = Tensor(
        [1, 3, 4, 8],
        (0..<96).map { (index: Int) -> Float in
            let (channel, column) = (index / 32, index % 8)
            return channel == 0 && column < 4 || channel == 2 && column >= 4 ? 1 : 0
        })

    @Test(
        "Its file is no larger than is said beforehand, whatever it shows",
        arguments: [(1, 1), (12, 40), (128, 128), (301, 77), (500, 900)])
    func size(_ extents: (height: Int, width: Int)) throws {
        let panels = (0..<3).map { panel in
            ComparisonPanel(
                title: "measurement \(panel)",
                image: .random([1, 3, extents.height, extents.width], in: 0...1, seed: UInt64(panel)), psnr: 12.34)
        }
        let size = try Comparison(panels).png().count
        #expect(size <= Comparison.largestSize(height: extents.height, width: extents.width))
    }

    @Test("Small images are enlarged by a whole number, every pixel a crisp square")
    func enlarged() throws {
        let png = try Comparison([ComparisonPanel(title: "truth", image: redAndBlue)]).png()
        let picture = try decoded(png)
        try keep(png, "comparison-tiny")
        // 8 × 4 pixels, 64 times larger.
        #expect(picture.shape == [1, 3, 24 + 34 + 256 + 24, 24 + 512 + 24])
        #expect(picture.count(of: [255, 0, 0]) == 256 * 256)
        #expect(picture.count(of: [0, 0, 255]) == 256 * 256)
        #expect(picture.pixel(24, 58) == [255, 0, 0])
        #expect(picture.pixel(24 + 511, 58 + 255) == [0, 0, 255])
        #expect(picture.pixel(0, 0) == [255, 255, 255])
    }

    @Test("Every image of a row is in the picture, unchanged where its size is good", arguments: 1...4)
    func row(count: Int) throws {
        let images = (0..<count).map { Tensor.random([1, 3, 300, 400], in: 0...1, seed: UInt64($0)) }
        let panels = images.enumerated().map { ComparisonPanel(title: "image \($0)", image: $1, psnr: 20 + Double($0)) }
        let png = try Comparison(panels).png()
        let picture = try decoded(png)
        try keep(png, "comparison-\(count)")
        #expect(picture.shape == [1, 3, 24 + 60 + 300 + 24, 24 + count * 424])
        for (index, image) in images.enumerated() {
            for (x, y) in [(0, 0), (399, 299), (17, 200)] {
                #expect(picture.pixel(24 + index * 424 + x, 84 + y) == image.pixel(x, y))
            }
        }
    }

    @Test("Large images are shrunk, and keep their mean")
    func shrunk() throws {
        let images = (0..<3).map { Tensor.random([1, 1, 1200, 3000], in: 0...1, seed: UInt64($0)) }
        let png = try Comparison(images.map { ComparisonPanel(title: "large", image: $0) }).png()
        let picture = try decoded(png)
        #expect(picture.shape[3] <= 2400 && picture.shape[3] > 2400 - 10)
        // Noise over so many pixels averages to gray.
        let gray = picture.pixel(400, 200)
        #expect(abs(gray[0] - 128) < 40)
        #expect(gray[0] == gray[1] && gray[1] == gray[2])
    }

    @Test("Images of different sizes share one scale")
    func sizes() throws {
        let panels = [
            ComparisonPanel(title: "a", image: redAndBlue),
            ComparisonPanel(title: "b", image: Tensor([1, 3, 2, 2], [Float](repeating: 0, count: 12))),
        ]
        let picture = try decoded(try Comparison(panels).png())
        #expect(picture.shape == [1, 3, 24 + 34 + 256 + 24, 24 + 2 * 536])
        // The black one, 2 × 2 at 64, in the middle of its cell.
        let centre = 24 + 536 + 256
        #expect(picture.pixel(centre - 63, 58 + 128 - 63) == [0, 0, 0])
        #expect(picture.pixel(centre - 67, 58 + 128) == [255, 255, 255])
    }

    @Test("Complex and two-channel images show their magnitude, others their first channel")
    func channels() throws {
        func shown(_ image: Tensor) throws -> [Int] {
            try decoded(try Comparison([ComparisonPanel(title: "x", image: image)]).png()).pixel(100, 100)
        }
        let complex = Tensor(TensorType([1, 1, 1, 1], .complex64), [0.36, 0.48])
        #expect(try shown(complex) == [153, 153, 153])
        #expect(try shown(Tensor([1, 2, 1, 1], [0.36, 0.48])) == [153, 153, 153])
        #expect(try shown(Tensor([1, 4, 1, 1], [0.2, 0.9, 0.9, 0.9])) == [51, 51, 51])
        #expect(try shown(Tensor([1, 1], [0.4])) == [102, 102, 102])
        #expect(try shown(Tensor([3, 1, 1], [0.2, 0.4, 0.6])) == [51, 102, 153])
    }

    @Test("Values beyond [0, 1] are clamped, and what is no number is black")
    func extremes() throws {
        let image = Tensor([1, 1, 1, 4], [.nan, -.infinity, .infinity, 7])
        let picture = try decoded(try Comparison([ComparisonPanel(title: "x", image: image)]).png())
        // 128 pixels a side.
        #expect([0, 1, 2, 3].map { picture.pixel(24 + 64 + 128 * $0, 100)[0] } == [0, 0, 255, 255])
    }

    @Test("Titles and PSNR are drawn", arguments: [nil, 24.351, .infinity, -.infinity, .nan] as [Double?])
    func text(psnr: Double?) throws {
        func picture(_ title: String) throws -> Tensor {
            try decoded(try Comparison([ComparisonPanel(title: title, image: redAndBlue, psnr: psnr)]).png())
        }
        let titled = try picture("measurement 0")
        #expect(try titled != picture("measurement 1"))
        let hasText = psnr.map { !$0.isNaN } ?? false
        #expect(titled.shape[2] == 24 + (hasText ? 60 : 34) + 256 + 24)
    }

    @Test("A title longer than its image is cut short")
    func longTitle() throws {
        let png = try Comparison([
            ComparisonPanel(title: String(repeating: "very long ", count: 5000), image: redAndBlue),
            ComparisonPanel(title: "short", image: redAndBlue),
        ]).png()
        let picture = try decoded(png)
        // Nothing dark in the gap between the cells.
        #expect((24..<58).allSatisfy { picture.pixel(24 + 512 + 12, $0) == [255, 255, 255] })
    }

    @Test("Very long and thin images are drawn", arguments: [Shape([1, 1, 1, 100_000]), [1, 1, 100_000, 1]])
    func thin(shape: Shape) throws {
        let picture = try decoded(try Comparison([ComparisonPanel(title: "thin", image: Tensor(shape))]).png())
        #expect(picture.shape[3] <= 2400)
        #expect(picture.shape[2] <= 1700)
    }

    @Test("What cannot be drawn is refused")
    func refused() {
        #expect(throws: PicturesError.wrongNumberOfPanels(0)) { try Comparison([]).png() }
        let panel = ComparisonPanel(title: "x", image: redAndBlue)
        #expect(throws: PicturesError.wrongNumberOfPanels(5)) {
            try Comparison([panel, panel, panel, panel, panel]).png()
        }
        for shape in [Shape([5]), [0, 4], [1, 1, 1, 2, 2]] {
            #expect(throws: PicturesError.notAnImage(title: "x", type: "\(shape) float32")) {
                try Comparison([ComparisonPanel(title: "x", image: Tensor(shape))]).png()
            }
        }
    }

    @Test("Errors say what to do")
    func messages() {
        #expect(
            PicturesError.wrongNumberOfPanels(5).description == "a comparison of 5 images cannot be drawn; give 1 to 4")
        #expect(
            PicturesError.notAnImage(title: "truth", type: "5 float32").description
                == "'truth' of type 5 float32 is no image; give H × W, C × H × W or N × C × H × W, none of them 0")
        #expect(
            PicturesError.cairo(reason: "out of memory").description
                == "a picture could not be drawn (Cairo: out of memory); check the free memory")
    }
}
