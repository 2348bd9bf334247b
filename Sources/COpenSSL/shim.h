#pragma once
// OpenSSL for Swift. Macros over SSL_ctrl get a typed wrapper when they are needed. Prefix lm_; no logic here.
#include <openssl/bio.h>
#include <openssl/buffer.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// Macros over SSL_CTX_ctrl and BIO_ctrl, which Swift does not import.
static inline long lm_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}
static inline long lm_SSL_CTX_set_max_proto_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_max_proto_version(context, version);
}
static inline long lm_SSL_CTX_set_mode(SSL_CTX *context, long mode) { return SSL_CTX_set_mode(context, mode); }
static inline long lm_SSL_CTX_set1_groups_list(SSL_CTX *context, const char *names) {
    return SSL_CTX_set1_groups_list(context, names);
}
static inline long lm_SSL_CTX_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}
static inline long lm_SSL_CTX_set_tlsext_ticket_keys(SSL_CTX *context, void *keys, long length) {
    return SSL_CTX_set_tlsext_ticket_keys(context, keys, length);
}
static inline long lm_SSL_CTX_set_session_cache_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long lm_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }
static inline long lm_BIO_get_mem_ptr(BIO *bio, BUF_MEM **memory) { return BIO_get_mem_ptr(bio, memory); }
static inline int lm_BIO_reset(BIO *bio) { return BIO_reset(bio); }

// Options are 64-bit macros with casts.
static const uint64_t LM_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t LM_SSL_OP_NO_COMPRESSION = SSL_OP_NO_COMPRESSION;
static const uint64_t LM_SSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static const uint64_t LM_SSL_OP_PRIORITIZE_CHACHA = SSL_OP_PRIORITIZE_CHACHA;
static const long LM_SSL_MODE_RELEASE_BUFFERS = SSL_MODE_RELEASE_BUFFERS;
