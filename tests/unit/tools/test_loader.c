/* SPDX-License-Identifier: MIT */
/*
 * What the dynamic loader makes of LD_PRELOAD: programs of this test, some bytes each. Rights and disks are as the test
 * wants them.
 */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tools/session/lttng/daemon.h"
#include "tools/session/dirs.h"
#include "tools/session/program/libraries.h"
#include "tools/session/program/preload_check.h"

static struct world {
	char *folder, *loader; /* the latter: the base name of ours */
	int machine;
	uid_t user;
	gid_t group;
	bool no_new_rights, no_setuid, no_disk, capabilities;
	const char *preload, *probes; /* the libraries */
	int files;
} world;

uid_t getuid(void)
{
	return world.user;
}

gid_t getgid(void)
{
	return world.group;
}

int prctl(int option, ...)
{
	assert_int_equal(option, PR_GET_NO_NEW_PRIVS);
	return world.no_new_rights;
}

int statvfs(const char *restrict path, struct statvfs *restrict disk)
{
	(void)path;
	*disk = (struct statvfs){.f_flag = world.no_setuid ? ST_NOSUID : 0};
	return world.no_disk ? -1 : 0;
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size)
{
	(void)path;
	(void)value;
	(void)size;
	assert_string_equal(name, "security.capability");
	return world.capabilities ? 20 : -1;
}

char *tt_library_find(const char *name)
{
	return g_strdup(strcmp(name, TT_LIBRARY_PRELOAD) == 0 ? world.preload : world.probes);
}

/* The loader and machine of this program. */
static int look_at_self(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			world.loader =
			    g_path_get_basename((const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
	return 1; /* that is the program itself */
}

/* Open ones of this process: none is left behind. */
static int n_files(void)
{
	g_autoptr(GDir) files = g_dir_open("/proc/self/fd", 0, NULL);
	int n = 0;

	while (files && g_dir_read_name(files))
		n++;
	return n;
}

static int begin(void **state)
{
	g_autofree char *self = NULL;
	struct stat info;

	(void)state;
	world = (struct world){.folder = g_dir_make_tmp("test-loader-XXXXXX", NULL)};
	dl_iterate_phdr(look_at_self, NULL);
	assert_true(g_file_get_contents("/proc/self/exe", &self, NULL, NULL));
	world.machine = ((const Elf64_Ehdr *)(const void *)self)->e_machine;
	assert_int_equal(stat(world.folder, &info), 0);
	world.user = info.st_uid;
	world.group = info.st_gid;
	world.preload = world.probes = "libc.so.6";
	g_unsetenv("LD_PRELOAD");
	world.files = n_files();
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(n_files(), world.files);
	tt_remove_tree(world.folder);
	g_free(world.folder);
	g_free(world.loader);
	return 0;
}

static char *write_file(const char *name, const void *bytes, size_t size)
{
	char *path = g_build_filename(world.folder, name, NULL);

	assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
	assert_int_equal(g_chmod(path, 0755), 0);
	return path;
}

/* A program of 64 bits with that loader, behind another part; NULL: none. */
static char *write_program(const char *name, const char *loader, int machine, int type)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr parts[2];
		char interpreter[128];
	} file = {.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
	                   .e_type = (Elf64_Half)type,
	                   .e_machine = (Elf64_Half)machine,
	                   .e_version = EV_CURRENT,
	                   .e_phoff = sizeof(Elf64_Ehdr),
	                   .e_ehsize = sizeof(Elf64_Ehdr),
	                   .e_phentsize = sizeof(Elf64_Phdr),
	                   .e_phnum = loader ? 2 : 1},
	          .parts = {{.p_type = PT_LOAD}, {.p_type = PT_INTERP}}};

	file.parts[1].p_offset = offsetof(__typeof__(file), interpreter);
	if (loader) { /* a program whose loader is not there does not start */
		g_autofree char *there = g_build_filename(world.folder, "lib", loader, NULL),
				*lib = g_path_get_dirname(there);

		g_mkdir(lib, 0755);
		assert_true(g_file_set_contents(there, "", 0, NULL));
		file.parts[1].p_filesz = strlen(there) + 1;
		g_strlcpy(file.interpreter, there, sizeof file.interpreter);
	}
	return write_file(name, &file, sizeof file);
}

static char *write_program_of_32_bits(void)
{
	const Elf32_Ehdr head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
	                         .e_type = ET_EXEC,
	                         .e_machine = EM_386,
	                         .e_version = EV_CURRENT,
	                         .e_ehsize = sizeof(Elf32_Ehdr)};

	return write_file("narrow", &head, sizeof head);
}

static void assert_loads(const char *path)
{
	g_autoptr(GError) error = NULL;

	assert_true(tt_preload_check(path, &error));
	assert_null(error);
}

static void assert_refused(const char *path, const char *why)
{
	g_autoptr(GError) error = NULL;

	assert_false(tt_preload_check(path, &error));
	assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM));
	assert_non_null(strstr(error->message, path));
	if (!strstr(error->message, why))
		fail_msg("%s: not %s", error->message, why);
}

