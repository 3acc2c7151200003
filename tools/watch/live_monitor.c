/* SPDX-License-Identifier: MIT */
#include "tools/cli/error.h"
#include "tools/watch/live_monitor.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/check/actual/live_hangs.h"
#include "tools/report/text.h"
#include "tools/session/lttng/beacon.h"
#include "tools/session/program/process_tree.h"
#include "tools/text/sanitize.h"

/* Of its time, the most that the lookout spends on looking while there is more to read: one part in so many. */
enum { SHARE = 10 };

/* From how many seconds on it says that it is behind, and how many times as many before it says so again. */
enum { LATE_S = 1, AGAIN_TIMES = 4 };

/* How long buffers may give no sign. */
enum { SILENT_S = 5 };

enum { LARGEST_REPORT = 1 << 20 };

/* How long it may take until it sees the session. */
enum { PATIENCE_MS = 5000 };

/* What goes through its pipe. */
struct message {
	enum { READY, REPORTED, OVER } kind; /* it sees the session; a finding was printed; it has said why it ends */
	struct tt_hang_key key;              /* of the finding */
};

struct tt_live_monitor {
	pid_t pid;
	int from;         /* its pipe to us, -1 when it has ended */
	GArray *reported; /* struct tt_hang_key */
	bool ready, over;
};

/* In the process itself. */
struct looking {
	const struct tt_live_monitor_options *options;
	struct tt_hangs *hangs;
	struct tt_beacon *beacon;
	FILE *out;
	int to; /* the pipe */
	bool ready;
	bool silence_told;
	enum tt_live_next next; /* what the last look left to be wanted */
	gint64 next_look_us;    /* monotonic */
	int64_t looked_ns;      /* at what moment of the trace */
	double behind_told_s;   /* how far it was behind when that was said last; 0: it was not */
};

static void say(const struct looking *looking, const struct message *message)
{
	(void)TEMP_FAILURE_RETRY(write(looking->to, message, sizeof *message));
}

/* Of an unfinished line of progress. */
static void put_clear(const struct looking *looking)
{
	if (looking->options->progress)
		fputs("\r\033[K", looking->out);
}

/* When the last of the threads that it is about began to wait. */
static int64_t begin_ns(const struct tt_finding *finding)
{
	int64_t last = INT64_MIN;

	for (guint i = 0; i < finding->edges->len; i++)
		last = MAX(last, tt_finding_edge(finding, i)->wanted_ns);
	return last;
}

/* A program can make more events than can be read meanwhile. */
static double seconds_since(int64_t time_ns)
{
	return (double)(g_get_real_time() * 1000 - time_ns) / 1e9;
}

static bool may_speak(const struct looking *looking)
{
	return !looking->options->silent && !looking->options->quiet;
}

/* Said again when it is a multiple of what it was. */
static void tell_if_behind(struct looking *looking, const struct tt_live_state *state)
{
	double behind_s = (double)state->behind_ns / 1e9;

	if (!may_speak(looking) || behind_s < MAX(LATE_S, AGAIN_TIMES * looking->behind_told_s))
		return;
	looking->behind_told_s = behind_s;
	put_clear(looking);
	fprintf(looking->out,
	        "trace-thr: reading along is %.1f s behind the program, which makes more events than can be read "
	        "meanwhile: a hang is told that much later\n",
	        behind_s);
	fflush(looking->out);
}

/* Without a sign of its buffers, nothing of a user is certain, nor of anybody who may wait for its processes. */
static void tell_if_silent(struct looking *looking, const struct tt_live_state *state)
{
	if (looking->silence_told || !may_speak(looking) || state->silent_ns < SILENT_S * INT64_C(1000000000))
		return;
	looking->silence_told = true;
	put_clear(looking);
	fprintf(looking->out,
	        "trace-thr: the buffers of user %" PRId64
	        " have given no sign for %d s: until they do, a hang is found "
	        "only when the program has ended\n",
	        state->silent_uid, SILENT_S);
	fflush(looking->out);
}

