/* SPDX-License-Identifier: MIT */
#include "tools/cli/run_repeat.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/cli/command.h"

/* How they went so far. */
struct score {
	uint64_t runs, passed, with_findings, failed;
	int status; /* of all */
	struct tt_tally tally;
};

static void put_progress(const struct score *score, const struct tt_repeat *repeat)
{
	fprintf(stderr, "\r\033[Ktrace-thr: run %" PRIu64, score->runs + 1);
	if (repeat->times)
		fprintf(stderr, " of %" PRIu64, repeat->times);
	fprintf(stderr, ": %" PRIu64 " passed, %" PRIu64 " with findings, %" PRIu64 " failed ", score->passed,
	        score->with_findings, score->failed);
	fflush(stderr);
}

/* A run that did not pass: which it was, and where its trace is. */
static void put_run(const struct score *score, const struct tt_run_cli_options *request,
                    const struct tt_run_result *result)
{
	const uint64_t *seed = request->recording.options.shake;

	fprintf(stderr, "trace-thr: that was run %" PRIu64 ", exit status %d", score->runs, result->status);
	if (seed)
		fprintf(stderr, ", --shake=%" PRIu64, *seed);
	fputs(result->folder ? "\n\n" : ": nothing was recorded\n", stderr);
}

static bool has_passed(const struct tt_run_result *result)
{
	return result->status == TT_EXIT_OK && !result->findings;
}

static void count(struct score *score, const struct tt_run_cli_options *request, const struct tt_run_result *result)
{
	score->runs++;
	if (has_passed(result)) {
		score->passed++;
		return;
	}
	score->with_findings += result->findings;
	score->failed += !result->findings;
	/* Findings outweigh a program that failed. */
	if (result->findings || score->status == TT_EXIT_OK)
		score->status = result->status;
	put_run(score, request, result);
}

static char *numbered(const char *name, uint64_t number)
{
	return name ? g_strdup_printf("%s-%" PRIu64, name, number) : NULL;
}

/* The run of the next number. False: it is the last. */
static bool run_next(const struct tt_run_cli_options *all, const struct tt_repeat *repeat, struct score *score)
{
	struct tt_run_cli_options request = *all;
	struct tt_record_options *options = &request.recording.options;
	uint64_t seed = options->shake ? *options->shake + score->runs : 0;
	g_autofree char *folder = numbered(options->output, score->runs + 1);
	g_autofree char *report = numbered(request.check.output, score->runs + 1);

	options->output = folder;
	request.check.output = report;
	options->shake = options->shake ? &seed : NULL;
	if (request.progress)
		put_progress(score, repeat);
	struct tt_run_result result = tt_run_once(&request, &score->tally);
	count(score, &request, &result);
	g_free(result.folder);
	if (!result.recorded || result.interrupted || (repeat->until_fail && !has_passed(&result)))
		return false;
	return score->runs != repeat->times;
}

int tt_run_repeat(struct tt_run_cli_options *request, const struct tt_repeat *repeat)
{
	struct tt_run_cli_options each = *request;
	struct score score = {.status = TT_EXIT_OK};

	each.repeated = true;
	each.progress = isatty(STDERR_FILENO);
	while (run_next(&each, repeat, &score))
		continue;
	if (each.progress)
		fputs("\r\033[K", stderr);
	fprintf(stderr,
	        "trace-thr: %" PRIu64 " run%s: %" PRIu64 " passed, %" PRIu64 " with findings, %" PRIu64
	        " failed without\n",
	        score.runs, score.runs == 1 ? "" : "s", score.passed, score.with_findings, score.failed);
	g_autofree char *closing = tt_tally_closing(&score.tally);
	fprintf(stderr, "%s\n", closing);
	tt_check_options_warn_unused(&request->check);
	return score.status;
}
