#pragma once
// OpenSSL for Swift. Macros over SSL_ctrl get a typed wrapper when they are needed. Prefix lm_; no logic here.
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