static void head(const struct looking *looking, const struct tt_live_state *state)
{
	const struct tt_check *check = tt_hangs_check(looking->hangs);
	int64_t since_ns = begin_ns(check->findings->pdata[0]);
	g_autofree char *since = tt_check_time_text(check, since_ns);
	double behind_s = (double)state->behind_ns / 1e9;
	g_autofree char *late =
	    behind_s < LATE_S ? NULL : g_strdup_printf(" (reading along is %.1f s behind)", behind_s);

	g_autofree char *program = tt_harmless_name(looking->options->program);

	put_clear(looking);
	fprintf(looking->out, "trace-thr: %s hangs since %s, that is %.3f s ago%s%s\n\n", program, since,
	        seconds_since(since_ns), late ? late : "",
	        looking->options->keep_going ? "" : ": stopping it (--keep-going leaves it)");
}

/* Leaves only those findings that count. How many these are. */
static guint leave_open(const struct looking *looking)
{
	struct tt_check *check = tt_hangs_check(looking->hangs);

	tt_check_sort_findings(check);
	if (looking->options->check)
		tt_check_options_mark(looking->options->check, check);
	for (guint i = check->findings->len; i-- > 0;)
		if (!tt_finding_is_open(check->findings->pdata[i]))
			g_ptr_array_remove_index(check->findings, i);
	return check->findings->len;
}

static void report(const struct looking *looking, const struct tt_live_state *state)
{
	const struct tt_check *check = tt_hangs_check(looking->hangs);

	if (!looking->options->silent) {
		head(looking, state);
		tt_report_findings(check, looking->out);
		fflush(looking->out);
	}
	for (guint i = 0; i < check->findings->len; i++) {
		const struct message message = {REPORTED, tt_hang_key(check->findings->pdata[i])};
		say(looking, &message);
	}
}

static bool on_event(const struct tt_event *event, void *data)
{
	tt_check_feed(tt_hangs_check(((struct looking *)data)->hangs), event);
	return true;
}

static bool on_module(const struct tt_module *module, void *data)
{
	tt_check_add_module(tt_hangs_check(((struct looking *)data)->hangs), module);
	return true;
}

static bool on_loss(const struct tt_discarded *loss, void *data)
{
	tt_check_add_discarded(tt_hangs_check(((struct looking *)data)->hangs), loss);
	return true;
}

static bool on_ask(uint32_t uid, uint32_t n_cpus, bool modules, void *data)
{
	return tt_beacon_ask(((struct looking *)data)->beacon, uid, n_cpus, modules);
}

/* Reports what hangs by now. Whether there was something. */
static bool look_now(struct looking *looking, const struct tt_live_state *state)
{
	gint64 begin_us = g_get_monotonic_time();

	tt_hangs_know_modules(looking->hangs, state->modules_ns);
	guint due = tt_hangs_look(looking->hangs, state->complete_ns) ? leave_open(looking) : 0;
	gint64 took_us = g_get_monotonic_time() - begin_us;

	looking->next = tt_hangs_lack_modules(looking->hangs) ? TT_LIVE_MODULES
	                : tt_hangs_any(looking->hangs)        ? TT_LIVE_TIME
	                                                      : TT_LIVE_NEWS;
	looking->next_look_us = begin_us + took_us * (state->behind_ns ? SHARE : 1);
	looking->looked_ns = state->complete_ns;
	if (due)
		report(looking, state);
	return due;
}

static enum tt_live_next on_pause(const struct tt_live_state *state, void *data)
{
	struct looking *looking = data;

	if (!looking->ready && state->complete_ns) {
		looking->ready = true;
		say(looking, &(struct message){.kind = READY});
	}
	tell_if_silent(looking, state);
	if (state->complete_ns == looking->looked_ns || g_get_monotonic_time() < looking->next_look_us)
		return looking->next;
	if (look_now(looking, state))
		return looking->options->keep_going ? looking->next : TT_LIVE_STOP;
	if (state->silent_ns < LATE_S * INT64_C(1000000000))
		tell_if_behind(looking, state);
	return looking->next;
}

/* Reports go where stderr was, each at once: the recorder may end us at any moment. */
static FILE *take_stderr(void)
{
	FILE *out = fdopen(dup(STDERR_FILENO), "w");
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setvbuf(out, NULL, _IOFBF, LARGEST_REPORT);
	if (nowhere != -1)
		dup2(nowhere, STDERR_FILENO);
	return out;
}

