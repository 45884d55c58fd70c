internal import Foundation

/// How much memory programs may use here: the machine's, or less where a control group, as those of containers and of batch
/// systems, or a job of Slurm limits it; and each of them no more than a limit on a process allows.
package struct AvailableMemory: Sendable {
    /// Of the machine.
    private let physical: Int
    private let environment: [String: String]
    private let root: String
    private let addressSpace: AddressSpace?
    /// Bytes that this process holds.
    private let resident: Int

    /// - Parameters:
    ///   - root: The folder in which `proc` and `sys` are looked up.
    ///   - addressSpace: The limit on this process, and so on those that it starts.
    ///   - resident: Bytes that this process holds.
    package init(
        physical: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory),
        environment: [String: String] = ProcessInfo.processInfo.environment, root: String = "",
        addressSpace: AddressSpace? = .current, resident: Int = residentMemoryOfProcess()
    ) {
        self.physical = physical
        self.environment = environment
        self.root = root
        self.addressSpace = addressSpace
        self.resident = resident
    }

    /// Bytes for each of some workers on this machine, which are processes of their own.
    ///
    /// - Parameter threads: That each computes with.
    package func share(among workers: Int, threads: Int) -> Int {
        min(bytes / max(workers, 1), inOneProcess(threads: threads))
    }

    /// Bytes that one process may hold as a worker, itself included: such a limit is for each of them.
    ///
    /// - Parameter threads: That it computes with.
    package func inOneProcess(threads: Int) -> Int {
        guard let addressSpace else { return bytes }
        return min(bytes, max(1, addressSpace.free + resident - AddressSpace.overhead(workers: [threads])))
    }

    package var bytes: Int {
        ([physical] + slurmLimits + groupLimits).min() ?? physical
    }

    /// What a step of a job got by `--mem` or `--mem-per-cpu`, in MiB; 0 is all of the node.
    private var slurmLimits: [Int] {
        func number(_ name: String) -> Int? {
            environment[name].flatMap { Int($0) }.flatMap { (1...1 << 24).contains($0) ? $0 : nil }
        }
        var limits: [Int] = []
        if let node = number("SLURM_MEM_PER_NODE") { limits.append(node << 20) }
        if let each = number("SLURM_MEM_PER_CPU"), let count = number("SLURM_CPUS_ON_NODE"), count <= 65536 {
            limits.append((each << 20) * count)
        }
        return limits
    }

    /// The limits of the control groups that this program is in, of both versions, each with those around it.
    private var groupLimits: [Int] {
        guard let groups = try? String(contentsOfFile: "\(root)/proc/self/cgroup", encoding: .utf8) else { return [] }
        return groups.split(separator: "\n").flatMap { line -> [Int] in
            // 0::/path, or 4:memory:/path of the older version.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            if parts[0] == "0", parts[1].isEmpty {
                return limits(of: String(parts[2]), in: "sys/fs/cgroup", file: "memory.max")
            }
            guard parts[1].split(separator: ",").contains("memory") else { return [] }
            return limits(of: String(parts[2]), in: "sys/fs/cgroup/memory", file: "memory.limit_in_bytes")
        }
    }

    /// Inside a container the path may be that of the host, and what is limited is at the top.
    private func limits(of group: String, in folder: String, file: String) -> [Int] {
        var path = group.split(separator: "/").map(String.init)
        var limits: [Int] = []
        while true {
            let place = ([root, folder] + path + [file]).joined(separator: "/")
            // "max" is no number.
            if let text = try? String(contentsOfFile: place, encoding: .utf8),
                let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), limit > 0
            {
                limits.append(limit)
            }
            guard !path.isEmpty else { return limits }
            path.removeLast()
        }
    }
}
