/* SPDX-License-Identifier: MIT */
/*
 * Programs that go unrecorded: what is noted of which file, by which call. The files are written here: programs of a
 * few bytes, which the kernel refuses in the end, and scripts.
 */
#include "program.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <spawn.h>
#include <sys/stat.h>

static const char variable[] = "TRACE_THR_UNRECORDED";
static char folder[] = "/tmp/test-exec-XXXXXX";
static char notes[PATH_MAX];

static char other_variable[] = "LD_PRELOADED=libtrace_thr-preload.so", other_library[] = "LD_PRELOAD=/x/libother.so",
	    ours[] = "LD_PRELOAD=libtrace_thr-preload.so",
	    both[] = "LD_PRELOAD=/x/libother.so:/y/libtrace_thr-preload.so", first_argument[] = "x";
static char *with_us[] = {other_variable, both, NULL};
static char *without_us[] = {other_variable, other_library, NULL};
static char *arguments[] = {first_argument, NULL};

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const void *bytes, size_t size, mode_t mode)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd != -1 && write(fd, bytes, size) == (ssize_t)size);
	must(!fchmod(fd, mode) && !close(fd));
}

enum { PARTS = 70 };

/* A program of so many parts, the interpreter's at its place, if it has one. */
struct program {
	ElfW(Ehdr) head;
	ElfW(Phdr) parts[PARTS];
};

enum { STATIC = PARTS };

static struct program program(unsigned n, unsigned interpreter)
{
	struct program made = {.head = {.e_type = ET_EXEC,
	                                .e_phoff = offsetof(struct program, parts),
	                                .e_phentsize = sizeof made.parts[0],
	                                .e_phnum = (uint16_t)n}};

	memcpy(made.head.e_ident, ELFMAG, SELFMAG);
	made.head.e_ident[EI_CLASS] = ELFCLASS64;
	for (unsigned i = 0; i < n; i++)
		made.parts[i].p_type = i == interpreter ? PT_INTERP : PT_NULL;
	return made;
}

static void put_program(const char *name, const struct program *made)
{
	put(name, made, sizeof *made, 0755);
}

static void put_script(const char *name, const char *first, const char *interpreter, const char *rest)
{
	char text[PATH_MAX + 64];

	snprintf(text, sizeof text, "%s%s%s", first, interpreter, rest);
	put(name, text, strlen(text), 0755);
}

/* What was noted since the last look. */
static const char *noted(void)
{
	static char text[4 * PATH_MAX];
	FILE *file = fopen(notes, "re");
	size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
	unlink(notes);
	return text;
}

/* Calls in a process of their own: what is no program may be one for a shell. */
#define IN_CHILD(...)                                                                                                  \
	do {                                                                                                           \
		int status_;                                                                                           \
		fflush(NULL);                                                                                          \
		pid_t child_ = fork();                                                                                 \
		if (child_ == 0) {                                                                                     \
			must(freopen("/dev/null", "w", stderr));                                                       \
			(void)(__VA_ARGS__);                                                                           \
			_exit(0);                                                                                      \
		}                                                                                                      \
		must(waitpid(child_, &status_, 0) == child_);                                                          \
	} while (0)

static void call(const char *path, char **environment)
{
	IN_CHILD(execve(path, arguments, environment));
}

/* The note, of the kind, for the file; none without a kind. */
static void must_note(char kind, const char *name)
{
	char line[2 * PATH_MAX] = "";

	if (kind)
		snprintf(line, sizeof line, "%c %s\n", kind, path_of(name));
	const char *text = noted();
	if (strcmp(text, line) != 0) {
		print_error("noted: %sexpected: %s\n", text, line);
		fail();
	}
}

