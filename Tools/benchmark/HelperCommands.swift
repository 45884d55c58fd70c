internal import ArgumentParser
internal import Benchmarks

// What this program starts itself as, beside what it measures; nobody needs to type these.

struct ServeWorker: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "worker", shouldDisplay: false)

    @Option var data: String

    func run() throws { try BenchmarkWorker.serve(folder: data) }
}

struct ReceiveValues: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "receive", shouldDisplay: false)

    @Option var floats: Int
    @Option var answerTo: String

    func run() throws { try TransportBenchmark.receive(floats: floats, answerTo: answerTo) }
}

struct AnswerMessages: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "answer", shouldDisplay: false)

    @Option var messages: Int

    func run() throws { try BareMessages.answer(messages: messages) }
}
