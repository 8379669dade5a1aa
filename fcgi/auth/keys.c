/* Reading the key folder; keys_write.c makes and rotates it. */
#include "auth/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/keys_file.h"
#include "core/log.h"
#include "core/str.h"

#define LINE_MAX_BYTES 64

enum rc
keys_say(struct keys_fault *fault, const char *file, const char *what)
{
	(void)snprintf(
	    fault->text, sizeof(fault->text), "%.200s: %.100s", file, what);
	return RC_INVALID;
}

static enum rc
check_mode(int fd, const char *name, struct keys_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return keys_say(fault, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return keys_say(fault, name, "not a regular file");
	if ((st.st_mode & S_IWGRP) != 0)
		return keys_say(fault, name, "its group may write it");
	if ((st.st_mode & S_IRWXO) != 0)
		return keys_say(fault, name, "others may use it");
	return RC_OK;
}

static ssize_t
read_all(int fd, char *out, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, out + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* The only line of a key file, without its line feed. */
static enum rc
read_line(int dirfd, const char *name, char line[LINE_MAX_BYTES],
    struct keys_fault *fault)
{
	ssize_t len;
	enum rc rc;
	int fd;

	fd =
	    openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return keys_say(fault, name, strerror(errno));
	rc = check_mode(fd, name, fault);
	len = rc == RC_OK ? read_all(fd, line, LINE_MAX_BYTES) : 0;
	(void)close(fd);
	if (rc != RC_OK)
		return rc;
	if (len < 0)
		return keys_say(fault, name, "cannot be read");
	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (len == 0 || len >= LINE_MAX_BYTES)
		return keys_say(fault, name, "must hold one line, a key");
	line[len] = '\0';
	if (strlen(line) != (size_t)len)
		return keys_say(fault, name, "holds a zero byte");
	return RC_OK;
}

static enum rc
decode_key(struct str text, const char *name, uint8_t out[KEY_SIZE],
    struct keys_fault *fault)
{
	if (text.len != BASE64URL_SIZE(KEY_SIZE) - 1 ||
	    base64url_decode(out, KEY_SIZE, text) != KEY_SIZE)
		return keys_say(fault, name,
		    "the key must be 32 bytes as 43 base64url characters");
	return RC_OK;
}

static enum rc
read_single(int dirfd, const char *name, uint8_t out[KEY_SIZE],
    struct keys_fault *fault)
{
	char line[LINE_MAX_BYTES];
	enum rc rc;

	rc = read_line(dirfd, name, line, fault);
	if (rc == RC_OK)
		rc = decode_key(str_of(line), name, out, fault);
	explicit_bzero(line, sizeof(line));
	return rc;
}

static void
set_header(struct jwt_key *key)
{
	char json[KEYS_HEADER_SIZE];
	int len;

	len = snprintf(json, sizeof(json),
	    "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", key->kid);
	base64url_encode(key->header, (const uint8_t *)json, (size_t)len);
	key->header_len = strlen(key->header);
}

/* "sign <key>" or "verify <key>" */
static enum rc
parse_jwt(const char *line, const char *name, struct jwt_key *out,
    struct keys_fault *fault)
{
	if (strncmp(line, "sign ", 5) == 0) {
		out->may_sign = true;
		return decode_key(str_of(line + 5), name, out->bytes, fault);
	}
	if (strncmp(line, "verify ", 7) == 0)
		return decode_key(str_of(line + 7), name, out->bytes, fault);
	return keys_say(fault, name, "must begin with sign or verify");
}

static bool
is_jwt_name(const char *name)
{
	size_t len = strlen(name);

	return len > 8 && strncmp(name, "jwt-", 4) == 0 &&
	       strcmp(name + len - 4, ".key") == 0;
}

static bool
take_kid(const char *name, char out[KEYS_KID_MAX + 1])
{
	size_t len = strlen(name) - 8;

	if (len == 0 || len > KEYS_KID_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[4 + i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			return false;
		out[i] = c;
	}
	out[len] = '\0';
	return true;
}

static enum rc
add_jwt(int dirfd, const char *name, struct keys *k, struct keys_fault *fault)
{
	char line[LINE_MAX_BYTES];
	struct jwt_key *key;
	enum rc rc;

	if (k->jwt_count == KEYS_JWT_MAX)
		return keys_say(fault, name, "more than three token keys");
	key = &k->jwt[k->jwt_count];
	if (!take_kid(name, key->kid))
		return keys_say(fault, name,
		    "the name must be jwt-<1 to 16 of a-z 0-9>.key");
	rc = read_line(dirfd, name, line, fault);
	if (rc == RC_OK)
		rc = parse_jwt(line, name, key, fault);
	explicit_bzero(line, sizeof(line));
	if (rc != RC_OK)
		return rc;
	set_header(key);
	k->jwt_count++;
	return RC_OK;
}

/* k9 comes before k10. */
static int
compare_kid(const void *a, const void *b)
{
	const struct jwt_key *x = a, *y = b;
	size_t m = strlen(x->kid), n = strlen(y->kid);

	if (m != n)
		return m < n ? -1 : 1;
	return strcmp(x->kid, y->kid);
}

enum rc
keys_read_jwt(int dirfd, struct keys *k, struct keys_fault *fault)
{
	const struct dirent *entry;
	enum rc rc = RC_OK;
	DIR *dir;
	int fd;

	fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return keys_say(fault, "key folder", strerror(errno));
	}
	while (rc == RC_OK && (entry = readdir(dir)) != NULL)
		if (is_jwt_name(entry->d_name))
			rc = add_jwt(dirfd, entry->d_name, k, fault);
	(void)closedir(dir);
	if (rc == RC_OK && k->jwt_count > 1)
		qsort(k->jwt, k->jwt_count, sizeof(k->jwt[0]), compare_kid);
	return rc;
}

enum rc
keys_open(const char *dir, int *out, struct keys_fault *fault)
{
	struct stat st;
	int fd;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return keys_say(fault, dir, strerror(errno));
	if (fstat(fd, &st) != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)close(fd);
		return keys_say(
		    fault, dir, "only its owner may write in this folder");
	}
	*out = fd;
	return RC_OK;
}

static enum rc
check_signers(const char *dir, const struct keys *k, struct keys_fault *fault)
{
	size_t signers = 0;

	for (size_t i = 0; i < k->jwt_count; i++)
		signers += k->jwt[i].may_sign;
	if (signers == 1)
		return RC_OK;
	return keys_say(fault, dir,
	    signers == 0 ? "no token key that signs"
			 : "two token keys that sign");
}

static enum rc
read_set(int dirfd, const char *dir, bool with_pepper, struct keys *k,
    struct keys_fault *fault)
{
	enum rc rc;

	rc = keys_read_jwt(dirfd, k, fault);
	if (rc == RC_OK)
		rc = check_signers(dir, k, fault);
	if (rc == RC_OK)
		rc = read_single(dirfd, "csrf.key", k->csrf, fault);
	if (rc == RC_OK && with_pepper)
		rc = read_single(dirfd, "pepper.key", k->pepper, fault);
	k->has_pepper = with_pepper;
	return rc;
}

enum rc
keys_read(const char *dir, bool with_pepper, struct keys *out,
    struct keys_fault *fault)
{
	struct keys k = { 0 };
	enum rc rc;
	int dirfd;

	rc = keys_open(dir, &dirfd, fault);
	if (rc != RC_OK)
		return rc;
	rc = read_set(dirfd, dir, with_pepper, &k, fault);
	(void)close(dirfd);
	if (rc == RC_OK)
		*out = k;
	keys_wipe(&k);
	return rc;
}

void
keys_load(const char *dir, bool with_pepper, struct keys *out)
{
	struct keys_fault fault;

	if (keys_read(dir, with_pepper, out, &fault) != RC_OK)
		log_refuse(
		    "the keys are not in order", "fault", fault.text, NULL);
}

void
keys_wipe(struct keys *k)
{
	explicit_bzero(k, sizeof(*k));
}
