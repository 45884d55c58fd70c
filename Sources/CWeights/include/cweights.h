#ifndef CWEIGHTS_H
#define CWEIGHTS_H

#include <stddef.h>
#include <stdint.h>

/// The bytes of a .safetensors file that lies beside the source of this, and how many they are. They live as long as the
/// program.
typedef struct cweights_file {
    const uint8_t *_Nonnull bytes;
    size_t count;
} cweights_file;

cweights_file cweights_color(void);
cweights_file cweights_gray(void);

#endif
