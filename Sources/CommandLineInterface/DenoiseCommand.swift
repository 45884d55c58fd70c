public import ArgumentParser
internal import Foundation
public import GraphModel
internal import Kernels
internal import Runtime
internal import Scheduling
internal import TensorFiles
internal import Tensors

extension DenoiserChoice: ExpressibleByArgument {}

/// Removes noise from one picture: a graph of one step, for those who want no graph.
struct DenoiseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "denoise", abstract: "Removes noise from an image.",
        discussion: "The result is written as a picture or, under a name that ends in .npy, as an array.")

    @Argument(help: ArgumentHelp("The image, PNG or NPY.", valueName: "in.png"), completion: .file()) var input: String
    @Argument(help: ArgumentHelp("The file to write.", valueName: "out.png"), completion: .file()) var output: String
    @Option(
        help: ArgumentHelp(
            "The noise's standard deviation, in units of images in [0, 1]. The bundled denoisers know levels up to 0.2.",
            valueName: "number"))
    var sigma: Double
    @Option(
        help: ArgumentHelp("Use the network with these weights.", valueName: "file.safetensors"),
        completion: .file(extensions: ["safetensors"]))
    var weights: String?
    @Option(
        help: "The denoiser. Default: graphrun-gray for 1 channel, graphrun-color for 3, total-variation for others.")
    var denoiser: DenoiserChoice?
    @Option(help: "Side of the tiles that are computed at once, in pixels; the result is that of the whole image.")
    var tile: Int = 512
    @OptionGroup var hosts: HostOptions

    func run() throws {
        try checkOptions()
        let picture = try lookAtInput()
        try checkOutput(picture)
        try checkSpace(picture)
        let loaded = try load(try graph(for: picture.type))
        let team = try hosts.gatherTeam()
        let plan = try hosts.plan(loaded, team: team, isRun: true)
        if team == nil { try checkMachine(plan, loaded.files, of: input) }
        let image = try denoised(plan, team, loaded.files)
        team?.dismiss()
        for note in loaded.files.notes { Terminal.warning(note) }
        do throws(TensorFileError) {
            if isPicture {
                try PNG.write(image, to: output, bitDepth: picture.bitDepth)
            } else {
                try NPY.write(Tensor(picture.type, image.values), to: output)
            }
        } catch {
            throw Failure.run("\(error)")
        }
    }

    // MARK: Before

    private func checkOptions() throws {
        guard sigma >= 0, sigma <= 1 else {
            throw Failure.usage(
                "--sigma \(sigma): give a number from 0 to 1, as images are; for 25 of 255 that is 0.098")
        }
        guard (1...1_000_000).contains(tile) else {
            throw Failure.usage("--tile \(tile): give a whole number from 1 to 1000000")
        }
        guard weights == nil || denoiser == nil else {
            throw Failure.usage("--weights and --denoiser both name a denoiser; give one of them")
        }
    }

    /// Whether a picture is asked for, and not an array.
    private var isPicture: Bool { output.lowercased().hasSuffix(".png") }

    private func lookAtInput() throws -> (type: TensorType, bitDepth: PNG.BitDepth) {
        do throws(TensorFileError) {
            return (try ImageFile.readType(input), try ImageFile.bitDepth(of: input) ?? .eight)
        } catch {
            throw Failure.usage("\(error)")
        }
    }

    /// What can be known to fail at the end is refused at the start.
    private func checkOutput(_ picture: (type: TensorType, bitDepth: PNG.BitDepth)) throws {
        guard isPicture || output.lowercased().hasSuffix(".npy") else {
            throw Failure.usage("\(output): the name must end in .png or .npy")
        }
        let shape = picture.type.shape
        let isOne = shape.rank <= 3 || shape[0] == 1
        guard !isPicture || isOne && [1, 3].contains(channels(of: shape)) else {
            throw Failure.usage("\(output): \(picture.type) is no picture; give a name that ends in .npy")
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
    private func checkSpace(_ picture: (type: TensorType, bitDepth: PNG.BitDepth)) throws {
        let url = URL(filePath: output)
        let file =
            isPicture
            ? DiskSpace.File(
                url.lastPathComponent, most: PNG.largestSize(picture.type, bitDepth: picture.bitDepth))
            : DiskSpace.File(
                url.lastPathComponent, most: picture.type.byteCount + 256, least: picture.type.byteCount)
        let folder = url.deletingLastPathComponent().path(percentEncoded: false)
        try DiskSpace.check([file], in: folder, what: "the result")
    }

    /// An array of rank 2 lacks the axis.
    private func channels(of shape: Shape) -> Int { shape.rank >= 3 ? shape[shape.rank - 3] : 1 }

    /// The graph `denoise`, for one image.
    private func graph(for type: TensorType) throws -> Graph {
        let channels = channels(of: type.shape)
        let choice = denoiser ?? (channels == 1 ? .gray : channels == 3 ? .color : .totalVariation)
        do throws(GraphError) {
            return try Graph("denoise", summary: "Removes noise from an image") { g in
                let denoiser = Denoiser(Setting(choice), weights: Setting(weights ?? ""))
                let image = g.add("image", Load(Setting(input)))
                let tile = g.tiles(
                    "tile", of: image, mode: Setting(.exact), size: Setting(self.tile), overlap: 0, denoiser: denoiser)
                let windows = g.add("windows", Crop(), image, over: tile)
                let denoised = g.add("denoised", Denoise(denoiser, sigma: Setting(sigma)), windows, over: tile)
                g.output("result", g.add("result", Blend(), denoised))
            }
        } catch {
            throw failure(error)
        }
    }

    private func load(_ graph: Graph) throws -> LoadedGraph {
        let files = GraphFiles(folder: "")
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

    /// A message without the name of a node or axis, which nobody has asked for.
    private static func plain(_ message: String) -> String {
        String(message.trimmingPrefix(#/(axis )?'[^']*': /#))
    }

    // MARK: The work

    private func denoised(_ plan: Plan, _ team: Team?, _ files: GraphFiles) throws -> Tensor {
        let run = makeRun(plan, by: team, name: input, files: files, log: MetricsLog())
        do {
            let result = try run.run()
            guard let position = plan.expansion.output("result")?.first, let image = result.kept[position] else {
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
