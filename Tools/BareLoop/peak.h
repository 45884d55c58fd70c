#ifndef PEAK_H
#define PEAK_H

/// Billions of floating-point operations a second that `threads` threads reach together with nothing but independent
/// multiply-adds in registers, two operations each: the limit of any loop on this machine.
double peak_gflops(int threads);

#endif
