/* Making and rotating the key folder, for mainstay-admin. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/keys.h"
#include "auth/keys_file.h"
#include "auth/secret.h"
#include "core/str.h"

#define JWT_MODE 0640
#define NAME_SIZE (KEYS_KID_MAX + 16)

struct new_file {
	char name[NAME_SIZE];
	mode_t mode;
	const char *word; /* before the key; "" for none */
};

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* Root gives what it makes to the owner of the folder. */
static bool
hand_over(int dirfd, int fd)
{
	struct stat st;

	if (geteuid() != 0)
		return true;
	return fstat(dirfd, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0;
}

static enum rc
write_key(int dirfd, const struct new_file *f, const uint8_t key[KEY_SIZE],
    struct keys_fault *fault)
{
	char text[BASE64URL_SIZE(KEY_SIZE)], line[80];
	bool ok;
	int fd, len;

	fd = openat(dirfd, f->name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return keys_say(fault, f->name, strerror(errno));
	base64url_encode(text, key, KEY_SIZE);
	len = snprintf(line, sizeof(line), "%s%s\n", f->word, text);
	ok = write_all(fd, line, (size_t)len) && hand_over(dirfd, fd) &&
	     fchmod(fd, f->mode) == 0 && fsync(fd) == 0;
	explicit_bzero(text, sizeof(text));
	explicit_bzero(line, sizeof(line));
	ok = close(fd) == 0 && ok;
	if (ok)
		return RC_OK;
	(void)keys_say(fault, f->name, strerror(errno));
	(void)unlinkat(dirfd, f->name, 0);
	return RC_BROKEN;
}

static enum rc
write_fresh(int dirfd, const struct new_file *f, struct keys_fault *fault)
{
	uint8_t key[KEY_SIZE];
	enum rc rc;

	secret_random(key, sizeof(key));
	rc = write_key(dirfd, f, key, fault);
	explicit_bzero(key, sizeof(key));
	return rc;
}

static enum rc
check_empty(int dirfd, struct keys_fault *fault)
{
	static const char *const names[] = { "csrf.key", "pepper.key" };
	struct keys k = { 0 };
	enum rc rc;

	rc = keys_read_jwt(dirfd, &k, fault);
	if (rc != RC_OK || k.jwt_count > 0) {
		keys_wipe(&k);
		(void)keys_say(fault, "key folder", "holds token keys");
		return RC_CONFLICT;
	}
	for (size_t i = 0; i < 2; i++) {
		if (faccessat(dirfd, names[i], F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		(void)keys_say(fault, names[i], "exists");
		return RC_CONFLICT;
	}
	return RC_OK;
}

/* All of them or none. */
static enum rc
write_set(int dirfd, struct keys_fault *fault)
{
	static const struct new_file files[] = {
		{ "jwt-k1.key", JWT_MODE, "sign " },
		{ "jwt-k2.key", JWT_MODE, "verify " },
		{ "csrf.key", JWT_MODE, "" },
		{ "pepper.key", 0600, "" },
	};
	size_t n = sizeof(files) / sizeof(files[0]);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n; i++) {
		rc = write_fresh(dirfd, &files[i], fault);
		if (rc == RC_OK)
			continue;
		while (i > 0)
			(void)unlinkat(dirfd, files[--i].name, 0);
		break;
	}
	if (rc == RC_OK && fsync(dirfd) != 0)
		return keys_say(fault, "key folder", strerror(errno));
	return rc;
}

enum rc
keys_create(const char *dir, struct keys_fault *fault)
{
	enum rc rc;
	int dirfd;

	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return keys_say(fault, dir, strerror(errno));
	rc = keys_open(dir, &dirfd, fault);
	if (rc != RC_OK)
		return rc;
	rc = check_empty(dirfd, fault);
	if (rc == RC_OK)
		rc = write_set(dirfd, fault);
	(void)close(dirfd);
	return rc;
}

static void
jwt_name(char out[NAME_SIZE], const char *prefix, const char *kid)
{
	(void)snprintf(out, NAME_SIZE, "%sjwt-%s.key", prefix, kid);
}

/* Writes beside the old file and puts it in its place at once. */
static enum rc
replace_word(int dirfd, const struct jwt_key *key, const char *word,
    struct keys_fault *fault)
{
	struct new_file f = { .mode = JWT_MODE, .word = word };
	char name[NAME_SIZE];
	enum rc rc;

	jwt_name(name, "", key->kid);
	jwt_name(f.name, ".", key->kid);
	if (unlinkat(dirfd, f.name, 0) != 0 && errno != ENOENT)
		return keys_say(fault, f.name, strerror(errno));
	rc = write_key(dirfd, &f, key->bytes, fault);
	if (rc != RC_OK)
		return rc;
	if (renameat(dirfd, f.name, dirfd, name) != 0)
		return keys_say(fault, name, strerror(errno));
	return RC_OK;
}

/* "k7" for the highest kid k6; kids of another shape count as none. */
static enum rc
write_next(int dirfd, const struct keys *k, const char *word,
    struct keys_fault *fault, char kid_out[KEYS_KID_MAX + 1])
{
	struct new_file f = { .mode = JWT_MODE, .word = word };
	unsigned last = 0;
	long n;

	for (size_t i = 0; i < k->jwt_count; i++)
		if (k->jwt[i].kid[0] == 'k' &&
		    str_to_long(str_of(k->jwt[i].kid + 1), &n) &&
		    n > (long)last && n < 1000000)
			last = (unsigned)n;
	(void)snprintf(kid_out, KEYS_KID_MAX + 1, "k%u", last + 1);
	jwt_name(f.name, "", kid_out);
	return write_fresh(dirfd, &f, fault);
}

/* The key before the signing one is the oldest that may go. */
static enum rc
drop_former(
    int dirfd, const struct keys *k, size_t current, struct keys_fault *fault)
{
	char name[NAME_SIZE];

	for (size_t i = 0; i < current; i++) {
		jwt_name(name, "", k->jwt[i].kid);
		if (unlinkat(dirfd, name, 0) != 0)
			return keys_say(fault, name, strerror(errno));
	}
	return RC_OK;
}

/* The highest that signs; after an interrupted rotation none does, and
 * the one before the last was the one that did. */
static size_t
current_key(const struct keys *k)
{
	for (size_t i = k->jwt_count; i > 0; i--)
		if (k->jwt[i - 1].may_sign)
			return i - 1;
	return k->jwt_count > 1 ? k->jwt_count - 2 : 0;
}

static enum rc
rotate_set(int dirfd, const struct keys *k, char kid_out[KEYS_KID_MAX + 1],
    struct keys_fault *fault)
{
	char waiting[KEYS_KID_MAX + 1];
	size_t current = current_key(k);
	bool has_next = current + 1 < k->jwt_count;
	enum rc rc;

	rc = drop_former(dirfd, k, current, fault);
	if (rc == RC_OK)
		rc = replace_word(dirfd, &k->jwt[current], "verify ", fault);
	if (rc == RC_OK && has_next)
		rc = replace_word(dirfd, &k->jwt[current + 1], "sign ", fault);
	if (rc == RC_OK)
		rc = write_next(
		    dirfd, k, has_next ? "verify " : "sign ", fault, waiting);
	if (rc == RC_OK)
		memcpy(kid_out, has_next ? k->jwt[current + 1].kid : waiting,
		    sizeof(waiting));
	return rc;
}

enum rc
keys_rotate(
    const char *dir, char kid_out[KEYS_KID_MAX + 1], struct keys_fault *fault)
{
	struct keys k = { 0 };
	enum rc rc;
	int dirfd;

	rc = keys_open(dir, &dirfd, fault);
	if (rc != RC_OK)
		return rc;
	rc = keys_read_jwt(dirfd, &k, fault);
	if (rc == RC_OK && k.jwt_count == 0)
		rc = keys_say(fault, dir, "no token key to rotate");
	if (rc == RC_OK)
		rc = rotate_set(dirfd, &k, kid_out, fault);
	if (rc == RC_OK && fsync(dirfd) != 0)
		rc = keys_say(fault, dir, strerror(errno));
	(void)close(dirfd);
	keys_wipe(&k);
	return rc;
}
