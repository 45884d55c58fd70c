internal import Foundation
internal import Synchronization

/// A process of another program, in a group of its own, so that Ctrl-C reaches only this one.
///
/// Foundation's `Process` takes a program for ended that closes the files which it inherits, as ssh does, and then waits
/// for it on the one thread that tells the ends of all.
package final class ChildProcess {
    package struct Refusal: Error {
        /// In the system's words.
        package let reason: String
    }

    private let identifier: pid_t
    /// How it ended, once somebody has asked; the system tells that once.
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - files: Standard input, output and errors.
    package init(_ command: [String], files: [Int32]) throws(Refusal) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this program or thread ignores or holds back, the other must not.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGPIPE, SIGTERM, SIGXFSZ] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(target)) }
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var identifier = pid_t()
        let code = posix_spawn(&identifier, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw Refusal(reason: String(cString: strerror(code))) }
        self.identifier = identifier
    }

    /// Its exit code, or the negative number of the signal that ended it; `nil` while it runs.
    package var code: Int32? {
        status.withLock { status in
            var word: Int32 = 0
            if status == nil, waitpid(identifier, &word, WNOHANG) == identifier {
                let signal = word & 0x7F
                status = signal == 0 ? (word >> 8) & 0xFF : -signal
            }
            return status
        }
    }

    package func kill() {
        // Before it is asked for its end, its number is not given to another.
        guard code == nil else { return }
        Foundation.kill(identifier, SIGKILL)
    }

    /// A pipe whose ends no other program inherits.
    package static func pipe() throws(Refusal) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else { throw Refusal(reason: String(cString: strerror(errno))) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
