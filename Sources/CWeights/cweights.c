// The weights are part of the program, so that one file is all that has to be installed, and no path can be wrong.
#include "cweights.h"

// C23 has #embed; clang knows it in every C from version 19 on.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t color[] = {
#embed "graphrun-color.safetensors"
};

static const uint8_t gray[] = {
#embed "graphrun-gray.safetensors"
};

cweights_file cweights_color(void) { return (cweights_file){color, sizeof color}; }

cweights_file cweights_gray(void) { return (cweights_file){gray, sizeof gray}; }
