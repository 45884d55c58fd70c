internal import Foundation

/// Standard input, output and error of this process.
enum StandardStreams {
    /// Has those that whoever started the program has closed (`<&-`) fail as such: their numbers would be taken by the next
    /// files that are opened, and what is read from standard input or printed would be theirs.
    static func keepClosedOnesTaken() {
        for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one. Reading what is open for writing fails as what is closed does.
            _ = open("/dev/null", mode)
        }
    }
}
