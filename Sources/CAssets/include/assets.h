#pragma once
// The files of the pages for people, as they are part of the program. Prefix lm_; no logic here.
#include <stddef.h>
#include <stdint.h>

/// A file and the path that it is served at.
typedef struct lm_asset {
    const char *path;
    const uint8_t *bytes;
    size_t count;
} lm_asset;

/// All of them, one after the other; the last one has no path.
extern const lm_asset *const lm_assets;
