import GraphModel
import Kernels
import Tensors
import Testing

@Suite("Tiles in a graph")
struct TileKindTests {
    static let rules: [Mistake] = [
        Mistake(
            "a crop without tiles",
            "'windows': it must run over an axis of tiles; make one with 'tiles(…)' and add the node 'over' it"
        ) { g in g.output("result", g.add("windows", Crop(), g.image())) },
        Mistake(
            "a blend of shards",
            "'result': it puts tiles together, so it must gather a node that runs over an axis of tiles"
        ) { g in
            let copies = g.add("copies", Zeros(), g.image(), over: g.axis("a", count: 2))
            g.output("result", g.add("result", Blend(), copies))
        },
        Mistake(
            "tiles of another image",
            "'windows[0]': it is given 1 × 1 × 12 × 14 float32, but the tiles are of a value that ends in 12 × 10"
        ) { g in
            let tile = g.sampleTiles(of: g.image())
            g.output("image", g.add("kept", Zeros(), Value(of: "image")))
            g.output("result", g.add("windows", Crop(), g.add("wide", Load("wide.npy")), over: tile))
        },
        Mistake(
            "windows pasted as inner parts",
            "'result': it is given 1 × 1 × 8 × 7 float32, but the tiles are of a value that ends in 6 × 5"
        ) { g in
            let image = g.image()
            let windows = g.add("windows", Crop(), image, over: g.sampleTiles(of: image))
            g.output("result", g.add("result", Assemble(), windows))
        },
        Mistake(
            "inner parts trimmed once more",
            "'again[0]': it is given 1 × 1 × 6 × 5 float32, but the tiles are of a value that ends in 8 × 7"
        ) { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image)
            let inner = g.add("inner", Trim(), g.add("windows", Crop(), image, over: tile), over: tile)
            g.output("result", g.add("again", Trim(), inner, over: tile))
        },
        Mistake(
            "an exchange of overlapping windows",
            "'result[0]': windows can be built from neighbours in the mode 'exact' only, not 'blend'"
        ) { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image, mode: .blend)
            let inner = g.add("inner", Trim(), g.add("windows", Crop(), image, over: tile), over: tile)
            g.output("result", g.add("result", HaloExchange(), inner, over: tile))
        },
        Mistake(
            "tiles of real and complex values",
            "'result': it is given 1 × 1 × 12 × 5 complex64, but the tiles are of a value that ends in 5"
        ) { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image, size: 6, dimensions: 1)
            g.output("image", image)
            g.output("result", g.add("result", Assemble(), g.add("parts", Load("part{tile}.npy"), over: tile)))
        },
        Mistake(
            "a tile as large as the image",
            "axis 'tile': a tile of 10 does not fit 10 pixels with something left to tile; "
                + "use a tile below 10, or the mode 'exact'"
        ) { g in
            let image = g.image()
            g.output("result", g.add("w", Crop(), image, over: g.sampleTiles(of: image, mode: .paste, size: 10)))
        },
        Mistake(
            "an overlap as large as the image",
            "axis 'tile': an overlap of 10 cannot be reflected into 10 pixels; use one between 0 and 9"
        ) { g in
            let image = g.image()
            g.output("result", g.add("w", Crop(), image, over: g.sampleTiles(of: image, mode: .blend, overlap: 10)))
        },
        Mistake(
            "tiles of no size",
            "axis 'tile': tile size [0] is not usable; give one size of 1 or more, or one for each of the 2 tiled axes"
        ) { g in
            let image = g.image()
            g.output("result", g.add("w", Crop(), image, over: g.sampleTiles(of: image, size: 0)))
        },
        Mistake(
            "more axes than there are",
            "axis 'tile': cannot tile 5 axes of a value that has 4; tile 2 axes of an image, 3 of a volume"
        ) { g in
            let image = g.image()
            g.output("result", g.add("w", Crop(), image, over: g.sampleTiles(of: image, dimensions: 5)))
        },
    ]

    @Test("are refused where they do not fit", arguments: rules)
    func each(_ mistake: Mistake) {
        #expect(mistakes(mistake.build) == mistake.messages)
    }

    @Test("sizes without bounds are no danger", arguments: [Int.max, Int.max - 1])
    func huge(_ size: Int) throws {
        let denoiser = Denoiser(weights: "", tvWeight: 0.1, tvIterations: Setting(size))
        let expansion = try expansion { g in
            let image = g.image()
            let tile = g.tiles(
                "tile", of: image, mode: Setting(.exact), size: Setting(size), overlap: Setting(size),
                denoiser: denoiser)
            let windows = g.add("windows", Crop(), image, over: tile)
            g.output("result", g.add("result", Denoise(denoiser, sigma: 0.1), windows, over: tile))
        }
        #expect(expansion.axes["tile"]?.count == 1)
    }

    @Test("more tiles than instances can be are refused before any is made")
    func countless() {
        let files = FileFacts([FileReference("large.npy", .tensor): .tensor(TensorType([1, 1, 2000, 2000]))])
        let error = #expect(throws: GraphError.self) {
            try Graph("sample", summary: "") { g in
                let image = g.image("large.npy")
                g.output("result", g.add("w", Crop(), image, over: g.sampleTiles(of: image, size: 1)))
            }.expand(files)
        }
        #expect(
            error?.description.hasSuffix("axis 'tile': tiles of 1 × 1 are more than 1000000; use larger ones") == true)
    }

    @Test("volumes are cut along three axes")
    func volumes() throws {
        let expansion = try expansion { g in
            let volume = g.add("volume", Load("volume.npy", as: .array))
            g.output("result", g.add("w", Crop(), volume, over: g.sampleTiles(of: volume, dimensions: 3)))
        }
        #expect(expansion.axes["tile"]?.tiling?.grid == [1, 2, 2])
        #expect(expansion.instances.last?.type == TensorType([1, 1, 6, 8, 7]))
    }

    @Test(
        "a blend reads the inner parts of windows alone, so that no halo travels, but where it averages",
        arguments: TileMode.allCases)
    func halos(_ mode: TileMode) throws {
        let expansion = try expansion { g in
            let image = g.image()
            let tile = g.sampleTiles(of: image, mode: mode)
            g.output("result", g.add("result", Blend(), g.add("windows", Crop(), image, over: tile)))
        }
        guard case .compute(let kind, _, let context)? = expansion["result"]?.content else {
            Issue.record("no node")
            return
        }
        let tiling = try context.gatheredTiling()
        for index in 0..<tiling.count {
            let box = kind.box(context, input: 0, value: index)
            #expect(box == (mode == .blend ? nil : tiling[index].innerInWindow))
        }
        #expect((0..<tiling.count).contains { tiling[$0].window.count > tiling[$0].inner.count })
    }
}
