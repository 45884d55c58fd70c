internal import Foundation
package import GraphModel
package import Scheduling
internal import TensorFiles

/// Keeps the placements that were found, by graph, hosts and speeds, so that a graph which is run again is not planned anew.
package struct PlacementCache: Sendable {
    private struct Record: Codable {
        let homes: [Int]
    }

    /// Placements that are kept; the oldest go.
    private static let most = 200

    private let folder: String
    private let program: String

    /// - Parameters:
    ///   - folder: Where they are kept; it is made when there is something to keep.
    ///   - program: Version of this program, which may look for placements in another way.
    package init(folder: String, program: String) {
        self.folder = "\(folder)/placements"
        self.program = program
    }

    /// The plan of ``Scheduling/Plan/best(_:workers:links:remembered:)``, by a placement that is kept where there is one. What
    /// cannot be read is looked for anew, and what cannot be written is looked for again next time.
    ///
    /// - Throws: ``Scheduling/PlanError`` where no placement fits the workers' memory.
    package func plan(_ expansion: Expansion, workers: [Worker], links: Links) throws(PlanError) -> Plan {
        // One worker has one placement.
        guard workers.count > 1 else { return try Plan.best(expansion, workers: workers, links: links) }
        let key = program + "\n" + Plan.placementKey(expansion, workers: workers, links: links)
        let path = "\(folder)/\(ContentHash.of(Array(key.utf8))).json"
        let known = PlainFile.contents(path)
            .flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
        let plan = try Plan.best(expansion, workers: workers, links: links, remembered: known?.homes)
        let homes = plan.homes(of: expansion)
        if homes != known?.homes { keep(Record(homes: homes), at: path) }
        return plan
    }

    private func keep(_ record: Record, at path: String) {
        guard let data = try? JSONEncoder().encode(record) else { return }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? PlainFile.write(data, to: path)
        let url = URL(filePath: folder)
        guard
            let kept = try? FileManager.default.contentsOfDirectory(
                at: url, includingPropertiesForKeys: [.contentModificationDateKey]), kept.count > PlacementCache.most
        else { return }
        let dated = kept.map { file in
            (
                file,
                (try? file.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate
                    ?? .distantPast
            )
        }
        for (file, _) in dated.sorted(by: { $0.1 < $1.1 }).prefix(kept.count - PlacementCache.most) {
            try? FileManager.default.removeItem(at: file)
        }
    }
}
