/* SPDX-License-Identifier: MIT */
#include "tools/session/program/preload_check.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gelf.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/program/libraries.h"

/* An interpreter may be a script itself; the kernel has the same limit. */
enum { MOST_SCRIPTS = 5 };

/* What of a program's file decides. */
struct image {
	int class;
	int machine;
	char *loader; /* the path of its dynamic loader; NULL: it has none */
};

/* The program's loader. NULL if the headers name none. */
static char *loader_of(Elf *elf)
{
	size_t n = 0;
	GElf_Phdr header;

	elf_getphdrnum(elf, &n);
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_INTERP)
			continue;
		Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)header.p_offset, header.p_filesz, ELF_T_BYTE);
		if (!data || !data->d_size)
			continue;
		return g_strndup(data->d_buf, data->d_size);
	}
	return NULL;
}

/* False if the file is not a whole ELF program: it will not run either, or is run by something else. */
static bool read_image(const char *path, struct image *image)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = NULL;
	GElf_Ehdr header;
	bool ok = false;

	elf_version(EV_CURRENT);
	if (fd != -1)
		elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && gelf_getehdr(elf, &header) && (header.e_type == ET_EXEC || header.e_type == ET_DYN)) {
		*image = (struct image){
		    .class = header.e_ident[EI_CLASS], .machine = header.e_machine, .loader = loader_of(elf)};
		ok = true;
	}
	elf_end(elf);
	if (fd != -1)
		close(fd);
	return ok;
}

/* The interpreter that a script names in its first line. NULL if the file is no script. */
static char *interpreter_of(const char *path)
{
	char line[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	ssize_t n = read(fd, line, sizeof line - 1);
	close(fd);
	if (n == -1 || strncmp(line, "#!", 2) != 0)
		return NULL;
	char *name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\r\n")] = '\0';
	return *name ? g_strdup(name) : NULL;
}

/* Whether exec gives the program more rights than we have; the loader then takes no library from its caller. */
static bool gains_rights(const char *path, const char **how, const char **remedy)
{
	struct statvfs disk;
	struct stat file;
	char capabilities[64];

	if (stat(path, &file) == -1 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (statvfs(path, &disk) == 0 && disk.f_flag & ST_NOSUID))
		return false;
	*remedy = "record as the user and group that own it, or a copy of it without that bit";
	*how = "it is set-uid";
	if (file.st_mode & S_ISUID && file.st_uid != getuid())
		return true;
	*how = "it is set-gid";
	if (file.st_mode & S_ISGID && file.st_mode & S_IXGRP && file.st_gid != getgid())
		return true;
	*how = "it has file capabilities";
	*remedy = "record as root, or a copy of it, which has none";
	return getuid() != 0 && getxattr(path, "security.capability", capabilities, sizeof capabilities) > 0;
}

/* Whether the kernel runs programs of that kind beside those of our own. */
static bool runs_here(const struct image *image, const struct image *ours)
{
	return image->machine == ours->machine || (image->machine == EM_386 && ours->machine == EM_X86_64) ||
	       (image->machine == EM_ARM && ours->machine == EM_AARCH64);
}

static char *wrong_class(const struct image *image, const struct image *ours)
{
	int theirs = image->class == ELFCLASS32 ? 32 : 64, bits = ours->class == ELFCLASS32 ? 32 : 64;

	return g_strdup_printf("it is a %d-bit program, our libraries have %d bits: record a %d-bit build of it",
	                       theirs, bits, bits);
}

/* Why the loader will not load our libraries into an image that can run here. NULL if it will. */
static char *refusal(const char *path, const struct image *image, const struct image *ours)
{
	g_autofree char *name = g_path_get_basename(path), *loader = g_path_get_basename(ours->loader);
	g_autofree char *theirs = image->loader ? g_path_get_basename(image->loader) : NULL;
	const char *how, *remedy;

	if (image->class != ours->class || image->machine != ours->machine)
		return wrong_class(image, ours);
	if (!image->loader && strcmp(name, loader) == 0)
		return NULL; /* the loader, which will load the program that it is given */
	if (!image->loader)
		return g_strdup("it is statically linked, so no library can be loaded into it: link it dynamically, or "
		                "build it with libtrace_thr");
	if (strcmp(theirs, loader) != 0)
		return g_strdup_printf(
		    "its loader is %s, of another C library than ours (%s): record a build for the machine's C library",
		    theirs, loader);
	if (gains_rights(path, &how, &remedy))
		return g_strdup_printf("%s, and the loader ignores LD_PRELOAD then: %s", how, remedy);
	return NULL;
}

/* Whether the kernel will not start it, for want of its loader or since it is for another kind of machine. */
static bool cannot_start(const struct image *image, const struct image *ours)
{
	return !runs_here(image, ours) || (image->loader && access(image->loader, F_OK) == -1);
}

/* Why not, of the program in the file. NULL: it can be, or it will not start, or that cannot be known. */
static char *refusal_of(const char *file)
{
	struct image image = {0}, ours = {0};
	char *why = NULL;

	if (!read_image(file, &image))
		return NULL;
	if (read_image("/proc/self/exe", &ours) && ours.loader && !cannot_start(&image, &ours))
		why = refusal(file, &image, &ours);
	g_free(image.loader);
	g_free(ours.loader);
	return why;
}

char *tt_loader_needed(const char *path)
{
	struct image image = {0};
	char *interpreter = interpreter_of(path);

	if (!interpreter && read_image(path, &image))
		return image.loader;
	return interpreter;
}

bool tt_loader_is_program(const char *path)
{
	struct image image = {0};
	bool is = read_image(path, &image);

	g_free(image.loader);
	return is;
}

bool tt_preload_check(const char *path, GError **error)
{
	g_autofree char *file = g_strdup(path);
	char *interpreter;

	for (int scripts = 0; scripts < MOST_SCRIPTS && (interpreter = interpreter_of(file)); scripts++) {
		g_free(file);
		file = interpreter;
	}
	g_autofree char *why = refusal_of(file);
	if (!why)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM, "--preload cannot work for %s%s%s: %s", path,
	            strcmp(file, path) == 0 ? "" : ", a script for ", strcmp(file, path) == 0 ? "" : file, why);
	return false;
}

