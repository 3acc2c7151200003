#include "tools/cli/complain.h"
#include "tools/cli/lookout.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/check/hangs.h"
#include "tools/report/text.h"
#include "tools/session/offspring.h"
#include "tools/report/harmless.h"

/* Of its time, the most that the lookout spends on looking instead of reading: one part in so many. */
enum { SHARE = 10 };

/* From how many seconds on it says that it is behind, and how many times as many before it says so again. */
enum { LATE_S = 1, AGAIN_TIMES = 4 };

enum { LARGEST_REPORT = 1 << 20 };

/* How long it may take until it sees the session. */
enum { PATIENCE_MS = 5000 };

/* What goes through its pipe. */
struct message {
	enum { READY, REPORTED, OVER } kind; /* it sees the session; a finding was printed; it has said why it ends */
	struct tt_hang_key key;              /* of the finding */
};

struct tt_lookout {
	pid_t pid;
	int from;         /* its pipe to us, -1 when it has ended */
	GArray *reported; /* struct tt_hang_key */
	bool ready, over;
};

/* In the process itself. */
struct looking {
	const struct tt_lookout_options *options;
	struct tt_hangs *hangs;
	FILE *out;
	int to; /* the pipe */
	bool ready;
	gint64 next_look_us;  /* monotonic */
	double behind_told_s; /* how far it was behind when that was said last; 0: it was not */
};

static void say(const struct looking *looking, const struct message *message)
{
	while (write(looking->to, message, sizeof *message) == -1 && errno == EINTR)
		continue;
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

/* Said again when it is a multiple of what it was. */
static void tell_if_behind(struct looking *looking, int64_t complete_ns)
{
	double behind_s = seconds_since(complete_ns);

	if (looking->options->silent || looking->options->quiet ||
	    behind_s < MAX(LATE_S, AGAIN_TIMES * looking->behind_told_s))
		return;
	looking->behind_told_s = behind_s;
	put_clear(looking);
	fprintf(looking->out,
	        "trace-thr: reading along is %.1f s behind the program, which makes more events than can be read "
	        "meanwhile: a hang is told that much later\n",
	        behind_s);
	fflush(looking->out);
}

static void head(const struct looking *looking, int64_t complete_ns)
{
	const struct tt_check *check = tt_hangs_check(looking->hangs);
	int64_t since_ns = begin_ns(check->findings->pdata[0]);
	g_autofree char *since = tt_check_time_text(check, since_ns);
	double behind_s = seconds_since(complete_ns);
	g_autofree char *late =
	    behind_s < LATE_S ? NULL : g_strdup_printf(" (reading along is %.1f s behind)", behind_s);

	g_autofree char *program = tt_harmless_name(looking->options->program);

	put_clear(looking);
	fprintf(looking->out, "trace-thr: %s hangs since %s, that is %.3f s ago%s%s\n\n", program, since,
	        seconds_since(since_ns), late ? late : "",
	        looking->options->keep_going ? "" : ": it is ended now (--keep-going leaves it)");
}

/* Leaves only those findings that count. How many these are. */
static guint leave_open(const struct looking *looking)
{
	struct tt_check *check = tt_hangs_check(looking->hangs);

	tt_check_settle(check);
	if (looking->options->check)
		tt_check_request_apply(looking->options->check, check);
	for (guint i = check->findings->len; i-- > 0;)
		if (!tt_finding_is_open(check->findings->pdata[i]))
			g_ptr_array_remove_index(check->findings, i);
	return check->findings->len;
}

static void report(const struct looking *looking, int64_t complete_ns)
{
	const struct tt_check *check = tt_hangs_check(looking->hangs);

	if (!looking->options->silent) {
		head(looking, complete_ns);
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
	tt_symbols_add(tt_hangs_check(((struct looking *)data)->hangs)->symbols, module);
	return true;
}

static bool on_loss(const struct tt_loss *loss, void *data)
{
	tt_check_lose(tt_hangs_check(((struct looking *)data)->hangs), loss);
	return true;
}

static bool on_pause(int64_t complete_ns, void *data)
{
	struct looking *looking = data;
	gint64 now = g_get_monotonic_time();

	if (!looking->ready && complete_ns > 0) {
		looking->ready = true;
		say(looking, &(struct message){.kind = READY});
	}
	if (now < looking->next_look_us)
		return true;
	guint due = tt_hangs_look(looking->hangs, complete_ns) ? leave_open(looking) : 0;
	looking->next_look_us = now + SHARE * (g_get_monotonic_time() - now);
	if (due)
		report(looking, complete_ns);
	else if (looking->ready)
		tell_if_behind(looking, complete_ns);
	return !due || looking->options->keep_going;
}

/*
 * Babeltrace writes to stderr what no user of ours needs; reports go where stderr was, each at once: the recorder may
 * end us at any moment.
 */
static FILE *take_stderr(void)
{
	FILE *out = fdopen(dup(STDERR_FILENO), "w");
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setvbuf(out, NULL, _IOFBF, LARGEST_REPORT);
	if (nowhere != -1)
		dup2(nowhere, STDERR_FILENO);
	return out;
}

static void look(const struct tt_live_source *source, const struct tt_lookout_options *options, int to)
{
	static const struct tt_live_handler handler = {{on_event, on_module, on_loss}, on_pause};
	double patience_ns = options->hang_after * 1e9;
	struct looking looking = {.options = options, .to = to, .out = take_stderr()};
	g_autoptr(GError) error = NULL;

	looking.hangs = tt_hangs_new(patience_ns < (double)INT64_MAX ? (int64_t)patience_ns : INT64_MAX);
	bool ok = tt_live_read(source, &handler, &looking, &error);
	g_autofree char *why = ok ? NULL : tt_harmless_name(error->message);
	if (!ok)
		fprintf(looking.out, "trace-thr: %s; a hang is found when the program has ended\n", why);
	fclose(looking.out);
	say(&looking, &(struct message){.kind = OVER});
	tt_hangs_free(looking.hangs);
}

/* It has ended, and has not said so: what it was to see, it does not see any more. */
static void miss(struct tt_lookout *lookout)
{
	if (!lookout->over)
		tt_note("reading along has failed: a hang is found when the program has ended");
	close(lookout->from);
	lookout->from = -1;
	if (lookout->pid > 0)
		waitpid(lookout->pid, NULL, 0);
}

/* Takes what it has said by now. */
static void receive(struct tt_lookout *lookout)
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

/* A session is read from where it is when its reader comes: a program must not begin before. */
static void wait_until_ready(struct tt_lookout *lookout)
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

struct tt_lookout *tt_lookout_start(const struct tt_live_source *source, const struct tt_lookout_options *options)
{
	struct tt_lookout *lookout = g_new0(struct tt_lookout, 1);
	int ends[2];

	lookout->reported = g_array_new(FALSE, FALSE, sizeof(struct tt_hang_key));
	lookout->from = -1;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return lookout;
	fflush(NULL);
	pid_t us = getpid();
	lookout->pid = fork();
	if (lookout->pid == 0) {
		tt_offspring_ends_with(us, SIGKILL);
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

bool tt_lookout_has_reported(struct tt_lookout *lookout)
{
	receive(lookout);
	return lookout->reported->len > 0;
}

const GArray *tt_lookout_reported(const struct tt_lookout *lookout)
{
	return lookout->reported;
}

void tt_lookout_stop(struct tt_lookout *lookout)
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

void tt_lookout_free(struct tt_lookout *lookout)
{
	if (!lookout)
		return;
	tt_lookout_stop(lookout);
	g_array_free(lookout->reported, TRUE);
	g_free(lookout);
}
