internal import Foundation

/// Starts the program again where libraries need to be told something before they are loaded.
package enum LibraryRestart {
    /// Has OpenBLAS run the kernels that this processor is made for, and OpenMP's threads sleep while there is nothing to
    /// compute: where the environment does not say so, the program starts once more with the variables set. That costs
    /// about 10 ms, and happens once: what it starts itself inherits them.
    ///
    /// - Returns: What to tell the user where it could not be done.
    package static func mend() -> String? {
        #if os(Linux)
            let variables = missing(ProcessInfo.processInfo.environment)
            guard !variables.isEmpty else { return nil }
            let reason = start(setting: variables)
            let list = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return "starting anew with \(list) failed (\(reason)); set this yourself, or computing here is several "
                + "times slower, alone or beside other programs"
        #else
            return nil
        #endif
    }

    /// The variables to set, none where all is well or whoever started the program has decided.
    private static func missing(_ environment: [String: String]) -> [String: String] {
        var variables: [String: String] = [:]
        #if arch(x86_64)
            let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            variables[BLASCore.variable] = BLASCore.mend(
                core: Libraries.openBLASCore, features: BLASCore.features(cpuInfo: text), environment: environment)
        #endif
        variables[OpenMPWaiting.variable] = OpenMPWaiting.mend(environment: environment)
        return variables
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
