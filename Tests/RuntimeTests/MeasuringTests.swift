import Foundation
import Networks
import Runtime
import Scheduling
import TensorMath
import Tensors
import TestSupport
import Testing

@Suite("Measured speeds and links", .timeLimit(.minutes(15)))
struct MeasuringTests {
    /// Sane speeds, but for what is given.
    private func speeds(
        convolutions: [Speeds.Convolution] = [.init(channels: 64, direct: 1e11, winograd: 3e11)],
        transforms: Double = 1e10, loops: Double = 1e10, threads: Int = 1, arithmetic: Double = 1e9,
        memory: Double = 1e10, overhead: Double = 1e-6
    ) -> Speeds {
        Speeds(
            convolutions: convolutions, transforms: transforms, loops: loops, threads: threads, arithmetic: arithmetic,
            memory: memory, overhead: overhead)
    }

    @Test("of this machine can be believed")
    func measured() throws {
        let (machine, _) = try MachineSpeeds.measured()
        #expect(machine.complaint == nil)
        #expect(machine.alone.threads == 1 && machine.together.threads == machine.processors)
        for speeds in [machine.alone, machine.together, machine.speeds(threads: 3, workers: 100)] {
            #expect(speeds.convolutions.map(\.channels) == [16, 32, 64, 96, 128, 256, 512])
            #expect(speeds.complaint == nil)
        }
    }

    @Test("that no machine has are refused")
    func insane() {
        #expect(speeds().complaint == nil)
        #expect(Speeds.nominal(threads: 1).complaint == nil)
        #expect(speeds(transforms: .nan).complaint == "transforms of nan a second")
        #expect(speeds(loops: .infinity).complaint == "loops of inf a second")
        #expect(speeds(arithmetic: 0).complaint == "arithmetic of 0.0 a second")
        #expect(speeds(memory: -1e9).complaint == "memory of -1000000000.0 a second")
        #expect(speeds(overhead: -1).complaint == "an overhead of -1.0 s")
        #expect(speeds(overhead: .nan).complaint == "an overhead of nan s")
        #expect(speeds(threads: 0).complaint == "0 threads")
        let order = "convolutions of no or no ascending numbers of channels"
        #expect(speeds(convolutions: []).complaint == order)
        let twice = Speeds.Convolution(channels: 64, direct: 1e11, winograd: nil)
        #expect(speeds(convolutions: [twice, twice]).complaint == order)
        let fast = Speeds.Convolution(channels: 64, direct: 1e11, winograd: 1e300)
        #expect(speeds(convolutions: [fast]).complaint == "convolutions of 1e+300 a second")
    }

    @Test("are measured once, and again where the program, the processors or the file are others")
    func cache() throws {
        let folder = try TemporaryFolder()
        var count = 0
        func ask(
            _ program: String = "1", processors: Int = 4, anew: Bool = false, time: Double = 1e9,
            isDisturbed: Bool = false
        ) -> MachineSpeeds {
            SpeedCache(folder: folder.file("kept"), program: program, versions: ["FFTW": "3"]).speeds(
                processors: processors, anew: anew, time: time
            ) {
                count += 1
                let own = speeds(memory: 1e9 * Double(count))
                return (MachineSpeeds(processors: processors, alone: own, together: own), isDisturbed)
            }
        }
        let first = ask()
        #expect(ask() == first && ask(time: 2e9) == first && count == 1)
        _ = ask(processors: 2)
        #expect(count == 2 && ask() == first && count == 2)
        #expect(ask("2") != first && count == 3)
        #expect(ask("2", anew: true) != first && count == 4)
        let again = ask("2")
        #expect(count == 4)

        let path = folder.file("kept") + "/speeds-4-processors.json"
        let whole = try Data(contentsOf: URL(filePath: path))
        for damaged in [Data(), whole.prefix(whole.count / 2), Data("[]".utf8), Data(whole.reversed())] {
            try damaged.write(to: URL(filePath: path))
            let before = count
            #expect(ask("2") != again && count == before + 1)
        }
        // A speed that cannot be.
        let text = String(decoding: whole, as: UTF8.self).replacingOccurrences(
            of: "\"threads\" : 1", with: "\"threads\" : 0")
        try Data(text.utf8).write(to: URL(filePath: path))
        let before = count
        _ = ask("2")
        #expect(count == before + 1)
    }

