/* SPDX-License-Identifier: MIT */
/*
 * exec and posix_spawn: make no event, but a program into which the loader will not load us goes unrecorded, and only
 * here can that be seen: a static one or one of other word size (l), one that is set-uid (s), or one whose environment
 * has no LD_PRELOAD of ours (e). Such are noted in the file that TRACE_THR_UNRECORDED names, a line each, for the
 * recorder to tell.
 *
 * The caller may be a child of vfork, which shares the memory of its parent, or one of fork in a process of many
 * threads: so nothing is allocated, no lock is taken, and all memory that is written is on the stack.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libtrace_thr/interpose/core/gate.h"

/* An interpreter may be a script itself; the kernel has the same limit. */
enum { MOST_SCRIPTS = 5, MOST_PARTS = 64 };

/* The stack may be small: longer paths are not looked at. */
enum { PATH_ROOM = 1024 };

/* Copied: the program may change its environment. Empty: nobody asks. */
static char notes[PATH_MAX];

extern char **environ;

__attribute__((constructor)) static void find(void)
{
	const char *path = secure_getenv("TRACE_THR_UNRECORDED");

	if (path && strlen(path) < sizeof notes)
		strcpy(notes, path);
}

static int open_to_read(const char *path)
{
	struct stat file;

	/* Not a pipe, which would wait. */
	if (stat(path, &file) || !S_ISREG(file.st_mode) || access(path, X_OK))
		return -1;
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* The loader itself has no loader; the program that it is given has. */
static bool is_loader(const char *path)
{
	const char *slash = strrchr(path, '/');

	return begins(slash ? slash + 1 : path, "ld-") || begins(slash ? slash + 1 : path, "ld.so");
}

/* Whether the file is a program into which the loader cannot load a library of ours. */
static bool is_refused(int fd, const char *path)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) part;
	const int class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

	if (pread(fd, &header, sizeof header, 0) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	if (header.e_ident[EI_CLASS] != class)
		return true;
	if ((header.e_type != ET_EXEC && header.e_type != ET_DYN) || header.e_phentsize != sizeof part)
		return false;
	for (unsigned i = 0; i < header.e_phnum && i < MOST_PARTS; i++)
		if (pread(fd, &part, sizeof part, (off_t)(header.e_phoff + i * sizeof part)) != sizeof part ||
		    part.p_type == PT_INTERP)
			return false;
	return !is_loader(path);
}

/* The interpreter that a script names in its first line, in place of its path. False if the file is no script. */
static bool follow_script(int fd, char *path)
{
	char line[256] = "";
	ssize_t n = pread(fd, line, sizeof line - 1, 0);

	if (n < 2 || !begins(line, "#!"))
		return false;
	char *name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\r\n")] = '\0';
	strcpy(path, name);
	return *name;
}

/* Whether the file at the path, which becomes that of its interpreter, cannot have our libraries. False: it can, or
 * does not run. *runs tells. */
static bool has_no_loader(char *path, bool *runs)
{
	bool refused = false, is_script = true;

	for (int i = 0; i < MOST_SCRIPTS && is_script; i++) {
		int fd = open_to_read(path);

		*runs = fd != -1;
		if (!*runs)
			return false;
		refused = is_refused(fd, path);
		is_script = !refused && follow_script(fd, path);
		TT_LIBC(close)(fd);
	}
	return refused;
}

/* The loader ignores LD_PRELOAD then. */
static bool is_set_uid(const char *path)
{
	struct stat file;

	return !stat(path, &file) && file.st_mode & S_ISUID && file.st_uid != getuid();
}

static bool is_in(char *const *environment)
{
	for (; environment && *environment; environment++)
		if (begins(*environment, "LD_PRELOAD=") && strstr(*environment, "libtrace_thr-preload.so"))
			return true;
	return false;
}

static void put_note(char kind, const char *path)
{
	char line[2 * PATH_ROOM + 4] = {kind, ' '};
	char *end = line + 2;

	if (*path != '/' && getcwd(end, PATH_ROOM)) {
		end += strlen(end);
		*end++ = '/';
	}
	strcpy(end, path);
	end += strlen(end);
	*end++ = '\n';
	int fd = open(notes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		return;
	TT_LIBC(write)(fd, line, (size_t)(end - line)); /* all at once, so that others' lines stay whole */
	TT_LIBC(close)(fd);
}

/* False if there is no such program. */
static bool look_at(const char *path, char *const *environment)
{
	char file[PATH_ROOM];
	bool runs;

	if (!path || strlen(path) >= sizeof file)
		return false;
	strcpy(file, path);
	if (has_no_loader(file, &runs))
		put_note('l', file);
	else if (runs && is_set_uid(file))
		put_note('s', file);
	else if (runs && !is_in(environment))
		put_note('e', path);
	return runs;
}

/* As execvp looks for it. */
static void search(const char *name, char *const *environment)
{
	const char *folders = getenv("PATH");
	char path[PATH_ROOM];

	for (const char *at = folders ? folders : "/bin:/usr/bin"; *at; at += *at == ':') {
		size_t length = strcspn(at, ":");

		if (length + strlen(name) + 2 <= sizeof path) {
			memcpy(path, at, length);
			path[length] = '/';
			strcpy(path + length + (length > 0), name);
			if (look_at(path, environment))
				return;
		}
		at += length;
	}
}

static void look(const char *name, bool searched, char *const *environment)
{
	int error = errno;

	if (!notes[0] || !tt_is_ready || tt_reentrancy || !name)
		return;
	if (searched && *name && !strchr(name, '/'))
		search(name, environment);
	else
		look_at(name, environment);
	errno = error;
}

TT_INTERPOSED int execve(const char *path, char *const *arguments, char *const *environment)
{
	look(path, false, environment);
	return TT_LIBC(execve)(path, arguments, environment);
}

TT_INTERPOSED int execv(const char *path, char *const *arguments)
{
	look(path, false, environ);
	return TT_LIBC(execv)(path, arguments);
}

TT_INTERPOSED int execvp(const char *name, char *const *arguments)
{
	look(name, true, environ);
	return TT_LIBC(execvp)(name, arguments);
}

TT_INTERPOSED int execvpe(const char *name, char *const *arguments, char *const *environment)
{
	look(name, true, environment);
	return TT_LIBC(execvpe)(name, arguments, environment);
}

TT_INTERPOSED int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                              const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment)
{
	look(path, false, environment);
	return TT_LIBC(posix_spawn)(pid, path, actions, attributes, arguments, environment);
}

TT_INTERPOSED int posix_spawnp(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                               const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment)
{
	look(name, true, environment);
	return TT_LIBC(posix_spawnp)(pid, name, actions, attributes, arguments, environment);
}
