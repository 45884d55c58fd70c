#include <fftw3.h>

/// The library's name, version and instruction sets. Swift cannot see an array of unknown length, so it asks here.
static inline const char *fftwf_version_text(void) { return fftwf_version; }
