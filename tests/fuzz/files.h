/* SPDX-License-Identifier: MIT */
/*
 * What fuzzers of files share: a folder of their own, in memory where there is room, which goes with the process.
 */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

static char *fuzz_folder;

static inline void fuzz_remove_folder(void)
{
	GDir *folder = g_dir_open(fuzz_folder, 0, NULL);

	for (const char *name; folder && (name = g_dir_read_name(folder));) {
		g_autofree char *path = g_build_filename(fuzz_folder, name, NULL);
		g_remove(path);
	}
	if (folder)
		g_dir_close(folder);
	g_rmdir(fuzz_folder);
	g_free(fuzz_folder);
}

/* A file of the folder with these bytes. Its path is the caller's to free. */
static inline char *fuzz_file(const char *name, const uint8_t *bytes, size_t size)
{
	if (!fuzz_folder) {
		fuzz_folder = g_strdup(access("/dev/shm", W_OK) == 0 ? "/dev/shm/trace-thr-fuzz-XXXXXX"
		                                                     : "/tmp/trace-thr-fuzz-XXXXXX");
		if (!g_mkdtemp(fuzz_folder))
			abort();
		atexit(fuzz_remove_folder);
	}
	char *path = g_build_filename(fuzz_folder, name, NULL);
	FILE *file = fopen(path, "we");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		abort();
	return path;
}

/* libFuzzer's entry. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif /* TESTS_FUZZ_FILES_H */
