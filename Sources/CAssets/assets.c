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
static const uint8_t docs_docs_css[] = {
#embed "docs/docs.css"
};
static const uint8_t docs_operation_css[] = {
#embed "docs/operation.css"
};
static const uint8_t docs_docs_js[] = {
#embed "docs/docs.js"
};
static const uint8_t docs_spec_js[] = {
#embed "docs/spec.js"
};
static const uint8_t docs_schema_js[] = {
#embed "docs/schema.js"
};
static const uint8_t docs_code_js[] = {
#embed "docs/code.js"
};
static const uint8_t docs_examples_js[] = {
#embed "docs/examples.js"
};
static const uint8_t docs_form_js[] = {
#embed "docs/form.js"
};
static const uint8_t docs_send_js[] = {
#embed "docs/send.js"
};
static const uint8_t docs_answer_js[] = {
#embed "docs/answer.js"
};
static const uint8_t docs_practice_js[] = {
#embed "docs/practice.js"
};
static const uint8_t docs_operation_js[] = {
#embed "docs/operation.js"
};
static const uint8_t docs_search_js[] = {
#embed "docs/search.js"
};

#define ASSET(path, bytes) { path, bytes, sizeof bytes }

static const lm_asset assets[] = {
    ASSET("/docs", docs_html),
    ASSET("/assets/dom.js", shared_dom_js),
    ASSET("/assets/icon.svg", shared_icon_svg),
    ASSET("/assets/theme.css", shared_theme_css),
    ASSET("/assets/theme.js", shared_theme_js),
    ASSET("/assets/docs.css", docs_docs_css),
    ASSET("/assets/operation.css", docs_operation_css),
    ASSET("/assets/docs.js", docs_docs_js),
    ASSET("/assets/spec.js", docs_spec_js),
    ASSET("/assets/schema.js", docs_schema_js),
    ASSET("/assets/code.js", docs_code_js),
    ASSET("/assets/examples.js", docs_examples_js),
    ASSET("/assets/form.js", docs_form_js),
    ASSET("/assets/send.js", docs_send_js),
    ASSET("/assets/answer.js", docs_answer_js),
    ASSET("/assets/practice.js", docs_practice_js),
    ASSET("/assets/operation.js", docs_operation_js),
    ASSET("/assets/search.js", docs_search_js),
    {0},
};

const lm_asset *const lm_assets = assets;
