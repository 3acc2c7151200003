/* SPDX-License-Identifier: MIT */
/*
 * What lies below /run/lttng is, for a test that includes this, below a folder of its own; and it is the user that the
 * test wants it to be. So it can be root and have the machine's daemon, whatever runs there.
 */
#ifndef TT_TESTS_ELSEWHERE_H
#define TT_TESTS_ELSEWHERE_H

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#define ELSEWHERE_FROM "/run/lttng"

static struct elsewhere {
	char *folder;       /* in the place of /run/lttng; NULL: that itself */
	uid_t user;         /* who we are; what is there is root's */
	const char *others; /* this path is another user's; NULL: none is */
	void (*on_stat)(const char *path);
} elsewhere;

/* The path to use, in `place` if it is another one. */
static inline const char *elsewhere_path(const char *path, char place[PATH_MAX])
{
	if (!elsewhere.folder || strncmp(path, ELSEWHERE_FROM, strlen(ELSEWHERE_FROM)) != 0)
		return path;
	g_snprintf(place, PATH_MAX, "%s%s", elsewhere.folder, path + strlen(ELSEWHERE_FROM));
	return place;
}

static inline int elsewhere_open(const char *path, int flags, mode_t mode)
{
	char place[PATH_MAX];

	return (int)syscall(SYS_openat, AT_FDCWD, elsewhere_path(path, place), flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return elsewhere_open(path, flags, mode);
}

/* Visible to GLib, which reads files by it. */
__attribute__((visibility("default"))) int open64(const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return elsewhere_open(path, flags, mode);
}

static inline int elsewhere_stat(const char *path, struct stat *info, int flags)
{
	char place[PATH_MAX];

	if (elsewhere.on_stat)
		elsewhere.on_stat(path);
	int rc = fstatat(AT_FDCWD, elsewhere_path(path, place), info, flags);
	if (rc == 0 && elsewhere_path(path, place) == place && info->st_uid == getuid())
		info->st_uid = elsewhere.others && strcmp(path, elsewhere.others) == 0 ? 1234 : 0;
	return rc;
}

int stat(const char *restrict path, struct stat *restrict info)
{
	return elsewhere_stat(path, info, 0);
}

int lstat(const char *restrict path, struct stat *restrict info)
{
	return elsewhere_stat(path, info, AT_SYMLINK_NOFOLLOW);
}

int mkdir(const char *path, mode_t mode)
{
	char place[PATH_MAX];

	return mkdirat(AT_FDCWD, elsewhere_path(path, place), mode);
}

int chmod(const char *path, mode_t mode)
{
	char place[PATH_MAX];

	return fchmodat(AT_FDCWD, elsewhere_path(path, place), mode, 0);
}

int unlink(const char *path)
{
	char place[PATH_MAX];

	return unlinkat(AT_FDCWD, elsewhere_path(path, place), 0);
}

static inline struct sockaddr_un elsewhere_address(const struct sockaddr *at, socklen_t size)
{
	struct sockaddr_un there = {.sun_family = AF_UNIX};
	char place[PATH_MAX];

	memcpy(&there, at, MIN(size, sizeof there));
	g_strlcpy(there.sun_path, elsewhere_path(((const struct sockaddr_un *)(const void *)at)->sun_path, place),
	          sizeof there.sun_path);
	return there;
}

int bind(int fd, __CONST_SOCKADDR_ARG at, socklen_t size)
{
	struct sockaddr_un there = elsewhere_address(at.__sockaddr__, size);

	return (int)syscall(SYS_bind, fd, &there, sizeof there);
}

int connect(int fd, __CONST_SOCKADDR_ARG at, socklen_t size)
{
	struct sockaddr_un there = elsewhere_address(at.__sockaddr__, size);

	return (int)syscall(SYS_connect, fd, &there, sizeof there);
}

uid_t geteuid(void)
{
	return elsewhere.user;
}

#endif /* TT_TESTS_ELSEWHERE_H */
