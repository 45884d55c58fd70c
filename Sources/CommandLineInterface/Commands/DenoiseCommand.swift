public import ArgumentParser
internal import Foundation
internal import GraphModel
public import Kernels
internal import Launching
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

extension DenoiserChoice: ExpressibleByArgument {}
extension Load.Layout: ExpressibleByArgument {}

/// Removes noise from one picture: a graph of one step, for those who want no graph.
struct DenoiseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "denoise", abstract: "Removes noise from an image.",
        discussion: """
            The result is written as a picture or, under a name that ends in .npy, as an array of the image's shape whose \
            black is 0 and white 1, whatever the image's were. '-' is standard input and, for a picture, standard output.
            """)

    @Argument(help: ArgumentHelp("The image, PNG or NPY.", valueName: "in.png"), completion: .file()) var input: String
    @Argument(help: ArgumentHelp("The file to write.", valueName: "out.png"), completion: .file()) var output: String
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The noise's standard deviation, in units of images in [0, 1]. The bundled denoisers know levels up to 0.2.",
            valueName: "number"))
    var sigma: GivenNumber<Double>
    @Option(
        help: ArgumentHelp("Use the network with these weights.", valueName: "file.safetensors"),
        completion: .file(extensions: ["safetensors"]))
    var weights: String?
    @Option(
        help: "The denoiser. Default: graphrun-gray for 1 channel, graphrun-color for 3, total-variation for others.")
    var denoiser: DenoiserChoice?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The numbers that are black and white in the image. Default: 0..255 or 0..65535 in an array of such whole "
                + "numbers, else 0..1.", valueName: "0..255"))
    var range: String = "auto"
    @Option(
        help: ArgumentHelp(
            "The axes of an array: height, width, channels (hwc) or channels, height, width (chw).",
            valueName: "hwc|chw"))
    var layout: Load.Layout?
    @Option(
        parsing: .unconditional,
        help: "Side of the tiles that are computed at once, in pixels; the result is that of the whole image.")
    var tile = GivenNumber(512)
    @OptionGroup var hosts: HostOptions

    func run() throws {
        let options = try checkOptions()
        let files = GraphFiles(folder: "")
        let picture = try lookAtInput(files)
        try checkOutput(picture)
        try checkSpace(picture)
        let loaded = try load(try graph(for: options), files)
        let cluster = try hosts.gatherCluster()
        let plan = try hosts.plan(loaded, cluster: cluster, isRun: true)
        if cluster == nil { try checkMachine(plan, loaded.files, of: ByteStream.name(input)) }
        let image = try denoised(plan, cluster, loaded.files)
        cluster?.dismiss()
        for note in loaded.files.notes { Terminal.warning(note) }
        if let lost = image.notFinite {
            throw Failure.run(
                "\(ByteStream.name(input)): \(lost) of the result are not finite, and it is not written; scale the image into "
                    + "[0, 1] with --range, or give another denoiser or weights")
        }
        do throws(TensorFileError) {
            if isPicture {
                try write(image, bitDepth: picture.bitDepth)
            } else {
                try NPY.write(picture.arranged(image), to: output)
            }
        } catch {
            throw Failure.run("\(error)")
        }
    }

    private func write(_ image: Tensor, bitDepth: PNG.BitDepth) throws(TensorFileError) {
        if isToStandardOutput {
            try StreamOutput.writeToStandardOutput(
                try PNG.encode(image, bitDepth: bitDepth, path: "standard output"))
        } else {
            try PNG.write(image, to: output, bitDepth: bitDepth)
        }
        guard let clipped = image.clipped(bitDepth: bitDepth) else { return }
        Terminal.warning(
            "\(isToStandardOutput ? "standard output" : output): \(clipped) of its values are outside of [0, 1] and clipped; "
                + "a name that ends in .npy keeps them")
    }

    // MARK: Before

    /// What is asked for, checked.
    private struct Options {
        let sigma: Double
        let tile: Int
        let range: ValueRange
    }

    private func checkOptions() throws -> Options {
        let sigma = try sigma.value(
            of: "--sigma", in: 0...1, "a number from 0 to 1, as images are; for 25 of 255 that is 0.098")
        let tile = try tile.value(of: "--tile", in: 1...1_000_000)
        guard weights == nil || denoiser == nil else {
            throw Failure.usage("--weights and --denoiser both name a denoiser; give one of them")
        }
        guard layout != .array else {
            throw Failure.usage("--layout array: give hwc, or chw for channels, height, width")
        }
        guard let range = ValueRange(range) else {
            throw Failure.usage(
                "--range \(range): give the numbers that are black and white, for example --range 0..255")
        }
        return Options(sigma: sigma, tile: tile, range: range)
    }

    private var isToStandardOutput: Bool { ByteStream.isStandardOutput(output) }

    /// Whether a picture is asked for, and not an array.
    private var isPicture: Bool { isToStandardOutput || output.lowercased().hasSuffix(".png") }

    /// The image as it is stored and as it is denoised.
    private struct Picture {
        let stored: TensorType
        let image: TensorType
        let bitDepth: PNG.BitDepth
        /// Whether the last axis of an array became its second.
        let isMoved: Bool

        /// The result as an array that is stored like the image.
        func arranged(_ result: Tensor) -> Tensor {
            guard isMoved else { return Tensor(stored, result.values) }
            let (channels, pixels) = (image.shape[1], image.shape[2] * image.shape[3])
            let values = result.values
            return Tensor(
                stored,
                values.indices.map { index in
                    let (pixel, channel) = (index % (channels * pixels)).quotientAndRemainder(dividingBy: channels)
                    return values[index / (channels * pixels) * (channels * pixels) + channel * pixels + pixel]
                })
        }
    }

    private func lookAtInput(_ files: GraphFiles) throws -> Picture {
        switch files.fact(of: FileReference(input, .tensor)) {
        case .unreadable(let why): throw Failure.usage(why)
        case .weights: throw Failure.usage("\(input): these are weights; give an image")
        case .tensor(let stored, let contents):
            let isPicture = contents?.isPicture ?? false
            let load = Load(Setting(input), as: Setting(layout ?? .image, parameter: "layout"))
            let image: TensorType
            do throws(GraphError) {
                image = try load.image(of: stored, isPicture: isPicture, ByteStream.name(input))
            } catch {
                throw Failure.usage(DenoiseCommand.plain(error.description))
            }
            return Picture(
                stored: stored, image: image,
                bitDepth: isPicture && contents?.white == PNG.BitDepth.sixteen.white ? .sixteen : .eight,
                isMoved: load.movesChannels(of: stored.shape, isPicture: isPicture))
        }
    }

    /// What can be known to fail at the end is refused at the start.
    private func checkOutput(_ picture: Picture) throws {
        guard isPicture || output.lowercased().hasSuffix(".npy") else {
            throw Failure.usage("\(output): the name must end in .png or .npy")
        }
        let shape = picture.image.shape
        guard !isPicture || shape[0] == 1 && [1, 3].contains(shape[1]) else {
            throw Failure.usage("\(output): \(picture.stored) is no picture; give a name that ends in .npy")
        }
        guard !isToStandardOutput else {
            guard !Terminal.isInteractive else {
                throw Failure.usage("standard output is a terminal; send the picture into a file or a program")
            }
            return
        }
        let folder = URL(filePath: output).deletingLastPathComponent().path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure.usage("\(output): there is no such folder; make it, or name another")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Failure.usage("\(output): nothing can be written to this folder; name another")
        }
    }

    /// Refuses a result that would not fit on the disk.
    private func checkSpace(_ picture: Picture) throws {
        guard !isToStandardOutput else { return }
        // As it was typed, for the message.
        let folder = output.lastIndex(of: "/").map { String(output[..<$0]) }
        let name = URL(filePath: output).lastPathComponent
        let file =
            isPicture
            ? DiskSpace.File(name, most: PNG.largestSize(picture.image, bitDepth: picture.bitDepth))
            : DiskSpace.File(name, most: picture.stored.byteCount + 256, least: picture.stored.byteCount)
        try DiskSpace.check([file], in: folder.map { $0.isEmpty ? "/" : $0 } ?? ".", what: "the result")
    }

    /// The graph `denoise`, for one image.
    private func graph(for options: Options) throws -> Graph {
        do throws(GraphError) {
            return try Graph("denoise", summary: "Removes noise from an image") { g in
                let denoiser = Denoiser(Setting(denoiser ?? .auto), weights: Setting(weights ?? ""))
                // Parameters, so that messages say how they are set.
                let layout = g.choice("layout", layout ?? .image, among: Load.Layout.ofImages, "the axes of an array")
                let range = g.range("range", options.range, "the numbers that are black and white")
                let image = g.add("image", Load(Setting(input), as: layout, range: range))
                let tile = g.tiles(
                    "tile", of: image, mode: Setting(.exact), size: Setting(options.tile), overlap: 0,
                    denoiser: denoiser)
                let windows = g.add("windows", Crop(), image, over: tile)
                let denoised = g.add("denoised", Denoise(denoiser, sigma: Setting(options.sigma)), windows, over: tile)
                g.output("result", g.add("result", Blend(), denoised))
            }
        } catch {
            throw failure(error)
        }
    }

    private func load(_ graph: Graph, _ files: GraphFiles) throws -> LoadedGraph {
        do throws(GraphError) {
            let expansion = try graph.expand(FileFacts(files))
            for warning in expansion.warnings { Terminal.warning(DenoiseCommand.plain(warning.message)) }
            return LoadedGraph(expansion: expansion, files: files)
        } catch {
            throw failure(error)
        }
    }

    private func failure(_ error: GraphError) -> Failure {
        guard case .problems(let problems) = error else { return .usage("\(input): \(error)") }
        var lines: [String] = []
        for problem in problems {
            let line = DenoiseCommand.plain(problem.message)
            // An axis and the nodes over it say the same.
            if !lines.contains(line) { lines.append(line) }
        }
        return .usage(lines)
    }

    /// A message without the name of a node or axis, which nobody has asked for, and with options for parameters.
    private static func plain(_ message: String) -> String {
        String(message.trimmingPrefix(#/(axis )?'[^']*': /#)).replacing(#/--set (layout|range)=/#) { "--\($0.1) " }
    }

    // MARK: The work

    private func denoised(_ plan: Plan, _ cluster: Cluster?, _ files: GraphFiles) throws -> Tensor {
        let run = plan.run(
            by: cluster?.group, name: ByteStream.name(input), catalog: Tool.configuration.kernels, files: files,
            log: MetricsLog())
        do {
            let result = try run.run()
            guard let image = plan.expansion.output("result")?.first.flatMap({ result.kept[$0.id] }) else {
                throw Failure.run("the run kept no result; \(output) was not written")
            }
            return image
        } catch RunError.failed(_, _, let reason) {
            // Of files that turn out damaged; there is nothing to be lost yet.
            throw Failure.usage(reason)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.run(SystemReason.of(error), "\(output) was not written")
        }
    }
}
