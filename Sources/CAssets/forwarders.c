#include "assets.h"

// The services that this program knows by itself, each in a document of the format that an operator's own have.

static const uint8_t github_json[] = {
#embed "forwarders/github.json"
};
static const uint8_t lumenore_json[] = {
#embed "forwarders/lumenore.json"
};
static const uint8_t luna_json[] = {
#embed "forwarders/luna.json"
};

static const lm_asset forwarders[] = {
    {"github.json", github_json, sizeof github_json},
    {"lumenore.json", lumenore_json, sizeof lumenore_json},
    {"luna.json", luna_json, sizeof luna_json},
    {0},
};

const lm_asset *const lm_forwarders = forwarders;
