internal import Foundation

/// Hosts on one machine: network namespaces, each joined to a bridge by a link of a given speed. It is for root only, and
/// goes with everything in it.
public final class TestNetwork {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Why there can be none here; `nil` where there can.
    public static let obstacle: String? = {
        guard getuid() == 0 else { return "only root can make network namespaces" }
        do {
            _ = try TestNetwork(hosts: 1, bitsPerSecond: 1_000_000_000)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    /// Of the host that programs outside of the namespaces reach the others by.
    public let outside: String
    /// Of each host.
    public let addresses: [String]
    private let name: String

    /// - Parameter bitsPerSecond: Of each host's link, in each direction, by a token bucket.
    /// - Throws: ``Failure`` where the system has no namespaces, or another network of tests is in the way.
    public init(hosts: Int, bitsPerSecond: Int) throws {
        // Networks of programs that run side by side must not meet.
        let net = "10.\(200 + Int(getpid()) % 50).\(Int(getpid()) / 50 % 250)"
        name = "gr\(getpid() % 100_000)"
        outside = "\(net).1"
        addresses = (0..<hosts).map { "\(net).\($0 + 2)" }
        let shape = "root tbf rate \(bitsPerSecond)bit burst 256kb latency 400ms"
        var commands = [
            "ip link add \(name) type bridge", "ip addr add \(outside)/24 dev \(name)", "ip link set \(name) up",
        ]
        for (number, address) in addresses.enumerated() {
            let host = "\(name)-\(number)"
            commands += [
                "ip netns add \(host)", "ip link add \(host) type veth peer name eth0 netns \(host)",
                "ip link set \(host) master \(name)", "ip link set \(host) up",
                "ip -n \(host) addr add \(address)/24 dev eth0", "ip -n \(host) link set eth0 up",
                "ip -n \(host) link set lo up", "tc qdisc add dev \(host) \(shape)",
                "ip netns exec \(host) tc qdisc add dev eth0 \(shape)",
            ]
        }
        for command in commands {
            do {
                try TestNetwork.run(command)
            } catch {
                remove()
                throw error
            }
        }
    }

    deinit { remove() }

    /// What to put before a command so that it runs on a host.
    public func prefix(_ host: Int) -> [String] { ["ip", "netns", "exec", "\(name)-\(host)"] }

    private func remove() {
        for number in addresses.indices {
            try? TestNetwork.run("ip link del \(name)-\(number)")
            try? TestNetwork.run("ip netns del \(name)-\(number)")
        }
        try? TestNetwork.run("ip link del \(name)")
    }

    private static func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command.split(separator: " ").map(String.init)
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command): \(text.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
    }
}
