#include "assets.h"

// A file is embedded here (C23) and gets its row in the table below. The compiler's list of what it has read names the
// file, so a build notices when it changes.

static const uint8_t shared_theme_css[] = {
#embed "shared/theme.css"
};
static const uint8_t shared_dom_js[] = {
#embed "shared/dom.js"
};
static const uint8_t shared_theme_js[] = {
#embed "shared/theme.js"
};
static const uint8_t shared_icon_svg[] = {
#embed "shared/icon.svg"
};
static const uint8_t docs_html[] = {
#embed "docs/docs.html"
};

#define ASSET(path, bytes) { path, bytes, sizeof bytes }

static const lm_asset assets[] = {
    ASSET("/docs", docs_html),
    ASSET("/assets/dom.js", shared_dom_js),
    ASSET("/assets/icon.svg", shared_icon_svg),
    ASSET("/assets/theme.css", shared_theme_css),
    ASSET("/assets/theme.js", shared_theme_js),
    {0},
};

const lm_asset *const lm_assets = assets;
