#include "assets.h"

// A file is embedded here (C23) and gets its row in the table below. The compiler's list of what it has read names the
// file, so a build notices when it changes.

static const uint8_t shared_theme_css[] = {
#embed "shared/theme.css"
};
static const uint8_t shared_dom_js[] = {
#embed "shared/dom.js"
};
static const uint8_t shared_json_js[] = {
#embed "shared/json.js"
};
static const uint8_t shared_theme_js[] = {
#embed "shared/theme.js"
};
static const uint8_t shared_icon_svg[] = {
#embed "shared/icon.svg"
};
static const uint8_t console_agenda_js[] = {
#embed "console/console-agenda.js"
};
static const uint8_t console_api_js[] = {
#embed "console/console-api.js"
};
static const uint8_t console_calendar_js[] = {
#embed "console/console-calendar.js"
};
static const uint8_t console_cancel_js[] = {
#embed "console/console-cancel.js"
};
static const uint8_t console_charts_js[] = {
#embed "console/console-charts.js"
};
static const uint8_t console_controls_js[] = {
#embed "console/console-controls.js"
};
static const uint8_t console_details_js[] = {
#embed "console/console-details.js"
};
static const uint8_t console_events_js[] = {
#embed "console/console-events.js"
};
static const uint8_t console_fields_js[] = {
#embed "console/console-fields.js"
};
static const uint8_t console_files_js[] = {
#embed "console/console-files.js"
};
static const uint8_t console_focus_js[] = {
#embed "console/console-focus.js"
};
static const uint8_t console_form_js[] = {
#embed "console/console-form.js"
};
static const uint8_t console_forms_css[] = {
#embed "console/console-forms.css"
};
static const uint8_t console_gateway_js[] = {
#embed "console/console-gateway.js"
};
static const uint8_t console_luma_js[] = {
#embed "console/console-luma.js"
};
static const uint8_t console_markdown_js[] = {
#embed "console/console-markdown.js"
};
static const uint8_t console_month_js[] = {
#embed "console/console-month.js"
};
static const uint8_t console_outcome_js[] = {
#embed "console/console-outcome.js"
};
static const uint8_t console_place_js[] = {
#embed "console/console-place.js"
};
static const uint8_t console_problems_js[] = {
#embed "console/console-problems.js"
};
static const uint8_t console_preview_js[] = {
#embed "console/console-preview.js"
};
static const uint8_t console_search_js[] = {
#embed "console/console-search.js"
};
static const uint8_t console_sheet_js[] = {
#embed "console/console-sheet.js"
};
static const uint8_t console_sign_in_js[] = {
#embed "console/console-sign-in.js"
};
static const uint8_t console_texts_js[] = {
#embed "console/console-texts.js"
};
static const uint8_t console_toast_js[] = {
#embed "console/console-toast.js"
};
static const uint8_t console_watch_js[] = {
#embed "console/console-watch.js"
};
static const uint8_t console_zones_js[] = {
#embed "console/console-zones.js"
};
static const uint8_t console_css[] = {
#embed "console/console.css"
};
static const uint8_t console_html[] = {
#embed "console/console.html"
};
static const uint8_t console_js[] = {
#embed "console/console.js"
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
static const uint8_t docs_menu_js[] = {
#embed "docs/menu.js"
};
static const uint8_t docs_operation_js[] = {
#embed "docs/operation.js"
};
static const uint8_t docs_search_js[] = {
#embed "docs/search.js"
};

#define ASSET(path, bytes) { path, bytes, sizeof bytes }

static const lm_asset assets[] = {
    ASSET("/assets/console-agenda.js", console_agenda_js),
    ASSET("/assets/console-api.js", console_api_js),
    ASSET("/assets/console-calendar.js", console_calendar_js),
    ASSET("/assets/console-cancel.js", console_cancel_js),
    ASSET("/assets/console-charts.js", console_charts_js),
    ASSET("/assets/console-controls.js", console_controls_js),
    ASSET("/assets/console-details.js", console_details_js),
    ASSET("/assets/console-events.js", console_events_js),
    ASSET("/assets/console-fields.js", console_fields_js),
    ASSET("/assets/console-files.js", console_files_js),
    ASSET("/assets/console-focus.js", console_focus_js),
    ASSET("/assets/console-form.js", console_form_js),
    ASSET("/assets/console-forms.css", console_forms_css),
    ASSET("/assets/console-gateway.js", console_gateway_js),
    ASSET("/assets/console-luma.js", console_luma_js),
    ASSET("/assets/console-markdown.js", console_markdown_js),
    ASSET("/assets/console-month.js", console_month_js),
    ASSET("/assets/console-outcome.js", console_outcome_js),
    ASSET("/assets/console-place.js", console_place_js),
    ASSET("/assets/console-problems.js", console_problems_js),
    ASSET("/assets/console-preview.js", console_preview_js),
    ASSET("/assets/console-search.js", console_search_js),
    ASSET("/assets/console-sheet.js", console_sheet_js),
    ASSET("/assets/console-sign-in.js", console_sign_in_js),
    ASSET("/assets/console-texts.js", console_texts_js),
    ASSET("/assets/console-toast.js", console_toast_js),
    ASSET("/assets/console-watch.js", console_watch_js),
    ASSET("/assets/console-zones.js", console_zones_js),
    ASSET("/assets/console.css", console_css),
    ASSET("/", console_html),
    ASSET("/assets/console.js", console_js),
    ASSET("/docs", docs_html),
    ASSET("/assets/dom.js", shared_dom_js),
    ASSET("/assets/json.js", shared_json_js),
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
    ASSET("/assets/menu.js", docs_menu_js),
    ASSET("/assets/operation.js", docs_operation_js),
    ASSET("/assets/search.js", docs_search_js),
    {0},
};

const lm_asset *const lm_assets = assets;
