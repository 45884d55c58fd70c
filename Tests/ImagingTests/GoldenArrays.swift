import TensorFiles
import Tensors
import TestSupport

/// A fixture of `../shared/goldens` by its name without `.npy`.
func golden(_ name: String) throws -> Tensor {
    try NPY.read(SharedFiles.goldens.path("\(name).npy"))
}
