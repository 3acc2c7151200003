/*
 * Such a process sends its program's name to a socket of ours; the kernel says who it is. Anybody can: so only so many
 * are believed, and their names are cut to what is harmless in a report.
 */
#include "tools/session/left_out.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "tracepoints/timebase.h"

enum { MOST = 64, LONGEST_NAME = 64 };

struct tt_left_out {
	int fd;
	GPtrArray *all; /* char * */
};

struct tt_left_out *tt_left_out_new(const char *token)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int length = g_snprintf(at.sun_path + 1, sizeof at.sun_path - 1, TT_TIMEBASE_SOCKET, token), yes = 1;
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
	g_free(left_out);
}

static void add(struct tt_left_out *left_out, char *name, pid_t pid)
{
	g_autofree char *text = NULL;

	for (char *c = name; *c; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
	text = g_strdup_printf("%s (pid %d)", name, (int)pid);
	if (left_out->all->len < MOST && !g_ptr_array_find_with_equal_func(left_out->all, text, g_str_equal, NULL))
		g_ptr_array_add(left_out->all, g_steal_pointer(&text));
}

/* Who sent the message; 0: the kernel does not say. */
static pid_t sender(struct msghdr *message)
{
	struct ucred who = {0};

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(part), sizeof who);
	return who.pid;
}

void tt_left_out_listen(struct tt_left_out *left_out)
{
	char name[LONGEST_NAME + 1];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	ssize_t n = 0;

	while (left_out && n >= 0) {
		struct iovec text = {.iov_base = name, .iov_len = LONGEST_NAME};
		struct msghdr message = {
		    .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

		n = recvmsg(left_out->fd, &message, 0);
		if (n < 0)
			break;
		name[n] = '\0';
		add(left_out, name, sender(&message));
	}
}

char **tt_left_out_all(const struct tt_left_out *left_out)
{
	char **all = left_out && left_out->all->len ? g_new0(char *, left_out->all->len + 1) : NULL;

	for (guint i = 0; all && i < left_out->all->len; i++)
		all[i] = g_strdup(left_out->all->pdata[i]);
	return all;
}
