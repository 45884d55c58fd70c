internal import ArgumentParser
internal import Foundation
internal import GraphModel
internal import Kernels
internal import TensorFiles
internal import Tensors

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks a graph and shows its shapes and costs; nothing is run.")

    @OptionGroup var graph: GraphOptions
    @Flag(help: "Print one JSON object a line.") var json = false

    private struct Line: Encodable {
        let node: String
        let kind: String
        let phase: String
        let instances: Int
        let shape: [Int]
        let element: String
        let operations: Double
        let bytes: Int
    }

    func run() throws {
        let expansion = try graph.load().expansion
        let lines = expansion.graph.nodes.compactMap { node -> Line? in
            let instances = expansion.instances(of: node.id)
            guard let first = instances.first else { return nil }
            let kind =
                switch node.content {
                case .state: "state"
                case .compute(let kind, _): type(of: kind).name
                }
            return Line(
                node: node.id, kind: kind, phase: first.phase.rawValue, instances: instances.count,
                shape: first.type.shape.dimensions, element: first.type.element.rawValue,
                operations: instances.reduce(0) { $0 + $1.cost.operations },
                bytes: instances.reduce(0) { $0 + $1.type.byteCount })
        }
        guard !json else {
            for line in lines { Terminal.line(try jsonLine(line)) }
            return
        }
        var table = Table(["node", "kind", "phase", "×", "shape", "GFLOP", "MB"])
        for line in lines {
            table.add([
                line.node, line.kind, line.phase, "\(line.instances)", Shape(line.shape).description,
                decimals(line.operations / 1e9, 3), decimals(Double(line.bytes) / 1e6, 2),
            ])
        }
        Terminal.line(table.text)
        let body = expansion.instances.filter { $0.phase == .body }
        Terminal.line(
            "\(ByteStream.name(graph.file)): sound; \(counted(expansion.instances.count, "instance")), "
                + "\(counted(expansion.iterations, "iteration")) of "
                + "\(decimals(body.reduce(0) { $0 + $1.cost.operations } / 1e9, 2)) GFLOP")
    }
}
