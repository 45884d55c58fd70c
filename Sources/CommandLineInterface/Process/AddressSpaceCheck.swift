internal import GraphModel
internal import Runtime
internal import Scheduling
internal import Tensors

/// Refuses a run in this process that does not fit a limit on its memory, saying which would do.
///
/// - Parameter file: What is run, for messages.
func checkAddressSpace(_ plan: Plan, of file: String) throws {
    guard let space = AddressSpace.current else { return }
    let needed = addressBytes(plan)
    guard needed > space.free else { return }
    let enough = space.used + needed
    var ways = ["raise it to \(enough) bytes (ulimit \(space.option) \((enough + 1023) / 1024))"]
    let threads = plan.workers.reduce(0) { $0 + $1.worker.threads }
    // Its memory is that of a plan of its own, so it is made, and only where it may help.
    if threads > 1, let one = try? alone(plan), addressBytes(one) <= space.free {
        ways.append("let one thread compute ('--workers 1 --threads 1' fits)")
    }
    throw Failure.usage(
        "\(file): the run needs \(megabytes(needed)) of memory, stacks of threads included, and of the limit of "
            + "\(megabytes(space.limit)) on this process \(megabytes(space.free)) are free; \(ways.joined(separator: ", "))"
            + ", or use a smaller image or smaller tiles")
}

/// What a run takes in this process: by its plan, for its threads, and to write what it leaves.
private func addressBytes(_ plan: Plan) -> Int {
    let planned = plan.workers.reduce(0) { $0 + $1.memoryBytes }
    let overhead = AddressSpace.overhead(workers: plan.workers.map(\.worker.threads))
    let states = plan.instances.reduce(0) { bytes, instance in
        instance.isState ? bytes + instance.type.byteCount : bytes
    }
    // A value is encoded while it is written, and the trace is made as a whole.
    let largest = RunPictures.outputs(plan.expansion).map { $0.instance.type.byteCount }.max() ?? 0
    let trace = 2 * ChromeTrace.largestSize(plan, isRemote: false)
    return planned + overhead + states + max(2 * largest, trace)
}

/// The run of the same values by one thread.
private func alone(_ plan: Plan) throws -> Plan {
    Plan(plan.expansion, workers: [Worker(name: "worker 0", threads: 1)])
}
