#pragma once
// libcurl for Swift. curl_easy_setopt, curl_multi_setopt and curl_easy_getinfo are variadic, which Swift
// cannot call: one typed wrapper per kind of argument. Prefix lm_; no logic here.
#define CURL_STRICTER 1
#include <curl/curl.h>

static inline CURLcode lm_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode lm_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
