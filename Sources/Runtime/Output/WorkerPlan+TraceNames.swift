internal import GraphModel
internal import Scheduling

extension WorkerPlan {
    /// What the steps of a phase are called in a trace, and what sort of work each is.
    func traceNames(_ phase: Phase) -> [(String, WorkerTrace.Category)] {
        let values = Dictionary(transfers.map { ($0.id, $0.value) }, uniquingKeysWith: { first, _ in first })
        func name(_ verb: String, _ transfer: TransferID) -> String {
            "\(verb) \(values[transfer]?.description ?? "\(transfer.number)")"
        }
        return steps(phase).map { step in
            switch step {
            case .receive(let transfer): (name("receive", transfer), .receive)
            case .send(let transfer, _): (name("send", transfer), .send)
            case .awaitSent(let transfer, _): (name("await sent", transfer), .send)
            case .grantCredit(let transfer): (name("grant credit", transfer), .receive)
            case .compute(let id, _, _): (id.description, .compute)
            case .copy: ("next", .copy)
            case .pack(let transfer, _, _): (name("pack", transfer), .copy)
            case .report(let id, _): ("report \(id)", .copy)
            case .keep(let id, _): ("keep \(id)", .copy)
            }
        }
    }
}