/* Of this machine, with our loader; also where it is not the first part. */
static void test_programs(void **state)
{
	g_autofree char *good = write_program("good", world.loader, world.machine, ET_DYN);
	g_autofree char *fixed = write_program("fixed", world.loader, world.machine, ET_EXEC);
	g_autofree char *other = write_program("other", "ld-musl.so.1", world.machine, ET_DYN);
	g_autofree char *alone = write_program("alone", NULL, world.machine, ET_EXEC);
	g_autofree char *loader = write_program(world.loader, NULL, world.machine, ET_DYN);
	g_autofree char *foreign = write_program("foreign", world.loader, EM_ALPHA, ET_EXEC);
	g_autofree char *object = write_program("object", "ld-musl.so.1", world.machine, ET_REL);
	g_autofree char *narrow = write_program_of_32_bits();
	g_autofree char *text = write_file("text", "text", 4);

	assert_loads("/proc/self/exe");
	assert_loads(good);
	assert_loads(fixed);
	assert_loads(loader); /* which loads what it is given */
	assert_loads(object); /* is no program: who starts it will say so */
	assert_loads(text);
	assert_loads("/no/such/file");
	assert_refused(other, "ld-musl.so.1");
	assert_refused(other, world.loader);
	assert_refused(alone, "statically");
	assert_loads(foreign); /* the kernel will say so */
	assert_refused(narrow, "32-bit program, our libraries have 64 bits: record a 64-bit");
	g_autofree char *lib = g_build_filename(world.folder, "lib", NULL);
	tt_remove_tree(lib);
	assert_loads(other); /* its loader is not there: the kernel will say so */
	(void)state;
}

/* The program with a damaged head: left to who starts it. */
static void test_damaged(void **state)
{
	g_autofree char *whole = write_program("whole", "ld-musl.so.1", world.machine, ET_DYN);
	g_autofree char *bytes = NULL, *cut = NULL;

	assert_true(g_file_get_contents(whole, &bytes, NULL, NULL));
	cut = write_file("cut", bytes, 40);
	assert_loads(cut);
	((Elf64_Ehdr *)(void *)bytes)->e_phoff = 1 << 20; /* its parts are not there: as one without a loader */
	g_free(write_file("whole", bytes, sizeof(Elf64_Ehdr) + 64));
	assert_refused(whole, "statically");
	(void)state;
}

/* A script is judged by its interpreter, which may be one itself. */
static void test_scripts(void **state)
{
	static const char *const heads[] = {"#!%s\n", "#! \t%s -x\n", "#!%s", "#!%s\r\n", "#!%s\t-x"};
	g_autofree char *other = write_program("other", "ld-musl.so.1", world.machine, ET_DYN);
	g_autofree char *first = g_strdup_printf("#!%s\n", other), *path = write_file("first", first, strlen(first));

	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
		g_autofree char *text = g_strdup_printf("%s", heads[i]);
		GString *filled = g_string_new(text);

		g_string_replace(filled, "%s", path, 1);
		g_autofree char *script = write_file("script", filled->str, filled->len);
		assert_refused(script, other);
		assert_refused(script, "a script for ");
		g_string_free(filled, TRUE);
	}
	for (int i = 0; i < 6; i++) { /* as many as the kernel follows */
		g_autofree char *name = g_strdup_printf("next%d", i), *text = g_strdup_printf("#!%s\n", path);

		g_free(path);
		path = write_file(name, text, strlen(text));
		if (i < 4)
			assert_refused(path, other);
		else
			assert_loads(path);
	}
	g_autofree char *empty = write_file("empty", "#!\n", 3), *short_one = write_file("short", "#", 1);
	assert_loads(empty);
	assert_loads(short_one);
	(void)state;
}

/* More rights than ours: the loader takes no library from us. */
static void test_rights(void **state)
{
	g_autofree char *path = write_program("good", world.loader, world.machine, ET_DYN);
	const uid_t user = world.user;
	const gid_t group = world.group;

	assert_int_equal(g_chmod(path, 04755), 0);
	assert_loads(path); /* it is ours */
	world.user = user + 1;
	assert_refused(path, "set-uid");
	world.no_new_rights = true;
	assert_loads(path);
	world.no_new_rights = false;
	world.no_setuid = true;
	assert_loads(path);
	world.no_disk = true; /* it cannot be told */
	assert_refused(path, "set-uid");
	world.no_disk = world.no_setuid = false;
	assert_int_equal(g_chmod(path, 0755), 0);
	assert_loads(path);
	world.user = user;
	if (g_chmod(path, 02755) == 0) {
		assert_loads(path);
		world.group = group + 1;
		assert_refused(path, "set-gid");
		assert_int_equal(g_chmod(path, 02745), 0); /* is of another meaning */
		assert_loads(path);
	}
	world.group = group;
	assert_int_equal(g_chmod(path, 0755), 0);
	world.capabilities = true;
	world.user = 1;
	assert_refused(path, "capabilities");
	world.user = 0;
	assert_loads(path);
	(void)state;
}