/* With a beacon, or else nothing is certain before the program has ended. */
static void look_with_beacon(struct looking *looking, const struct tt_live_source *source)
{
	static const struct tt_live_handler handler = {{on_event, on_module, on_loss}, on_pause, on_ask};
	g_autoptr(GError) error = NULL;

	looking->beacon = tt_beacon_start(source->session, &error);
	if (looking->beacon && tt_live_read(source, &handler, looking, &error))
		return;
	g_autofree char *why = tt_harmless_name(error->message);
	fprintf(looking->out,
	        looking->beacon
	            ? "trace-thr: %s; a hang is found when the program has ended\n"
	            : "trace-thr: the program cannot be watched while it runs, so it is checked when it has "
	              "ended: %s; or say --no-live\n",
	        why);
}

static void look(const struct tt_live_source *source, const struct tt_live_monitor_options *options, int to)
{
	double patience_ns = options->hang_after * 1e9;
	struct looking looking = {.options = options, .to = to, .out = take_stderr()};

	looking.hangs = tt_hangs_new(patience_ns < (double)INT64_MAX ? (int64_t)patience_ns : INT64_MAX);
	look_with_beacon(&looking, source);
	fclose(looking.out);
	say(&looking, &(struct message){.kind = OVER});
	tt_beacon_stop(looking.beacon);
	tt_hangs_free(looking.hangs);
}

/* It has ended, and has not said so: what it was to see, it does not see any more. */
static void miss(struct tt_live_monitor *lookout)
{
	if (!lookout->over)
		tt_note("reading along has failed: a hang is found when the program has ended");
	close(lookout->from);
	lookout->from = -1;
	if (lookout->pid > 0)
		waitpid(lookout->pid, NULL, 0);
}

/* Takes what it has said by now. */
static void receive(struct tt_live_monitor *lookout)
{
	struct message message;
	ssize_t n = 1;

	while (lookout->from != -1 && (n = read(lookout->from, &message, sizeof message)) == sizeof message) {
		if (message.kind == REPORTED)
			g_array_append_val(lookout->reported, message.key);
		lookout->ready |= message.kind == READY;
		lookout->over |= message.kind == OVER;
	}
	if (n == 0)
		miss(lookout);
}

/* Whether it can see anything is known before the program begins. */
static void wait_until_ready(struct tt_live_monitor *lookout)
{
	gint64 until = g_get_monotonic_time() + PATIENCE_MS * INT64_C(1000);
	struct pollfd pipe = {.fd = lookout->from, .events = POLLIN};

	while (!lookout->ready && lookout->from != -1 && g_get_monotonic_time() < until) {
		poll(&pipe, 1, PATIENCE_MS);
		receive(lookout);
	}
	if (!lookout->ready && lookout->from != -1)
		tt_note("reading along has not begun in time: a hang may be found only when the program has "
		        "ended");
}

struct tt_live_monitor *tt_live_monitor_start(const struct tt_live_source *source,
                                              const struct tt_live_monitor_options *options)
{
	struct tt_live_monitor *lookout = g_new0(struct tt_live_monitor, 1);
	int ends[2];

	lookout->reported = g_array_new(FALSE, FALSE, sizeof(struct tt_hang_key));
	lookout->from = -1;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return lookout;
	fflush(NULL);
	pid_t us = getpid();
	lookout->pid = fork();
	if (lookout->pid == 0) {
		tt_process_tree_ends_with(us, SIGKILL);
		prctl(PR_SET_NAME, "trace-thr-look");
		close(ends[0]);
		look(source, options, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	lookout->from = ends[0];
	wait_until_ready(lookout);
	return lookout;
}

bool tt_live_monitor_has_reported(struct tt_live_monitor *lookout)
{
	receive(lookout);
	return lookout->reported->len > 0;
}

const GArray *tt_live_monitor_reported(const struct tt_live_monitor *lookout)
{
	return lookout->reported;
}

void tt_live_monitor_stop(struct tt_live_monitor *lookout)
{
	if (!lookout || lookout->from == -1)
		return;
	receive(lookout);
	if (lookout->from == -1)
		return;
	kill(lookout->pid, SIGKILL);
	waitpid(lookout->pid, NULL, 0);
	close(lookout->from);
	lookout->from = -1;
}

void tt_live_monitor_free(struct tt_live_monitor *lookout)
{
	if (!lookout)
		return;
	tt_live_monitor_stop(lookout);
	g_array_free(lookout->reported, TRUE);
	g_free(lookout);
}
