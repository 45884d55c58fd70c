import Foundation
import TensorFiles
import Tensors
import TestSupport
import Testing

/// What a fixture can lack.
struct GoldenError: Error {
    let text: String
}

/// A fixture of `../shared/goldens` by its name without `.npy`.
func golden(_ name: String) throws -> Tensor {
    try NPY.read(SharedFiles.goldens.path("\(name).npy"))
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