static void those_without_a_loader(void **state)
{
	(void)state;
	struct program made = program(3, STATIC);

	made.parts[3].p_type = PT_INTERP; /* behind the last */
	put_program("static", &made);
	call(path_of("static"), with_us);
	must_note('l', "static");
	call(path_of("static"), without_us); /* said once */
	must_note('l', "static");
	put_program("ld-x.so", &made); /* the loader itself: what it loads has it */
	call(path_of("ld-x.so"), with_us);
	must_note(0, "");
	put_program("ld.so", &made);
	call(path_of("ld.so"), with_us);
	must_note(0, "");
	put_program("lda", &made);
	call(path_of("lda"), with_us);
	must_note('l', "lda");
	made = program(0, STATIC);
	put_program("none", &made);
	call(path_of("none"), with_us);
	must_note('l', "none");
	made = program(3, STATIC);
	made.head.e_type = ET_DYN;
	put_program("pie", &made);
	call(path_of("pie"), with_us);
	must_note('l', "pie");
	made.head.e_ident[EI_CLASS] = ELFCLASS32;
	put_program("small", &made);
	call(path_of("small"), with_us);
	must_note('l', "small");
}

static void those_with_a_loader(void **state)
{
	(void)state;
	struct program made = program(3, 2);

	put_program("dynamic", &made);
	call(path_of("dynamic"), with_us);
	must_note(0, "");
	call(path_of("dynamic"), without_us);
	must_note('e', "dynamic");
	call(path_of("dynamic"), NULL);
	must_note('e', "dynamic");
	call(path_of("dynamic"), (char *[]){ours, other_variable, NULL});
	must_note(0, "");
	for (unsigned i = 62; i < 66; i++) { /* so many are looked at */
		made = program(PARTS, i);
		put_program("late", &made);
		call(path_of("late"), with_us);
		must_note(i < 64 ? 0 : 'l', "late");
	}
}

static void those_that_are_no_programs(void **state)
{
	(void)state;
	struct program made = program(3, STATIC);

	put("short", &made, sizeof made.head - 1, 0755);
	call(path_of("short"), with_us);
	must_note(0, "");
	put("cut", &made, offsetof(struct program, parts[1]) - 1, 0755);
	call(path_of("cut"), with_us);
	must_note(0, "");
	made.head.e_type = ET_REL;
	put_program("object", &made);
	call(path_of("object"), with_us);
	must_note(0, "");
	made = program(3, STATIC);
	made.head.e_phentsize++;
	put_program("other", &made);
	call(path_of("other"), with_us);
	must_note(0, "");
	made = program(3, STATIC);
	made.head.e_ident[1]++;
	put_program("no-elf", &made);
	call(path_of("no-elf"), with_us);
	must_note(0, "");
	put("empty", "", 0, 0755);
	call(path_of("empty"), with_us);
	must_note(0, "");
	call(path_of("empty"), without_us);
	must_note('e', "empty");
	made = program(3, STATIC);
	put("not-to-run", &made, sizeof made, 0644);
	call(path_of("not-to-run"), with_us);
	must_note(0, "");
	call(path_of("not-there"), without_us);
	must_note(0, "");
	must(!mkfifo(path_of("pipe"), 0700));
	call(path_of("pipe"), without_us); /* which would wait, were it opened */
	must_note(0, "");
}

static void scripts_are_followed(void **state)
{
	(void)state;
	static const char *const firsts[] = {"#!", "#! ", "#!\t \t"}, *const rests[] = {"\n", " -x\n", "\r\n", "",
	                                                                                "\tx"};
	struct program made = program(3, STATIC);
	char interpreter[PATH_MAX];

	put_program("static", &made);
	snprintf(interpreter, sizeof interpreter, "%s", path_of("static"));
	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
		for (size_t j = 0; j < sizeof rests / sizeof *rests; j++) {
			put_script("script", firsts[i], interpreter, rests[j]);
			call(path_of("script"), with_us);
			must_note('l', "static");
		}
	put_script("script", "# !", interpreter, "\n");
	call(path_of("script"), with_us);
	must_note(0, "");
	put_script("script", "#!", "", "\n");
	call(path_of("script"), with_us);
	must_note(0, "");
	put_script("script", "#!", "/not/there", "\n");
	call(path_of("script"), without_us);
	must_note(0, "");
	made = program(3, 0);
	put_program("dynamic", &made);
	snprintf(interpreter, sizeof interpreter, "%s", path_of("dynamic"));
	put_script("script", "#!", interpreter, "\n");
	call(path_of("script"), without_us);
	must_note('e', "script"); /* the environment is that of the call */
}

