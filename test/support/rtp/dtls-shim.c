// Preloaded into the worker by tests: DTLS negotiates what TRESTLE_SHIM_CIPHERS says (ciphers(1)), and its secrets are
// appended to the file TRESTLE_SHIM_KEYS (SSL_CTX_set_keylog_callback(3)).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void write_secret(const void* ssl, const char* line)
{
	FILE* file = fopen(getenv("TRESTLE_SHIM_KEYS"), "a");

	(void)ssl;
	fprintf(file, "%s\n", line);
	fclose(file);
}

int SSL_CTX_set_cipher_list(void* ctx, const char* list)
{
	int (*set_list)(void*, const char*) = dlsym(RTLD_NEXT, "SSL_CTX_set_cipher_list");
	void (*set_keylog)(void*, void (*)(const void*, const char*)) =
	  dlsym(RTLD_NEXT, "SSL_CTX_set_keylog_callback");

	(void)list;
	set_keylog(ctx, write_secret);

	return set_list(ctx, getenv("TRESTLE_SHIM_CIPHERS"));
}