    @Test("that other programs disturbed count for ten minutes")
    func disturbed() throws {
        let folder = try TemporaryFolder()
        var count = 0
        func ask(at time: Double, isDisturbed: Bool) {
            _ = SpeedCache(folder: folder.path, program: "1", versions: [:]).speeds(processors: 4, time: time) {
                count += 1
                return (MachineSpeeds(processors: 4, alone: speeds(), together: speeds()), isDisturbed)
            }
        }
        ask(at: 1000, isDisturbed: true)
        ask(at: 1000, isDisturbed: true)
        ask(at: 1599, isDisturbed: true)
        #expect(count == 1)
        ask(at: 1600, isDisturbed: true)
        #expect(count == 2)
        // A clock that was set back would make them last.
        ask(at: 100, isDisturbed: true)
        #expect(count == 3)
        ask(at: 701, isDisturbed: false)
        ask(at: 1e9, isDisturbed: true)
        #expect(count == 4, "once it is quiet, they are kept")
    }

    @Test("come from workers, with links between them and clocks compared")
    func group() throws {
        let own = speeds(memory: 3e9)
        let team = try TestCluster(workers: 3, speeds: own)
        defer { team.dismiss() }
        let group = try team.group()
        #expect(group.members.allSatisfy { $0.info.speeds == own })
        // One clock: what is found is half of the time that an answer took at most, which may be long on a busy machine.
        #expect(group.offsets.count == 3 && group.offsets.allSatisfy { abs($0) < 1 })
        let links = try group.measureLinks()
        for from in 0..<3 {
            for to in 0..<3 where from != to {
                let link = links[from, to]
                #expect(link.latency > 0 && link.latency.isFinite && link.latency < 1)
                #expect(link.bandwidth > 1e6 && link.bandwidth.isFinite)
                #expect(link != .nominal)
            }
        }
    }

    @Test("of many workers are measured around a ring")
    func ring() throws {
        let team = try TestCluster(workers: 6)
        defer { team.dismiss() }
        let links = try team.group().measureLinks()
        let ring = (0..<6).map { links[$0, ($0 + 1) % 6] }
        #expect(links[0, 3] == links[4, 1])
        #expect(links[0, 3].bandwidth == ring.map(\.bandwidth).min())
        #expect(links[0, 3].latency == ring.map(\.latency).max())
    }

    @Test("of scratch memory are what each worker's library says, and nothing of what it lacks")
    func scratch() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", ["image": try folder.image([1, 3, 71, 58]), "denoiser": "graphrun-color"])
        let convolutions = job.expansion.convolutions
        #expect(convolutions.count > 3)
        let team = try TestCluster(workers: 2, threads: 3)
        defer { team.dismiss() }
        let group = try team.group()
        let own = Libraries.scratchBytes(convolutions, threads: 3)
        #expect(own.keys.allSatisfy { $0.method == .direct || Libraries.hasWinograd } && !own.isEmpty)
        #expect(group.scratchBytes(of: convolutions) == [own, own])
        #expect(group.scratchBytes(of: []) == [[:], [:]])
        // Nor does the question end what the workers are there for.
        #expect(throws: Never.self) { try team.run(job) }
    }

    @Test("that a worker cannot have are refused by the coordinator")
    func refused() throws {
        let team = try TestCluster(workers: 1, speeds: speeds(memory: .infinity))
        defer { team.dismiss() }
        let error = #expect(throws: WorkerGroupError.self) { try team.group() }
        #expect(
            error?.lines == [
                "\(team.endpoints[0]): the worker says that it has memory of inf a second, which cannot be; "
                    + "start it again with '--measure'"
            ])
    }

    @Test("leave traces of all workers on the coordinator's time line")
    func timeLine() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", ["image": try folder.image([1, 1, 40, 40]), "iterations": "3", "tv-iterations": "2"])
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let start = ContinuousClock.now
        let result = try team.run(job)
        let elapsed = ContinuousClock.now - start
        let end = elapsed / .microseconds(1)
        for trace in result.traces {
            // As exactly as clocks could be compared.
            #expect(trace.events.allSatisfy { (-1_000_000...end + 1_000_000).contains($0.start) })
        }
    }
}