static bool leaves_clock(char *first, char *second, char *third)
{
	char *program[] = {first, second, third, NULL};
	g_autoptr(GError) error = NULL;
	bool leaves = tt_loader_leaves_clock(program, &error);

	assert_int_equal(leaves, !error);
	if (error) {
		assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_PROGRAM));
		assert_true(g_str_has_prefix(error->message, first));
	}
	return leaves;
}

static void test_clock(void **state)
{
	char prog[] = "/bin/prog", fake[] = "/bin/faketime", date[] = "now", leave[] = "--exclude-monotonic";
	static const char *const variables[] = {"FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC"};

	assert_true(leaves_clock(prog, NULL, NULL));
	assert_true(leaves_clock(prog, fake, NULL));
	assert_false(leaves_clock(fake, date, prog));
	assert_true(leaves_clock(fake, leave, date));
	assert_true(leaves_clock(fake, date, leave));
	assert_false(leaves_clock(fake, NULL, NULL));
	g_setenv("LD_PRELOAD", "/lib/other.so", TRUE);
	assert_true(leaves_clock(prog, NULL, NULL));
	g_setenv("LD_PRELOAD", "/lib/other.so:/lib/libfaketime.so.1", TRUE);
	assert_false(leaves_clock(prog, NULL, NULL));
	assert_true(leaves_clock(prog, leave, NULL));
	for (int i = 0; i < 2; i++) {
		g_setenv(variables[i], "0", TRUE);
		assert_false(leaves_clock(prog, NULL, NULL));
		g_setenv(variables[i], "1", TRUE);
		assert_true(leaves_clock(prog, NULL, NULL));
		g_unsetenv(variables[i]);
	}
	g_unsetenv("LD_PRELOAD");
	(void)state;
}

static void assert_variable(const char *before, const char *expected)
{
	g_autofree char *value = tt_preload_variable(before, NULL);

	assert_string_equal(value, expected);
}

static void test_variable(void **state)
{
	static const char *const bad[] = {NULL, "/a b", "/a:b"};

	world.preload = "/ours/preload";
	world.probes = "/ours/probes";
	assert_variable(NULL, "/ours/preload /ours/probes");
	assert_variable("", "/ours/preload /ours/probes");
	assert_variable("theirs", "/ours/preload /ours/probes theirs");
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;

		world.preload = i % 2 ? bad[i / 2] : "/ours/preload";
		world.probes = i % 2 ? "/ours/probes" : bad[i / 2];
		assert_null(tt_preload_variable(NULL, &error));
		assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
		if (!bad[i / 2])
			assert_non_null(strstr(error->message, i % 2 ? TT_LIBRARY_PRELOAD : TT_LIBRARY_PROBES));
		else
			assert_non_null(strstr(error->message, bad[i / 2]));
	}
	(void)state;
}

#ifndef __SANITIZE_ADDRESS__ /* its runtime complains of whatever is loaded before it */

/* Tried with a process of this program (see main): what it complains of is the error. */
static void test_works(void **state)
{
	static const char *const ends[] = {"status", "complaint", "both"};
	g_autoptr(GError) error = NULL;

	assert_true(tt_preload_works(&error));
	assert_null(error);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_setenv("TEST_LOADER_ENDS", ends[i], TRUE);
		assert_false(tt_preload_works(&error));
		assert_true(g_error_matches(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP));
		if (i)
			assert_string_equal(error->message, "a complaint");
		else
			assert_non_null(strstr(error->message, TT_LIBRARY_PRELOAD));
		g_clear_error(&error);
	}
	g_unsetenv("TEST_LOADER_ENDS");
	world.probes = "/no/such/library.so";
	assert_false(tt_preload_works(&error));
	assert_non_null(strstr(error->message, "/no/such/library.so"));
	g_clear_error(&error);
	world.probes = NULL;
	assert_false(tt_preload_works(&error));
	assert_non_null(error);
	(void)state;
}

#endif

/* The process that tt_preload_works starts. */
static int be_tried(void)
{
	const char *ends = g_getenv("TEST_LOADER_ENDS");

	if (g_strcmp0(g_getenv("LD_PRELOAD"), "libc.so.6 libc.so.6") != 0)
		return g_str_has_suffix(g_getenv("LD_PRELOAD"), "library.so") ? 0 : 2;
	if (g_strcmp0(g_getenv("LTTNG_UST_REGISTER_TIMEOUT"), "0") != 0)
		return 2;
	if (ends && strcmp(ends, "status") != 0)
		fputs("a complaint\nmore of it\n", stderr);
	puts("a version"); /* is nothing to complain of */
	return ends && strcmp(ends, "complaint") != 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_programs), TEST(test_damaged), TEST(test_scripts),
	    TEST(test_rights),   TEST(test_clock),   TEST(test_variable),
#ifndef __SANITIZE_ADDRESS__
	    TEST(test_works),
#endif
	};

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return be_tried();
	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
