import Foundation
import GraphModel
import Kernels
import Messaging
import Runtime
import Scheduling
import Synchronization
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("Runs over ZeroMQ", .timeLimit(.minutes(15)))
struct RemoteRunTests {
    private func settings(_ folder: TemporaryFolder, _ more: [String: String] = [:]) throws -> [String: String] {
        let settings = [
            "image": try folder.image([1, 3, 71, 58]), "iterations": "4", "tile": "24", "tv-iterations": "6",
        ]
        return settings.merging(more) { $1 }
    }

    @Test("give the oracle's bytes and metrics on any number of workers", arguments: [1, 2, 3, 5], Rewriting.allCases)
    func sameBits(workers: Int, rewriting: Rewriting) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder), rewriting: rewriting)
        let team = try TestCluster(workers: workers)
        defer { team.dismiss() }
        let log = MetricsLog()
        let result = try team.run(job, log: log)
        let expansion = try job.expansion(workers: workers)
        #expect((expansion.output("result") ?? []).compactMap { result.kept[$0.id] } == (try job.oracle("result")))
        #expect(result.iterations == 4)
        let here = try job.run(workers: workers)
        #expect(log.records.map(\.metrics) == here.records.map(\.metrics))
        #expect(log.records.map(\.iteration) == here.records.map(\.iteration))
        #expect(result.states == here.states)
        #expect(result.traces.map(\.worker) == here.traces.map(\.worker))
    }

    @Test("of any placement", arguments: 1...8 as ClosedRange<UInt64>)
    func placements(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "2"]))
        let team = try TestCluster(workers: 3)
        defer { team.dismiss() }
        let placement = try job.randomPlacement(workers: 3, seed: seed)
        let result = try team.run(job, placement: placement)
        #expect(job.results(of: result) == (try job.oracle("result")))
    }

    @Test("are the same twenty times over, in whatever order the hosts are listed")
    func twentyTimes() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "3"]), rewriting: .all)
        let team = try TestCluster(workers: 5)
        defer { team.dismiss() }
        let truth = try job.oracle("result")
        var random = SeededRandom(20)
        for round in 0..<20 {
            let order = Array((0..<5).shuffled(using: &random).prefix([1, 2, 3, 5][round % 4]))
            let plan = try job.plan(workers: order.count)
            let result = try RemoteRun(
                plan, group: try team.group(order), name: "test.graph", files: job.files, log: MetricsLog()
            ).run()
            #expect(
                (plan.expansion.output("result") ?? []).compactMap { result.kept[$0.id] } == truth, "round \(round)")
        }
    }

    @Test("one after the other by the same workers, whose files come once")
    func again() throws {
        let folder = try TemporaryFolder()
        let weights = try folder.smallNetwork()
        let job = try Job("pnp", settings(folder, ["weights": weights, "iterations": "2"]))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let first = try team.run(job)
        let files = (0..<2).map(team.cached)
        #expect(files.map(\.count).sorted() == [1, 2], "weights; image and weights")
        #expect(files.allSatisfy { $0.contains { $0.hasSuffix(".safetensors") } })
        #expect(try team.run(job).kept == first.kept)
        #expect((0..<2).map(team.cached) == files)
    }

    @Test("with files that come in several parts")
    func largeFile() throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 3, 900, 1000])
        let job = try Job("pnp", ["image": image, "iterations": "1", "tile": "512", "tv-iterations": "1"])
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let result = try team.run(job)
        #expect(job.results(of: result) == (try job.oracle("result")))
    }

    @Test("each with the slices of a file that its instances read, and no more")
    func slices() throws {
        let folder = try TemporaryFolder()
        // 8 MB; a slice is one.
        _ = try folder.image([8, 512, 512], name: "stack.npy")
        let graph = try Graph("slices", summary: "") { g in
            let shard = g.axis("shard", count: 8)
            let slices = g.add("slices", Load("stack.npy", part: ArrayPart(slice: 0)), over: shard)
            g.output("result", g.add("sum", Sum(), slices))
            g.output("corner", g.add("corner", Load("stack.npy", part: ArrayPart(region: [[500, 512], [3, 9]]))))
        }
        let job = try Job(graph, folder: folder.path)
        let team = try TestCluster(workers: 3)
        defer { team.dismiss() }
        let result = try team.run(job)
        for output in ["result", "corner"] {
            let expected = try job.oracle(output)
            #expect((job.expansion.output(output) ?? []).compactMap { result.kept[$0.id] } == expected)
        }
        #expect((0..<3).flatMap(team.cached) == [], "no worker was sent the whole")
    }

    @Test("that a worker has not the memory for are refused by it, whatever the coordinator thinks")
    func memory() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 1, memory: 1000)
        defer { team.dismiss() }
        let error = #expect(throws: RunError.self) { try team.run(job) }
        let line = try #require(error).description
        #expect(line.contains("the assignment from the coordinator is refused: it takes "), "\(line)")
        #expect(
            line.hasSuffix(
                " bytes of memory, and this worker may use 1000; start it with more (--memory), or use more workers"),
            "\(line)")
    }

    @Test("of a kind that a worker does not know are refused by it, whatever the coordinator thinks")
    func unknownKind() throws {
        var catalog = KernelCatalog.standard
        catalog.add(PauseKernel.self)
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 1, 8, 8])
        let graph = try Graph("pause", summary: "") { g in
            g.output("result", g.add("result", Pause(seconds: 0), g.add("image", Load(Setting(image)))))
        }
        let team = try TestCluster(workers: 1)
        defer { team.dismiss() }
        let error = #expect(throws: RunError.self) { try team.run(Job(graph, catalog: catalog)) }
        #expect(
            error
                == .lost(
                    worker: "worker 0", reason: "it cannot read its part of the plan; use the same program everywhere"))
        #expect(throws: Never.self) { try team.group() }
    }

    @Test("leave their workers as they were, whatever stands in an assignment", arguments: 1...4 as ClosedRange<UInt64>)
    func spoiledAssignments(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let truth = try team.run(job).kept
        let plan = try job.plan(workers: 2)
        let taken = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        let stranger = try Messenger(team.context, listenAt: nil) { _, _, payload in
            let text = String(decoding: payload, as: UTF8.self)
            if text.contains(#""ready""#) { taken.add(1, ordering: .relaxed) }
            if text.contains(#""refusal""#) { refused.add(1, ordering: .relaxed) }
        }
        let peers = team.endpoints.map { stranger.connect(to: $0) }
        let encoder = JSONEncoder()
        encoder.userInfo = KindOnItsOwn.encoding
        var random = SeededRandom(seed)
        func send(_ message: Any, _ round: UInt64, to index: Int) throws {
            let text = try Array(JSONSerialization.data(withJSONObject: message))
            stranger.send(
                FrameHeader(.control, run: round, total: text.count, length: text.count), .bytes(text), to: peers[index]
            )
        }
        /// Waits for an answer, where one comes in time.
        func waitForAnswer(after before: Int, _ seconds: Double) {
            let end = ContinuousClock.now + .seconds(seconds)
            while taken.load(ordering: .relaxed) + refused.load(ordering: .relaxed) == before, ContinuousClock.now < end
            {
                Thread.sleep(forTimeInterval: 0.001)
            }
        }
        for round in 0...60 as ClosedRange<UInt64> {
            let index = Int(round % 2)
            let assignment = Assignment(plan, name: "t", endpoints: team.endpoints, index: index, after: 0)
            let value = try JSONSerialization.jsonObject(with: encoder.encode(["assign": ["_0": assignment]]))
            // Not the settings of kinds, which may ask for work without end, as graphs may; nor what says how long it waits.
            let sparing: Set = ["kinds", "settings", "limits", "epoch"]
            let before = taken.load(ordering: .relaxed) + refused.load(ordering: .relaxed)
            // The first is as it should be: the worker would take its part.
            try send(round == 0 ? value : spoiled(value, sparing: sparing, using: &random), round + 1, to: index)
            waitForAnswer(after: before, round == 0 ? 60 : 0.3)
            for message in [["proceed": ["upTo": 2]], ["conclude": ["after": 0]], ["leave": [String: Int]()]] {
                try send(message, round + 1, to: index)
            }
        }
        #expect(try team.run(job).kept == truth)
        #expect(taken.load(ordering: .relaxed) > 0 && refused.load(ordering: .relaxed) > 0)
    }

    @Test("whose plan is longer than a message may be end with a line that says so")
    func long() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 1)
        defer { team.dismiss() }
        let run = RemoteRun(
            try job.plan(workers: 1), group: try team.group(), name: String(repeating: "x", count: 17 << 20),
            files: job.files, log: MetricsLog())
        let error = #expect(throws: RunError.self) { try run.run() }
        #expect(
            try #require(error).description.hasSuffix(
                "x: the plan of worker 0 is longer than a message may be; use more workers, or give the graph fewer "
                    + "instances, for example larger tiles"))
        #expect(throws: Never.self) { try team.group() }
    }

    @Test(
        "with a bundled denoiser, whose weights the coordinator sends once",
        arguments: [("graphrun-color", 3, BundledWeights.color), ("auto", 3, .color), ("auto", 1, .gray)])
    func bundled(_ name: String, channels: Int, weights: BundledWeights) throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, channels, 40, 36], name: "other.npy")
        let job = try Job("pnp", settings(folder, ["denoiser": name, "iterations": "2", "image": image]))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let result = try team.run(job)
        #expect(job.results(of: result) == (try job.oracle("result")))
        let files = (0..<2).map(team.cached)
        #expect(files.allSatisfy { $0.contains(ContentHash.of(weights.bytes)) })
        #expect(try team.run(job).kept == result.kept)
        #expect((0..<2).map(team.cached) == files)
    }

    @Test("that go on from a checkpoint", arguments: [1, 2, 3])
    func resumed(workers: Int) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "6"]))
        let half = try Job("pnp", settings(folder, ["iterations": "3"])).run(workers: 1)
        let team = try TestCluster(workers: workers)
        defer { team.dismiss() }
        let rest = try team.run(job, checkpoint: (3, half.states))
        #expect(job.results(of: rest) == (try job.oracle("result")))
        #expect(rest.records.map(\.iteration) == [0, 4, 5, 6])
    }

    @Test("end early, all workers after the same iteration")
    func stop() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "100000", "tolerance": "0"]))
        let team = try TestCluster(workers: 3)
        defer { team.dismiss() }
        let plan = try job.plan(workers: 3)
        let reached = Atomic<Bool>(false)
        let log = MetricsLog { if $0.iteration == 5 { reached.store(true, ordering: .relaxed) } }
        let run = RemoteRun(plan, group: try team.group(), name: "t.graph", files: job.files, log: log)
        Thread.detachNewThread {
            while !reached.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.001) }
            run.stop()
        }
        let result = try run.run()
        #expect(result.iterations >= 5 && result.iterations < 100_000)
        #expect(result.records.last?.iteration == result.iterations)
        let whole = try Job("pnp", settings(folder, ["iterations": "\(result.iterations)"])).oracle("result")
        #expect(job.results(of: result) == whole)
    }

    @Test("name every worker that cannot be had")
    func group() throws {
        let team = try TestCluster(workers: 1)
        let other = try TestCluster(workers: 1, program: "older")
        defer {
            team.dismiss()
            other.dismiss()
        }
        let error = #expect(throws: WorkerGroupError.self) {
            try WorkerGroup(
                team.context, endpoints: team.endpoints + other.endpoints + ["tcp://127.0.0.1:1"],
                program: TestCluster.program, patience: 5)
        }
        #expect(
            error?.lines == [
                "\(other.endpoints[0]): this worker runs version older, the coordinator test; "
                    + "use the same program everywhere",
                "tcp://127.0.0.1:1: no worker answers within 5 s; start one there with "
                    + "'graphrun worker --bind tcp://127.0.0.1:1', or check address, port, firewall and key",
            ])
    }

    @Test("of workers that let in only who knows their keys")
    func keyed() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 3, keyed: true)
        defer { team.dismiss() }
        _ = try team.group().measureLinks()
        let result = try team.run(job)
        #expect(job.results(of: result) == (try job.oracle("result")))
        #expect(throws: WorkerGroupError.self) {
            try WorkerGroup(team.context, endpoints: team.endpoints, program: TestCluster.program, patience: 0.5)
        }
    }

    @Test("name a worker that another does not reach, rather than wait for ever")
    func unreached() throws {
        let team = try TestCluster(workers: 1)
        let context = try Context()
        let folder = try TemporaryFolder()
        // What listens inside a context is not there for others.
        let hidden = WorkerService(
            WorkerInfo(
                program: TestCluster.program, cores: 1, threads: 1, memory: 1 << 30, hasWinograd: false, kinds: [],
                versions: [:]), catalog: .standard, store: try FileStore(folder: folder.file("hidden"))
        ) { _ in }
        let endpoint = try hidden.open(context, at: "inproc://hidden")
        defer {
            team.dismiss()
            hidden.serve { true }
        }
        let group = try WorkerGroup(context, endpoints: team.endpoints + [endpoint], program: TestCluster.program)
        let error = #expect(throws: WorkerGroupError.self) { try group.measureLinks() }
        #expect(
            error?.lines == [
                "\(endpoint): the worker at \(team.endpoints[0]) does not reach this one, though both are there; open "
                    + "the firewall between their hosts, or name both by addresses that all hosts know"
            ])
    }

    @Test("end before they begin where workers do not reach each other")
    func cutOff() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        // The coordinator gets through before nobody else does.
        let relays = try team.relays()
        let group = try team.group(through: relays)
        for relay in relays { relay.refuseCalls() }
        let run = RemoteRun(
            try job.plan(workers: 2), group: group, name: "t.graph", files: job.files, log: MetricsLog())
        let error = #expect(throws: RunError.self) { try run.run() }
        #expect(
            error?.description.contains(" is not reached at tcp://127.0.0.1:") == true, "\(String(describing: error))")
        for relay in relays { relay.stop() }
    }

    @Test("end with a line where the connection of two workers breaks in their midst, rather than wait for ever")
    func broken() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "100000", "tolerance": "0"]))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let relays = try team.relays()
        let group = try team.group(through: relays)
        // The coordinator has called first, and stays connected.
        let log = MetricsLog { if $0.iteration == 3 { for relay in relays { relay.breakCalls(after: 1) } } }
        let run = RemoteRun(
            try job.plan(workers: 2), group: group, name: "t.graph", files: job.files, log: log,
            limits: TimeLimits(stall: .seconds(2)))
        let error = #expect(throws: RunError.self) { try run.run() }
        guard case .stalled(let line)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(line.hasPrefix("nothing has moved for 2 s: worker "), "\(line)")
        for relay in relays { relay.stop() }
    }

    @Test("go on for as long as a worker computes while the others wait")
    func slow() throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 1, 4, 4])
        var catalog = KernelCatalog.standard
        catalog.add(PauseKernel.self)
        let graph = try Graph("slow", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load(Setting(image))))
            let long = g.add("long", Pause(seconds: 4.5), x)
            g.next(x, g.add("short", Pause(seconds: 0), long))
            g.loop(Setting(2))
            g.output("result", x)
        }
        let job = try Job(graph, catalog: catalog)
        let team = try TestCluster(workers: 2, catalog: catalog)
        defer { team.dismiss() }
        // The second waits for the first, which sends no value while it computes.
        let placement = placement(job.expansion) { $0.id == "long" ? 0 : 1 }
        let run = RemoteRun(
            try job.plan(workers: 2, placement: placement), group: try team.group(), name: "t.graph", files: job.files,
            log: MetricsLog(), limits: TimeLimits(workerSilence: .seconds(3), stall: .seconds(3)))
        #expect(try run.run().iterations == 2)
    }

    @Test("go on while a file, states and results take longer on a slow link than a worker may be silent")
    func slowLink() throws {
        let folder = try TemporaryFolder()
        let image = try folder.image([1, 3, 600, 600])
        let graph = try Graph("kept", summary: "") { g in
            let x = g.state("x", initial: g.add("image", Load(Setting(image))))
            g.next(x, g.add("scaled", Scale(0.5), x))
            g.loop(Setting(3))
            g.output("result", x)
        }
        let job = try Job(graph)
        let team = try TestCluster(workers: 1)
        defer { team.dismiss() }
        // 4.3 MB, of which each takes 3.6 s, and a part 0.4 s.
        let relays = try team.relays(bytesPerSecond: 1.2e6)
        let group = try team.group(through: relays)
        let before = try job.run(workers: 1).states
        let run = RemoteRun(
            try job.plan(workers: 1), group: group, name: "t.graph", files: job.files, log: MetricsLog(),
            checkpoint: (2, before), limits: TimeLimits(workerSilence: .seconds(2)))
        let result = try run.run()
        #expect(result.iterations == 3)
        #expect(before.count == 1)
        #expect(result.states.mapValues(\.values) == before.mapValues { $0.values.map { $0 * 0.5 } })
        for relay in relays { relay.stop() }
    }

    @Test("begin however long ago the workers were asked")
    func longPlanning() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 1)
        defer { team.dismiss() }
        // The first word comes after the coordinator has first looked for one.
        let relays = try team.relays(delay: 0.3)
        let group = try team.group(through: relays)
        // Longer than a first word may take.
        Thread.sleep(forTimeInterval: 6.5)
        let run = RemoteRun(
            try job.plan(workers: 1), group: group, name: "t.graph", files: job.files, log: MetricsLog(),
            limits: TimeLimits(workerSilence: .seconds(2)))
        #expect(try run.run().iterations == 4)
        for relay in relays { relay.stop() }
    }

    @Test("are refused to a second coordinator, whom the worker tells that it is busy")
    func busy() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "100000", "tolerance": "0"]))
        let team = try TestCluster(workers: 1)
        defer { team.dismiss() }
        let begun = Atomic<Bool>(false)
        let log = MetricsLog { if $0.iteration == 1 { begun.store(true, ordering: .relaxed) } }
        let run = RemoteRun(
            try job.plan(workers: 1), group: try team.group(), name: "t.graph", files: job.files, log: log)
        let done = DispatchGroup()
        DispatchQueue.global().async(group: done) { _ = try? run.run() }
        while !begun.load(ordering: .relaxed) { Thread.sleep(forTimeInterval: 0.001) }
        let error = #expect(throws: WorkerGroupError.self) { try team.group() }
        #expect(error?.problems.map(\.1) == [.busy])
        run.stop()
        done.wait()
        _ = try team.group()
    }

    @Test("whose file is gone end with a line that names it")
    func missingFile() throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        try FileManager.default.removeItem(atPath: folder.file("image.npy"))
        let error = #expect(throws: RunError.self) { try team.run(job) }
        #expect("\(try #require(error))".contains("image.npy"))
        #expect(throws: Never.self) { try team.group() }
    }

    @Test("survive arbitrary messages at their workers", arguments: 1...6 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "30"]))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let stranger = try Messenger(team.context, listenAt: nil) { _, _, _ in }
        let over = Atomic<Bool>(false)
        let done = DispatchGroup()
        DispatchQueue.global().async(group: done) {
            var random = SeededRandom(seed)
            let peers = team.endpoints.map { stranger.connect(to: $0) }
            while !over.load(ordering: .relaxed) {
                let sort = FrameHeader.Sort.allCases.randomElement(using: &random) ?? .control
                let texts = [
                    "", "{}", #"{"leave":{}}"#, #"{"proceed":{"upTo":99}}"#, #"{"finish":{"after":1}}"#,
                    #"{"hello":{"program":"test"}}"#, #"{"assign":{"_0":{}}}"#, "\u{0}\u{1}",
                ]
                let text = Array((texts.randomElement(using: &random) ?? "").utf8)
                let isValue = sort == .value
                let header = FrameHeader(
                    sort, run: UInt64.random(in: 0...3, using: &random),
                    transfer: UInt32.random(in: 0...20, using: &random), iteration: 1,
                    type: isValue ? TensorType([text.count]) : nil,
                    total: isValue ? 4 * text.count : text.count, length: isValue ? 0 : text.count)
                stranger.send(header, isValue ? .none : .bytes(text), to: peers[Int.random(in: 0...1, using: &random)])
                Thread.sleep(forTimeInterval: 0.0005)
            }
        }
        let result = try team.run(job)
        over.store(true, ordering: .relaxed)
        done.wait()
        while team.notes.count(where: { $0.hasPrefix("the run of test.graph is over") }) < 2 {
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(team.notes.contains { $0.contains("; messages of other runs or programs that were refused: ") })
        #expect(job.results(of: result) == (try job.oracle("result")))
    }

    @Test(
        "end in order, and the workers serve on, whatever comes under the number of their run",
        arguments: 1...12 as ClosedRange<UInt64>)
    func fuzzWithin(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        let job = try Job("pnp", settings(folder, ["iterations": "30"]))
        let team = try TestCluster(workers: 2)
        defer { team.dismiss() }
        let plan = try job.plan(workers: 2)
        let group = try team.group()
        let stranger = try Messenger(team.context, listenAt: nil) { _, _, _ in }
        let over = Atomic<Bool>(false)
        let done = DispatchGroup()
        let number = group.run
        DispatchQueue.global().async(group: done) {
            var random = SeededRandom(seed)
            let peers = team.endpoints.map { stranger.connect(to: $0) }
            let sorts: [FrameHeader.Sort] = [.value, .credit, .file, .probe]
            while !over.load(ordering: .relaxed) {
                // Often as a frame of this run might be.
                let transfer = Int.random(in: 0...plan.transfers.count, using: &random)
                let type =
                    plan.transfers.indices.contains(transfer) && Bool.random(using: &random)
                    ? plan.transfers[transfer].sentType : TensorType([Int.random(in: 1...5000, using: &random)])
                let sort = sorts.randomElement(using: &random) ?? .value
                let total = Bool.random(using: &random) ? type.byteCount : Int.random(in: 0...100_000, using: &random)
                let length = Int.random(in: 0...min(total, 20_000), using: &random)
                let header = FrameHeader(
                    sort, run: number, epoch: UInt32.random(in: 0...1, using: &random), transfer: UInt32(transfer),
                    mark: plan.transfers.randomElement(using: &random)?.value.mark ?? 0,
                    iteration: UInt32.random(in: 0...31, using: &random), type: sort == .value ? type : nil,
                    offset: Int.random(in: 0...max(total - length, 0), using: &random), total: total, length: length)
                let bytes = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: length)
                stranger.send(
                    header, length == 0 ? .none : .bytes(bytes), to: peers[Int.random(in: 0...1, using: &random)])
                Thread.sleep(forTimeInterval: 0.0005)
            }
        }
        let run = RemoteRun(plan, group: group, name: "test.graph", files: job.files, log: MetricsLog())
        // Values are taken from those alone who are to send them; a file's bytes are held against its hash.
        do {
            #expect(job.results(of: try run.run()) == (try job.oracle("result")))
        } catch let error as RunError {
            #expect("\(error)".split(separator: "\n").count == 1, "\(error)")
        }
        over.store(true, ordering: .relaxed)
        done.wait()
        #expect(job.results(of: try team.run(job)) == (try job.oracle("result")))
    }
}
