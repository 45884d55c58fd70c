internal import Testing

/// Everything here runs real programs, one at a time: they have threads of their own.
@Suite("The command line", .serialized, .timeLimit(.minutes(2)))
enum CommandLineSuite {}
