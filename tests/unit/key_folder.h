/*
 * key_folder.h - a folder of keys that lives as long as one test.
 */
#ifndef TESTS_KEY_FOLDER_H
#define TESTS_KEY_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth/keys.h"

struct key_folder {
	char path[64];
};

static inline void
folder_make(struct key_folder *f)
{
	memcpy(f->path, "/tmp/mainstay-keys-XXXXXX", 26);
	assert_non_null(mkdtemp(f->path));
}

static inline void
folder_path(const struct key_folder *f, const char *name, char out[160])
{
	(void)snprintf(out, 160, "%s/%s", f->path, name);
}

static inline void
folder_put(const struct key_folder *f, const char *name, const char *text,
    size_t len, mode_t mode)
{
	char path[160];
	FILE *file;

	folder_path(f, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static inline void
folder_remove(const struct key_folder *f)
{
	const struct dirent *entry;
	char path[160];
	DIR *dir;

	dir = opendir(f->path);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strlen(entry->d_name) > 80)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%.80s", f->path,
		    entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(dir);
	(void)rmdir(f->path);
}

/* A fresh set, as mainstay-admin makes it. */
static inline void
folder_keys(struct keys *out)
{
	struct keys_fault fault;
	struct key_folder f;

	folder_make(&f);
	assert_int_equal(keys_create(f.path, &fault), RC_OK);
	assert_int_equal(keys_read(f.path, true, out, &fault), RC_OK);
	folder_remove(&f);
}

#endif