/* False: the loader would take the path apart. */
static bool can_be_named(const char *path, GError **error)
{
	if (!strpbrk(path, " :"))
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
	            "--preload cannot work from here: the loader takes no path with a space or colon (%s): install "
	            "trace-thr in another folder",
	            path);
	return false;
}

static bool is_true(const char *variable)
{
	const char *value = g_getenv(variable);

	return value && strcmp(value, "0") != 0;
}

bool tt_loader_leaves_clock(char *const *program, GError **error)
{
	const char *preloaded = g_getenv("LD_PRELOAD");
	g_autofree char *name = g_path_get_basename(program[0]);
	bool is_faked = (preloaded && strstr(preloaded, "libfaketime")) || strcmp(name, "faketime") == 0;

	for (size_t i = 1; is_faked && program[i]; i++)
		if (strcmp(program[i], "--exclude-monotonic") == 0)
			return true;
	if (!is_faked || is_true("FAKETIME_DONT_FAKE_MONOTONIC") || is_true("DONT_FAKE_MONOTONIC"))
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM,
	            "%s would be recorded by a clock that libfaketime has changed, in no order: set "
	            "FAKETIME_DONT_FAKE_MONOTONIC=1, which leaves the program's date as it is to be",
	            program[0]);
	return false;
}

char *tt_preload_variable(const char *before, GError **error)
{
	const char *const names[] = {TT_LIBRARY_PRELOAD, TT_LIBRARY_PROBES};
	g_autoptr(GString) value = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = tt_library_find(names[i]);

		if (!path) {
			g_set_error(
			    error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
			    "--preload needs %s, which is not beside this command or in its ../lib: run make, or "
			    "make install",
			    names[i]);
			return NULL;
		}
		if (!can_be_named(path, error))
			return NULL;
		g_string_append_printf(value, "%s%s", i ? " " : "", path);
	}
	if (before && *before)
		g_string_append_printf(value, " %s", before);
	return g_string_free(g_steal_pointer(&value), FALSE);
}

bool tt_preload_works(GError **error)
{
	g_autofree char *libraries = tt_preload_variable(NULL, error);
	char self[] = "/proc/self/exe", version[] = "--version", *argv[] = {self, version, NULL};
	g_auto(GStrv) environment = g_get_environ();
	g_autofree char *path = g_file_read_link(self, NULL);
	g_autofree char *complaint = NULL;
	int status;

	if (!libraries)
		return false;
	argv[0] = path ? path : self;
	environment = g_environ_setenv(environment, "LD_PRELOAD", libraries, TRUE);
	environment = g_environ_setenv(environment, "LTTNG_UST_REGISTER_TIMEOUT", "0", TRUE);
	if (!g_spawn_sync(NULL, argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &complaint, &status,
	                  error))
		return false;
	complaint[strcspn(complaint, "\n")] = '\0';
	if (status == 0 && !*complaint)
		return true;
	g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP, "%s",
	            *complaint ? complaint : "a process that " TT_LIBRARY_PRELOAD " is loaded into fails");
	return false;
}
