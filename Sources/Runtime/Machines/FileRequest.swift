/// A worker's request for a file of the graph, which has been answered with what the file holds.
package struct FileRequest: Hashable, Sendable {
    /// Worker and number of the request, which it gave.
    package struct Key: Hashable, Sendable {
        package let worker: Int
        package let number: Int
    }

    /// What is found where a request is looked at.
    package enum Answer: Hashable, Sendable {
        case file(path: String, hash: String, bytes: Int)
        case missing(reason: String)
    }

    package let worker: Int
    package let number: Int
    package let path: String
    package let bytes: Int

    package init(worker: Int, number: Int, path: String, bytes: Int) {
        self.worker = worker
        self.number = number
        self.path = path
        self.bytes = bytes
    }

    package var key: Key { Key(worker: worker, number: number) }
}
