internal import Foundation
internal import TensorMath

/// Starts the program again where OpenBLAS has picked slow kernels, as it picks them only while it is loaded; that takes a
/// hundredth of a second, once.
///
/// Returns where there is no need, or it is not possible: then kernels stay slow, which `run.json` shows.
func restartForOpenBLAS() {
    guard let core = OpenBLASKernels.better else { return }
    // Told by this variable, OpenBLAS is not asked again: the program that starts now stays.
    setenv(OpenBLASKernels.variable, core, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
}
