import Foundation
import Tensors
import TestSupport
import Testing

/// What a fixture can lack.
struct GoldenError: Error {
    let text: String
}

/// A fixture of `../shared/goldens` by its name without `.npy`: little-endian float32 in C order, version 1 headers.
func golden(_ name: String) throws -> Tensor {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: SharedFiles.goldens.path(name + ".npy"))))
    guard bytes.count > 10, bytes[6] == 1 else { throw GoldenError(text: "\(name): not NPY version 1") }
    let start = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    guard start <= bytes.count else { throw GoldenError(text: "\(name): truncated header") }
    let header = String(decoding: bytes[10..<start], as: UTF8.self)
    guard header.contains("'<f4'"), header.contains("'fortran_order': False"),
        let open = header.firstIndex(of: "("), let close = header.firstIndex(of: ")")
    else { throw GoldenError(text: "\(name): not float32 in C order") }
    let extents = header[header.index(after: open)..<close].split(separator: ",").compactMap {
        Int($0.trimmingCharacters(in: .whitespaces))
    }
    let shape = Shape(extents)
    guard bytes.count == start + 4 * shape.count else { throw GoldenError(text: "\(name): wrong length") }
    let values = (0..<shape.count).map { index in
        Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + 4 * index + $1]) << (8 * $1) })
    }
    return Tensor(shape, values)
}

/// A JSON fixture's top-level object.
func goldenObject(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: SharedFiles.goldens.path(name + ".json")))
    guard let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
        throw GoldenError(text: "\(name): not an object")
    }
    return object
}

/// A number of an object; a list of one number counts as that number.
func number(_ object: [String: Any], _ key: String) throws -> Double {
    if let value = object[key] as? Double { return value }
    guard let list = object[key] as? [Double], list.count == 1 else { throw GoldenError(text: "no number '\(key)'") }
    return list[0]
}

let goldensAbsent: Comment = "the fixtures of ../shared/goldens are absent"
