internal import Foundation
internal import GraphModel
internal import Runtime
internal import TensorFiles
internal import Tensors

extension RunCommand {
    /// Whether iterates can be kept as asked.
    func checkIterates(_ expansion: Expansion, isRemote: Bool) throws {
        guard let saveEvery else { return }
        guard saveEvery >= 1 else { throw Failure.usage("--save-every is \(saveEvery); it must be 1 or more") }
        guard !expansion.keptStates.isEmpty else {
            throw Failure.usage("\(graph.file): no output is a state, so there is nothing for --save-every to keep")
        }
        guard !isRemote else {
            throw Failure.usage(
                "--save-every keeps what workers in this process have; give --workers a number, or leave it out")
        }
    }

    /// What writes iterates into the run's folder.
    func iterates(in folder: RunFolder) -> Iterates? {
        guard let saveEvery else { return nil }
        let path = "\(folder.path)/iterates"
        return Iterates(every: saveEvery) { iteration, state, value in
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                try NPY.write(value, to: "\(path)/\(state)-\(iteration).npy")
            } catch {
                Terminal.warning("\(path): iterate \(iteration) is not kept: \(SystemReason.of(error))")
            }
        }
    }
}
