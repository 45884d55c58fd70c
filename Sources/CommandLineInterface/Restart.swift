internal import Foundation
internal import TensorMath

/// Starts the program again where a library needs to be told something before it is loaded.
enum Restart {
    /// Has OpenBLAS run the kernels that this processor is made for and start no threads of its own, and the allocator
    /// reserve little where addresses are limited: where the environment does not say so, the program starts once more with
    /// the variables set. That costs about 10 ms, and happens once, as they are set then.
    static func mendLibraries() {
        #if os(Linux)
            let environment = ProcessInfo.processInfo.environment
            var variables: [String: String] = [:]
            #if arch(x86_64)
                let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
                variables[BLASCore.variable] = BLASCore.mend(
                    core: Libraries.openBLASCore, features: BLASCore.features(cpuInfo: text), environment: environment)
            #endif
            variables[BLASThreads.variable] = BLASThreads.mend(environment: environment)
            variables[AllocatorArenas.variable] = AllocatorArenas.mend(environment: environment)
            guard !variables.isEmpty else { return }
            let reason = start(setting: variables)
            let list = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            Terminal.warning(
                "starting anew with \(list) failed (\(reason)); set this yourself, or computing here may be several times "
                    + "slower and take more memory")
        #endif
    }

    /// Replaces this process by the same program with the same arguments and more variables.
    ///
    /// - Returns: Why it did not, in the system's words; otherwise never.
    private static func start(setting variables: [String: String]) -> String {
        // By its path, since a program started as /proc/self/exe is listed as 'exe'.
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            return "the program's file is not known"
        }
        for (name, value) in variables { setenv(name, value, 1) }
        execv(path, CommandLine.unsafeArgv)
        let reason = String(cString: strerror(errno))
        for name in variables.keys { unsetenv(name) }
        return reason
    }
}