/* As far as the kernel follows them. */
static void scripts_of_scripts(void **state)
{
	(void)state;
	struct program made = program(3, STATIC);
	char name[32], interpreter[PATH_MAX];

	put_program("0", &made);
	for (int i = 1; i <= 5; i++) {
		snprintf(name, sizeof name, "%d", i - 1);
		snprintf(interpreter, sizeof interpreter, "%s", path_of(name));
		snprintf(name, sizeof name, "%d", i);
		put_script(name, "#!", interpreter, "\n");
		call(path_of(name), with_us);
		must_note(i <= 4 ? 'l' : 0, "0");
	}
}

static void those_of_another_user(void **state)
{
	(void)state;
	struct program made = program(3, 0);

	put_program("set-uid", &made);
	if (chown(path_of("set-uid"), 1, 1)) /* it takes root */
		skip();
	must(!chmod(path_of("set-uid"), 04755));
	call(path_of("set-uid"), with_us);
	must_note('s', "set-uid");
	call(path_of("set-uid"), without_us);
	must_note('s', "set-uid");
	must(!chmod(path_of("set-uid"), 0755));
	call(path_of("set-uid"), with_us);
	must_note(0, "");
	must(!chown(path_of("set-uid"), getuid(), getgid()) && !chmod(path_of("set-uid"), 04755));
	call(path_of("set-uid"), with_us);
	must_note(0, "");
}

/* Each call, with the environment that it has. */
static void each_call_is_looked_at(void **state)
{
	(void)state;
	struct program made = program(3, 0);
	pid_t pid;
	char path[PATH_MAX];

	put_program("dynamic", &made);
	strcpy(path, path_of("dynamic"));
	must(!setenv("PATH", folder, 1) && !unsetenv("LD_PRELOAD"));
	IN_CHILD(execv(path, arguments));
	must_note('e', "dynamic");
	IN_CHILD(execvp("dynamic", arguments));
	must_note('e', "dynamic");
	IN_CHILD(execvpe("dynamic", arguments, without_us));
	must_note('e', "dynamic");
	IN_CHILD(execvpe("dynamic", arguments, with_us));
	must_note(0, "");
	IN_CHILD(posix_spawn(&pid, path, NULL, NULL, arguments, without_us));
	must_note('e', "dynamic");
	IN_CHILD(posix_spawn(&pid, path, NULL, NULL, arguments, with_us));
	must_note(0, "");
	IN_CHILD(posix_spawnp(&pid, "dynamic", NULL, NULL, arguments, without_us));
	must_note('e', "dynamic");
	must(!putenv(ours)); /* for the calls that take this one */
	IN_CHILD(execv(path, arguments));
	must_note(0, "");
	IN_CHILD(execvp(path, arguments));
	must_note(0, "");
	IN_CHILD(posix_spawnp(&pid, "dynamic", NULL, NULL, arguments, without_us));
	must_note('e', "dynamic");
	must(!unsetenv("LD_PRELOAD"));
	tt_reentrancy_enter(); /* the tracer's are not */
	IN_CHILD(execve(path, arguments, without_us));
	tt_reentrancy_leave();
	must_note(0, "");
	const char *volatile none = NULL;
	IN_CHILD(execve(none, arguments, without_us));
	IN_CHILD(execvp("", arguments));
	must_note(0, "");
}

static void errno_is_that_of_the_call(void **state)
{
	(void)state;
	must(!setenv("PATH", "/not/there", 1));
	errno = 0;
	assert_int_equal(execve("/not/there", arguments, without_us), -1);
	assert_int_equal(errno, ENOENT);
	errno = 0;
	assert_int_equal(execvp("not-there", arguments), -1);
	assert_int_equal(errno, ENOENT);
}

