#include "tools/session/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/session/background.h"
#include "tools/session/daemon.h"
#include "tools/session/files.h"

/* In the recording's folder: what the daemon writes below, and below that and the host's name. */
#define OUTPUT ".relay"
#define TRACE "trace"

/* A port that was free may be somebody else's by the time the daemon wants it: then it ends, and is tried again. */
enum { TRIES = 3 };

enum port { PORT_CONTROL, PORT_DATA, PORT_LIVE, N_PORTS };

struct tt_relay {
	char *folder, *output; /* of the recording; of the daemon, in it */
	char *control, *data;  /* URLs for the session */
	int pidfd;
	struct sockaddr_in ports[N_PORTS];
};

/* Of the loopback network, the address whose last three bytes are our process id. */
static struct sockaddr_in own_address(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_addr.s_addr = htonl((uint32_t)INADDR_LOOPBACK >> 24 << 24 | ((uint32_t)getpid() & 0xffffff));
	return address;
}

static bool is_reached(const struct sockaddr_in *address)
{
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = s != -1 && !connect(s, (const struct sockaddr *)address, sizeof *address);

	if (s != -1)
		close(s);
	return ok;
}

/* Whether one can be reached there at all: in a network namespace of its own, the interface may be down. */
static bool loopback_works(void)
{
	struct sockaddr_in address = own_address();
	socklen_t size = sizeof address;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = s != -1 && !bind(s, (struct sockaddr *)&address, size) && !listen(s, 1) &&
	          !getsockname(s, (struct sockaddr *)&address, &size) && is_reached(&address);

	if (s != -1)
		close(s);
	return ok;
}

/* Finds ports that are free: all are taken at the same time, so they differ. */
static bool find_ports(struct tt_relay *relay)
{
	int sockets[N_PORTS];
	bool ok = true;

	for (int i = 0; i < N_PORTS; i++) {
		socklen_t size = sizeof relay->ports[i];

		relay->ports[i] = own_address();
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ok = ok && sockets[i] != -1 && !bind(sockets[i], (struct sockaddr *)&relay->ports[i], size) &&
		     !getsockname(sockets[i], (struct sockaddr *)&relay->ports[i], &size);
	}
	for (int i = 0; i < N_PORTS; i++)
		if (sockets[i] != -1)
			close(sockets[i]);
	return ok;
}

static char *url_of(const struct tt_relay *relay, enum port port, const char *protocol, const char *path)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &relay->ports[port].sin_addr, address, sizeof address);
	return g_strdup_printf("%s://%s:%d%s", protocol, address, ntohs(relay->ports[port].sin_port), path);
}

/* Each port has a thread of its own in the daemon, which listens in its own time. */
static bool answers(void *data)
{
	const struct tt_relay *relay = data;

	return is_reached(&relay->ports[PORT_CONTROL]) && is_reached(&relay->ports[PORT_DATA]) &&
	       is_reached(&relay->ports[PORT_LIVE]);
}

static bool start(struct tt_relay *relay, GError **error)
{
	g_autoptr(GStrvBuilder) arguments = g_strv_builder_new();
	static const char *const options[N_PORTS] = {"--control-port", "--data-port", "--live-port"};

	g_strv_builder_add_many(arguments, "lttng-relayd", "--output", relay->output, NULL);
	for (int i = 0; i < N_PORTS; i++) {
		g_autofree char *url = url_of(relay, (enum port)i, "tcp", "");
		g_strv_builder_add_many(arguments, options[i], url, NULL);
	}
	g_auto(GStrv) argv = g_strv_builder_end(arguments);
	pid_t pid = tt_background_start(
	    &(struct tt_background){.argv = argv, .with_us = true, .answers = answers, .data = relay}, error);
	if (pid)
		relay->pidfd = pidfd_open(pid, 0);
	return pid != 0;
}

static void free_relay(struct tt_relay *relay)
{
	tt_remove_tree(relay->output);
	g_free(relay->folder);
	g_free(relay->output);
	g_free(relay->control);
	g_free(relay->data);
	g_free(relay);
}

static bool start_somewhere(struct tt_relay *relay, GError **error)
{
	bool ok = false;

	for (int i = 0; !ok && i < TRIES; i++) {
		g_clear_error(error);
		if (!loopback_works() || !find_ports(relay)) {
			g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_SETUP,
			            "the loopback interface cannot be used (%s): bring it up with 'ip link set lo up'",
			            g_strerror(errno));
			return false;
		}
		ok = start(relay, error);
	}
	return ok;
}

struct tt_relay *tt_relay_open(const char *folder, GError **error)
{
	struct tt_relay *relay = g_new0(struct tt_relay, 1);

	relay->pidfd = -1;
	relay->folder = g_strdup(folder);
	relay->output = g_build_filename(folder, OUTPUT, NULL);
	if (!start_somewhere(relay, error)) {
		free_relay(relay);
		return NULL;
	}
	relay->control = url_of(relay, PORT_CONTROL, "tcp4", "/" TRACE);
	relay->data = url_of(relay, PORT_DATA, "tcp4", "");
	return relay;
}

const char *tt_relay_control_url(const struct tt_relay *relay)
{
	return relay->control;
}

const char *tt_relay_data_url(const struct tt_relay *relay)
{
	return relay->data;
}

char *tt_relay_live_url(const struct tt_relay *relay, const char *session)
{
	g_autofree char *path = g_strdup_printf("/host/%s/%s", g_get_host_name(), session);

	return url_of(relay, PORT_LIVE, "net", path);
}

/* Moves what is in one folder into another. */
static bool move_all(const char *from, const char *to)
{
	g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *before = g_build_filename(from, name, NULL);
		g_autofree char *after = g_build_filename(to, name, NULL);

		if (rename(before, after) == -1)
			return false;
	}
	return true;
}

/* The daemon's folder has one for the host, and that the trace; if nothing was recorded, nothing is there. */
static bool settle(const struct tt_relay *relay, GError **error)
{
	g_autoptr(GDir) hosts = g_dir_open(relay->output, 0, NULL);
	const char *host;

	while (hosts && (host = g_dir_read_name(hosts))) {
		g_autofree char *trace = g_build_filename(relay->output, host, TRACE, NULL);

		if (move_all(trace, relay->folder))
			continue;
		g_set_error(error, TT_SESSION_ERROR, TT_SESSION_ERROR_OUTPUT,
		            "cannot move the trace from %s to %s (%s): see to the permissions there", trace,
		            relay->folder, g_strerror(errno));
		return false;
	}
	return true;
}

bool tt_relay_close(struct tt_relay *relay, GError **error)
{
	if (!relay)
		return true;
	tt_background_stop(relay->pidfd);
	bool ok = settle(relay, error);
	free_relay(relay);
	return ok;
}
