internal import CFFTW
internal import COpenBLAS

/// What the numeric libraries say of themselves, for a run's record.
package enum Libraries {
    /// Version and build of OpenBLAS and the processor it takes this one for, such as
    /// `OpenBLAS 0.3.21 … Haswell MAX_THREADS=64, core Haswell`.
    package static var openBLAS: String {
        "\(String(cString: openblas_get_config())), core \(openBLASCore)"
    }

    /// The processor whose kernels OpenBLAS runs; see ``BLASCore`` for what becomes of a wrong one.
    package static var openBLASCore: String { String(cString: openblas_get_corename()) }

    /// Version and instruction sets of FFTW, such as `fftw-3.3.10-sse2-avx-avx2-avx2_128`.
    package static var fftw: String { String(cString: fftwf_version_text()) }
}