static void search(const char *folders, const char *name)
{
	must(folders ? !setenv("PATH", folders, 1) : !unsetenv("PATH"));
	IN_CHILD(execvpe(name, arguments, without_us));
}

static void folders_are_searched(void **state)
{
	(void)state;
	struct program made = program(3, STATIC);
	char folders[4 * PATH_MAX], here[PATH_MAX], longer[1200];

	must(getcwd(here, sizeof here) && !chdir(folder));
	put_program("found", &made);
	must(!mkdir(path_of("inner"), 0755));
	put_program("inner/found", &made);
	snprintf(folders, sizeof folders, "/not/there:%s/inner:%s", folder, folder);
	search(folders, "found");
	must_note('l', "inner/found"); /* the first */
	snprintf(folders, sizeof folders, "%s:%s/inner", folder, folder);
	search(folders, "found");
	must_note('l', "found");
	search(":/not/there", "found"); /* none is this one */
	must_note('l', "found");
	search("/not/there:", "not-found");
	must_note(0, "");
	search("inner", "found");
	must_note('l', "inner/found");
	search(".", "found");
	must_note('l', "./found");
	search("/not/there", "inner/found"); /* is not searched */
	must_note('l', "inner/found");
	search(NULL, "found");
	must_note(0, "");
	/* By the calls that do not search, only here. */
	pid_t pid;
	must(!chdir("/") && !setenv("PATH", folder, 1));
	IN_CHILD(execve("found", arguments, without_us));
	IN_CHILD(execv("found", arguments));
	IN_CHILD(posix_spawn(&pid, "found", NULL, NULL, arguments, without_us));
	must_note(0, "");
	must(!chdir(folder));
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	snprintf(folders, sizeof folders, "%s:%s", longer, folder);
	search(folders, "found");
	must_note('l', "found");
	search(folder, longer);
	must_note(0, "");
	call(longer, without_us);
	must_note(0, "");
	must(!chdir(here));
}

/* The longest path that is looked at; each byte more is one too many. */
static void paths_have_a_limit(void **state)
{
	(void)state;
	enum { ROOM = 1024 };
	struct program made = program(3, STATIC);
	char path[ROOM + 8], line[ROOM + 16], folders[ROOM + 8];

	put_program("f", &made);
	for (int length = ROOM - 3; length <= ROOM + 1; length++) {
		int n = snprintf(path, sizeof path, "%s", folder);
		while (n < length - 2)
			path[n++] = '/';
		strcpy(path + n, "/f");
		call(path, with_us);
		snprintf(line, sizeof line, "l %s\n", path);
		assert_string_equal(noted(), length < ROOM ? line : "");
		snprintf(folders, sizeof folders, "%.*s", n, path);
		must(!setenv("PATH", folders, 1));
		IN_CHILD(execvpe("f", arguments, with_us));
		assert_string_equal(noted(), length < ROOM ? line : "");
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(those_without_a_loader),     cmocka_unit_test(those_with_a_loader),
	    cmocka_unit_test(those_that_are_no_programs), cmocka_unit_test(scripts_are_followed),
	    cmocka_unit_test(scripts_of_scripts),         cmocka_unit_test(those_of_another_user),
	    cmocka_unit_test(each_call_is_looked_at),     cmocka_unit_test(folders_are_searched),
	    cmocka_unit_test(paths_have_a_limit),         cmocka_unit_test(errno_is_that_of_the_call),
	};
	const char *before = getenv(variable);

	(void)argc;
	if (!before) { /* it is asked for when the interposer is loaded */
		must(mkdtemp(folder));
		must(!setenv(variable, path_of("notes"), 1) && !setenv("TEST_FOLDER", folder, 1));
		execv("/proc/self/exe", argv);
		must(false);
	}
	strcpy(notes, before);
	strcpy(folder, getenv("TEST_FOLDER"));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[PATH_MAX + 16];
	snprintf(command, sizeof command, "/bin/rm -r %s", folder);
	must(!setenv("PATH", "/bin:/usr/bin", 1));
	return system(command) || failed;
}
