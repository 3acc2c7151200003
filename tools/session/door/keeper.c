/* SPDX-License-Identifier: MIT */
/*
 * One loop over the socket, a pidfd of the recorder and one of each process that was let in.
 *
 * A guest is a process that was let in. When it ends it is listed as leaving, and removed a second later: at once would
 * cost the daemon 200 ms, since it does not know of the end yet; never would be wrong, since a stranger may get its
 * number. Who knocks with the number of one that leaves, itself after an exec or a new process, is a guest again.
 */
#include "tools/session/door/keeper.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include "tracepoints/descent.h"

struct guest {
	pid_t pid;
	int pidfd;     /* -1: it has ended */
	gint64 due_us; /* of one that leaves: when it is removed */
};

struct house {
	const struct tt_keeper *keeper;
	int events;         /* of epoll: the data is a guest, the house for the socket, NULL for the recorder */
	GHashTable *guests; /* pid → struct guest */
	GQueue leaving;     /* struct guest, the next to be removed first */
};

static bool has_ended(int pidfd)
{
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};

	return poll(&ended, 1, 0) != 0;
}

static bool watch(const struct house *house, int fd, void *whose)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};

	return epoll_ctl(house->events, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void unwatch(const struct house *house, struct guest *guest)
{
	epoll_ctl(house->events, EPOLL_CTL_DEL, guest->pidfd, NULL); /* a child of ours may have a copy */
	close(guest->pidfd);
	guest->pidfd = -1;
}

static void see_off(struct house *house, struct guest *guest)
{
	unwatch(house, guest);
	guest->due_us = g_get_monotonic_time() + TT_KEEPER_LATER_MS * INT64_C(1000);
	g_queue_push_tail(&house->leaving, guest);
}

/* Takes a process in. False: it cannot be recorded; its pidfd stays the caller's. */
static bool take_in(struct house *house, pid_t pid, int pidfd)
{
	const struct tt_keeper *keeper = house->keeper;
	struct guest *guest = g_hash_table_lookup(house->guests, GINT_TO_POINTER(pid));

	if (!guest) {
		if (!keeper->add(pid, keeper->data))
			return false;
		guest = g_new(struct guest, 1);
		*guest = (struct guest){.pid = pid, .pidfd = -1};
		g_hash_table_insert(house->guests, GINT_TO_POINTER(pid), guest);
	} else if (guest->pidfd != -1) {
		unwatch(house, guest); /* it has executed another program, or is another process of its number */
	} else {
		g_queue_remove(&house->leaving, guest);
	}
	if (!watch(house, pidfd, guest))
		return false;
	guest->pidfd = pidfd;
	return true;
}

static bool comes_of_recorder(const struct house *house, pid_t pid)
{
	return tt_descent(pid, house->keeper->recorder) == TT_DESCENT_FOUND;
}

/* What the one who knocks is told: the token, or nothing. */
static const char *answer_to(struct house *house, pid_t pid)
{
	const struct tt_keeper *keeper = house->keeper;
	int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;

	if (pidfd == -1) {
		*keeper->failed |= pid > 0 && errno != ESRCH && comes_of_recorder(house, pid);
		return "";
	}
	/* The number is its own as long as it has not ended: so that is asked last. */
	if (comes_of_recorder(house, pid) && !has_ended(pidfd)) {
		if (take_in(house, pid, pidfd))
			return keeper->token;
		*keeper->failed = true;
	}
	close(pidfd);
	return "";
}

/* Whether it was let in, and is still there. */
static bool is_present(const struct house *house, pid_t pid)
{
	const struct guest *guest = g_hash_table_lookup(house->guests, GINT_TO_POINTER(pid));

	return guest && guest->pidfd != -1 && !has_ended(guest->pidfd);
}

static void open_door(struct house *house)
{
	int one = accept4(house->keeper->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred who = {.pid = 0};
	socklen_t size = sizeof who;

	if (one == -1) {
		g_usleep(1000); /* no descriptor is free: it is asked again */
		return;
	}
	getsockopt(one, SOL_SOCKET, SO_PEERCRED, &who, &size);
	const char *answer = answer_to(house, who.pid);
	/* Who has not waited for the token goes without being recorded. */
	if (send(one, answer, strlen(answer) + 1, MSG_NOSIGNAL) == -1 && *answer && is_present(house, who.pid))
		*house->keeper->failed = true;
	close(one);
}

/*
 * Removes one whose time has come: one at a time, so that nobody has to wait at the door for all of them. The
 * milliseconds until there may be another; -1: there is none.
 */
static int remove_due(struct house *house)
{
	const struct tt_keeper *keeper = house->keeper;
	struct guest *guest = g_queue_peek_head(&house->leaving);

	if (!guest)
		return -1;
	gint64 left_us = guest->due_us - g_get_monotonic_time();
	if (left_us > 0)
		return (int)(left_us / 1000) + 1;
	keeper->remove(guest->pid, keeper->data);
	g_queue_pop_head(&house->leaving);
	g_hash_table_remove(house->guests, GINT_TO_POINTER(guest->pid));
	return 0;
}

/* There may be many guests. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Waits for the next who knocks or ends. False: nobody is to be let in any more. */
static bool serve(struct house *house)
{
	struct epoll_event event;
	int n = epoll_wait(house->events, &event, 1, remove_due(house));

	if (n != 1)
		return n == 0 || errno == EINTR;
	if (!event.data.ptr)
		return false;
	if (event.data.ptr == house)
		open_door(house);
	else
		see_off(house, event.data.ptr);
	return true;
}

void tt_keeper_keep(const struct tt_keeper *keeper)
{
	struct house house = {.keeper = keeper, .events = epoll_create1(EPOLL_CLOEXEC), .leaving = G_QUEUE_INIT};

	raise_limit();
	house.guests = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	if (watch(&house, keeper->listening, &house) && watch(&house, keeper->recorder_ends, NULL))
		while (serve(&house))
			continue;
	g_queue_clear(&house.leaving);
	g_hash_table_destroy(house.guests);
	close(house.events);
}
