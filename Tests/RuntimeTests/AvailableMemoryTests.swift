import Foundation
import Runtime
import TestSupport
import Testing

/// Of a machine that has some.
private let machineBytes = 64 << 30

@Suite("Memory that a worker may use")
struct AvailableMemoryTests {
    private func bytes(_ environment: [String: String] = [:], files: [String: String] = [:]) throws -> Int {
        // Its files are read when it is asked.
        let folder = try TemporaryFolder()
        let memory = try memory(environment, files: files, in: folder)
        return withExtendedLifetime(folder) { memory.bytes }
    }

    private func memory(
        _ environment: [String: String] = [:], files: [String: String] = [:], limit: AddressSpace? = nil,
        in given: TemporaryFolder? = nil
    ) throws -> AvailableMemory {
        let folder = try given ?? TemporaryFolder()
        for (name, text) in files {
            let path = folder.file(name)
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        return AvailableMemory(
            physical: machineBytes, environment: environment, root: folder.file(""), addressSpace: limit,
            resident: 50 << 20)
    }

    @Test("is shared by the workers of a machine, but a limit on a process is for each of them")
    func processLimit() throws {
        #expect(try memory().share(among: 4, threads: 2) == machineBytes / 4)
        #expect(try memory().inOneProcess(threads: 2) == machineBytes)
        let limit = AddressSpace(option: "-v", limit: 2 << 30, used: 1 << 30)
        let overhead = AddressSpace.overhead(workers: [2])
        let own = (1 << 30) + (50 << 20) - overhead
        #expect(try memory(limit: limit).inOneProcess(threads: 2) == own)
        #expect(try memory(limit: limit).share(among: 4, threads: 2) == own)
        #expect(try memory(limit: limit).share(among: 1000, threads: 2) == machineBytes / 1000)
        // One that leaves nothing is still a number of bytes.
        let tight = AddressSpace(option: "-d", limit: 1 << 20, used: 2 << 20)
        #expect(tight.free == 0)
        #expect(try memory(limit: tight).inOneProcess(threads: 2) == 1)
    }

    @Test("threads take stacks beside what a plan says, and more of them take more")
    func overhead() {
        let one = AddressSpace.overhead(workers: [1])
        #expect(one > AddressSpace.workerStackBytes)
        #expect(AddressSpace.overhead(workers: [1, 1]) == one + AddressSpace.workerStackBytes)
        #expect(AddressSpace.overhead(workers: [3]) > one)
    }

    @Test("is the machine's where nothing limits it")
    func machine() throws {
        #expect(try bytes() == machineBytes)
        #expect(AvailableMemory().bytes > 1 << 20)
    }

    @Test(
        "is what Slurm gave the job",
        arguments: [
            (["SLURM_MEM_PER_NODE": "4096"], 4 << 30), (["SLURM_MEM_PER_NODE": "0"], machineBytes),
            (["SLURM_MEM_PER_NODE": "all"], machineBytes),
            (["SLURM_MEM_PER_NODE": "9999999999999999999"], machineBytes),
            (["SLURM_MEM_PER_CPU": "2048", "SLURM_CPUS_ON_NODE": "8"], 16 << 30),
            (["SLURM_MEM_PER_CPU": "2048"], machineBytes), (["SLURM_MEM_PER_NODE": "999999999"], machineBytes),
        ])
    func slurm(_ environment: [String: String], _ expected: Int) throws {
        #expect(try bytes(environment) == expected)
    }

    @Test("is no more than that of any control group around it, of either version")
    func groups() throws {
        let new = "sys/fs/cgroup"
        #expect(
            try bytes(files: ["proc/self/cgroup": "0::/job/step\n", "\(new)/job/step/memory.max": "max\n"])
                == machineBytes)
        #expect(
            try bytes(
                files: [
                    "proc/self/cgroup": "0::/job/step\n", "\(new)/job/step/memory.max": "8589934592\n",
                    "\(new)/job/memory.max": "2147483648\n",
                ]) == 2 << 30)
        #expect(
            try bytes(
                files: [
                    "proc/self/cgroup": "9:name=systemd:/\n4:cpu,memory:/job\n0::/\n",
                    "\(new)/memory/job/memory.limit_in_bytes": "1073741824\n",
                    "\(new)/memory/memory.limit_in_bytes": "9223372036854771712\n",
                ]) == 1 << 30)
    }

    @Test("is found at the top where the group's path is that of the host")
    func container() throws {
        #expect(
            try bytes(
                files: ["proc/self/cgroup": "0::/docker/1234\n", "sys/fs/cgroup/memory.max": "3221225472\n"]) == 3 << 30
        )
    }
}
