#include "tools/session/rehearsal.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "tools/session/files.h"
#include "tools/session/libraries.h"
#include "tools/session/tracker.h"

/* How long the process may take, and the metadata to come; they have come when so long no more did. */
enum { PATIENCE_MS = 5000, QUIET_MS = 60, STEP_MS = 5 };

/* LTTng registers the process while the probes are loaded, and returns when that is done. */
static void load_probes(const char *path, struct tt_tracker *tracker)
{
	sigset_t none;

	if (tracker)
		tt_tracker_add(tracker, getpid());

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	g_setenv("LTTNG_UST_REGISTER_TIMEOUT", "-1", TRUE);
	tt_library_loads(path, NULL);
}

static void wait_for_end(pid_t pid)
{
	struct pollfd ended = {.fd = pidfd_open(pid, 0), .events = POLLIN};

	if (ended.fd == -1 || poll(&ended, 1, PATIENCE_MS) != 1)
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (ended.fd != -1)
		close(ended.fd);
}

static void wait_for_metadata(const char *folder)
{
	uint64_t size = 0;

	for (int waited = 0, quiet = 0; waited < PATIENCE_MS && quiet < QUIET_MS; waited += STEP_MS) {
		uint64_t now = tt_size_below(folder);

		quiet = now > 0 && now == size ? quiet + STEP_MS : 0;
		size = now;
		g_usleep(STEP_MS * 1000);
	}
}

void tt_rehearse(const char *folder, const char *session)
{
	g_autofree char *probes = tt_library_find(TT_LIBRARY_PROBES);
	struct tt_tracker *tracker = tt_tracker_open(session);
	pid_t pid = probes ? fork() : -1;

	if (pid == 0) {
		load_probes(probes, tracker);
		_exit(0);
	}
	if (pid != -1) {
		wait_for_end(pid);
		if (tracker)
			tt_tracker_remove(tracker, pid);
		wait_for_metadata(folder);
	}
	tt_tracker_close(tracker);
}
