/* SPDX-License-Identifier: MIT */
/*
 * Such a process sends a reason and its program's name to a socket of ours; the kernel says who it is. Anybody can
 * send, so another user's process is believed only where it comes of the recorder, only so many are, and their names
 * are cut to what is harmless in a report.
 */
#include "tools/session/door/left_out.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "tracepoints/descent.h"
#include "tracepoints/left_out.h"

enum { MOST = 64, LONGEST_NAME = 64 };

struct tt_left_out {
	int fd;
	GPtrArray *all; /* char * */
	char *keeps;    /* the last that keeps its capabilities; NULL: none */
};

struct tt_left_out *tt_left_out_new(const char *token)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = g_snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_LEFT_OUT_SOCKET, token), yes = 1;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct tt_left_out *left_out;

	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) == -1 ||
	    bind(fd, (const struct sockaddr *)&at,
	         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length)) == -1) {
		if (fd != -1)
			close(fd);
		return NULL;
	}
	left_out = g_new0(struct tt_left_out, 1);
	left_out->fd = fd;
	left_out->all = g_ptr_array_new_with_free_func(g_free);
	return left_out;
}

void tt_left_out_free(struct tt_left_out *left_out)
{
	if (!left_out)
		return;
	close(left_out->fd);
	g_ptr_array_free(left_out->all, TRUE);
	g_free(left_out->keeps);
	g_free(left_out);
}

/* NULL: no reason that this version knows. */
static const char *reason_text(char reason)
{
	switch (reason) {
	case TT_LEFT_OUT_CLOCK:
		return "has a clock of its own (faketime, or a time namespace), so none of its events are there";
	case TT_LEFT_OUT_FILES:
		return "may open too few files for LTTng and itself, so none of its events are there: raise its limit "
		       "(ulimit -n)";
	case TT_LEFT_OUT_SECCOMP:
		return "gave up system calls (seccomp), so nothing that it did after that is there";
	default:
		return NULL;
	}
}

/* Its own user's process, or one that comes of the recorder. */
static bool is_believed(const struct ucred *who)
{
	return who->pid > 0 && (who->uid == geteuid() || tt_descent(who->pid, getpid()) == TT_DESCENT_FOUND);
}

/* "prog (pid 7)", of what the process says. */
static char *process_text(char *name, pid_t pid)
{
	for (char *c = name; *c; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
	return g_strdup_printf("%s (pid %d)", name, (int)pid);
}

static void add(struct tt_left_out *left_out, char letter, char *name, pid_t pid)
{
	g_autofree char *process = process_text(name, pid);
	const char *reason = reason_text(letter);
	g_autofree char *text = reason ? g_strdup_printf("%s %s", process, reason) : NULL;

	if (letter == TT_LEFT_OUT_KEEPS) {
		g_free(left_out->keeps);
		left_out->keeps = g_steal_pointer(&process);
	}
	if (text && left_out->all->len < MOST &&
	    !g_ptr_array_find_with_equal_func(left_out->all, text, g_str_equal, NULL))
		g_ptr_array_add(left_out->all, g_steal_pointer(&text));
}

/* Who sent the message; nobody, if the kernel does not say. */
static struct ucred sender(struct msghdr *message)
{
	struct ucred who = {0};

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(part), sizeof who);
	return who;
}

void tt_left_out_listen(struct tt_left_out *left_out)
{
	char packet[LONGEST_NAME + 1];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	ssize_t n = 0;

	while (left_out && n >= 0) {
		struct iovec text = {.iov_base = packet, .iov_len = LONGEST_NAME};
		struct msghdr message = {
		    .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

		n = recvmsg(left_out->fd, &message, 0);
		if (n < 0)
			break;
		packet[n] = '\0';
		const struct ucred who = sender(&message);
		if (n > 0 && is_believed(&who))
			add(left_out, *packet, packet + 1, who.pid);
	}
}

char **tt_left_out_all(const struct tt_left_out *left_out)
{
	char **all = left_out && left_out->all->len ? g_new0(char *, left_out->all->len + 1) : NULL;

	for (guint i = 0; all && i < left_out->all->len; i++)
		all[i] = g_strdup(left_out->all->pdata[i]);
	return all;
}

char *tt_left_out_keeps(const struct tt_left_out *left_out)
{
	return left_out ? g_strdup(left_out->keeps) : NULL;
}
