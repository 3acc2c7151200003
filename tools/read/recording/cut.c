/* SPDX-License-Identifier: MIT */
/*
 * What is missing of a recording is told as a loss, like the tracer's own, so that every report says it and no verdict
 * rests on it. It has a time from which on, and a reason in words.
 */
#include "tools/read/recording/cut.h"

#include <string.h>

#include "tools/read/recording/manifest.h"

static const struct {
	const char *word, *text;
} cuts[TT_N_CUTS] = {
    [TT_CUT_NONE] = {NULL, NULL},
    [TT_CUT_UNFINISHED] = {"unfinished", "the recording has no end: its recorder was killed, or still records"},
    [TT_CUT_RECORDER] = {"recorder", "the recorder was killed"},
    [TT_CUT_CONSUMER] = {"consumer", "LTTng's consumer daemon has ended while the program ran"},
    [TT_CUT_DAEMON] = {"daemon", "LTTng's session daemon has ended while the program ran"},
    [TT_CUT_DISK] = {"disk", "the disk was full"},
    [TT_CUT_MISSED] = {"missed", "some processes that belong to the recording were not let in"},
    [TT_CUT_OUTLIVED] = {"signal", "the recording ended for a signal that the program has survived"},
};

const char *tt_cut_word(enum tt_cut cut)
{
	return cuts[cut].word;
}

enum tt_cut tt_cut_of_word(const char *word)
{
	for (int cut = TT_CUT_UNFINISHED; word && cut < TT_N_CUTS; cut++)
		if (!strcmp(word, cuts[cut].word))
			return (enum tt_cut)cut;
	return word ? TT_CUT_UNFINISHED : TT_CUT_NONE;
}

const char *tt_cut_text(enum tt_cut cut)
{
	return cuts[cut].text;
}

static void tell(const struct tt_discarded *loss, const struct tt_trace_handler *handler, void *data,
                 struct tt_trace_summary *summary)
{
	summary->cuts++;
	if (handler->loss)
		handler->loss(loss, data);
}

void tt_cut_tell(const struct tt_manifest *manifest, const struct tt_trace_handler *handler, void *data,
                 struct tt_trace_summary *summary)
{
	struct tt_discarded loss = {.begin_ns = -1, .end_ns = -1, .buffer = {.cpu = -1, .pid = -1}};

	if (manifest->cut) {
		loss.why = tt_cut_text(manifest->cut);
		loss.begin_ns = manifest->cut_ns ? manifest->cut_ns : -1;
		loss.apart = manifest->cut_even;
		tell(&loss, handler, data, summary);
	}
	for (char **process = manifest->left_out; process && *process; process++) {
		loss.why = *process;
		loss.begin_ns = -1;
		loss.apart = true;
		tell(&loss, handler, data, summary);
	}
}
