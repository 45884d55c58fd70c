import CommandLineInterface
import Kernels

// The definitions of this folder, and the kernel that one of them brings along.
var kernels = KernelCatalog.standard
kernels.add(CrossMedianKernel.self)
Tool.main("graphs", kernels: kernels, definitions: [pnp, denoise, pnpCustom])
