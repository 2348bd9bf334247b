#pragma once
// Files that are part of the program. Prefix lm_; no logic here.
#include <stddef.h>
#include <stdint.h>

/// A file, and the path that it is served at or its name.
typedef struct lm_asset {
    const char *path;
    const uint8_t *bytes;
    size_t count;
} lm_asset;

/// The files of the pages for people, one after the other; the last one has no path.
extern const lm_asset *const lm_assets;

/// The documents of services whose operations are offered as tools, in the same way. They are not served.
extern const lm_asset *const lm_forwarders;
