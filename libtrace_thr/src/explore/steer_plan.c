/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/explore/steer_plan.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "libtrace_thr/src/trace/parse_number.h"
#include "libtrace_thr/src/trace/call_chain.h"
#include "libtrace_thr/src/trace/module_file.h"

static bool parse_number(const char *text, unsigned *value)
{
	uint64_t number;
	bool ok = tt_number_parse(text, 10, &number) && number <= UINT32_MAX;

	*value = ok ? (unsigned)number : 0;
	return ok;
}

static bool parse_frame(char *text, struct tt_steer_plan *plan, enum tt_steer_kind kind)
{
	char *plus = strrchr(text, '+');
	struct tt_steer_site *site = plan->n ? &plan->edges[plan->n - 1].sites[kind] : NULL;
	struct tt_steer_frame *frame;

	if (!site || site->n == TT_STEER_FRAMES || !plus || plus == text)
		return false;
	frame = &site->frames[site->n++];
	*plus = '\0';
	*frame = (struct tt_steer_frame){.module = text};
	return tt_number_parse(plus + 1, 16, &frame->offset);
}

static bool parse_line(char *line, struct tt_steer_plan *plan)
{
	char *rest = strchr(line, ' ');

	if (rest)
		*rest++ = '\0';
	if (!strcmp(line, "edge") && !rest)
		return plan->n++ < TT_STEER_EDGES;
	if (!strcmp(line, "meet") && !rest)
		return plan->meet = true;
	if (!rest)
		return false;
	if (!strcmp(line, "pause"))
		return parse_number(rest, &plan->pause_ms);
	if (!strcmp(line, "budget"))
		return parse_number(rest, &plan->budget_ms);
	if (!strcmp(line, "ring"))
		return parse_number(rest, &plan->ring);
	if (!strcmp(line, "waits"))
		return plan->n > 0;
	if (!strcmp(line, "held"))
		return parse_frame(rest, plan, TT_STEER_HELD);
	return !strcmp(line, "wanted") && parse_frame(rest, plan, TT_STEER_WANTED);
}

uint32_t tt_steer_plan_edges(const struct tt_steer_plan *plan, enum tt_steer_kind kind)
{
	uint32_t edges = 0;

	for (unsigned i = 0; i < plan->n; i++)
		edges |= plan->edges[i].sites[kind].n ? UINT32_C(1) << i : 0;
	return edges;
}

/* Something is to be led somewhere: one holds, one asks, and those of the ring do both. */
static bool is_whole(const struct tt_steer_plan *plan)
{
	uint32_t held = tt_steer_plan_edges(plan, TT_STEER_HELD), wanted = tt_steer_plan_edges(plan, TT_STEER_WANTED);
	uint32_t all = (UINT32_C(1) << plan->n) - 1, ring = (UINT32_C(1) << MIN(plan->ring, plan->n)) - 1;

	return plan->n > 1 && plan->ring <= plan->n && held && wanted && (held | wanted) == all &&
	       (held & wanted & ring) == ring;
}

bool tt_steer_plan_parse(char *text, struct tt_steer_plan *plan)
{
	char *rest = NULL;

	memset(plan, 0, sizeof *plan);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!parse_line(line, plan))
			return false;
	return is_whole(plan);
}

/* Does something to each frame; whether it was true for all. */
static bool for_each_frame(struct tt_steer_plan *plan, bool (*visit)(struct tt_steer_frame *frame, void *data),
                           void *data)
{
	bool all = true;

	for (unsigned i = 0; i < plan->n; i++)
		for (unsigned kind = 0; kind < 2; kind++)
			for (unsigned j = 0; j < plan->edges[i].sites[kind].n; j++)
				all = visit(&plan->edges[i].sites[kind].frames[j], data) && all;
	return all;
}

/* A module of the process, where its file begins in memory, as the trace has it. */
struct module {
	const char *name;
	uintptr_t begin;
};

static bool place(struct tt_steer_frame *frame, void *data)
{
	const struct module *module = data;

	/* Relaxed: who sees it later takes part later. */
	if (!strcmp(frame->module, module->name))
		__atomic_store_n(&frame->address, module->begin + frame->offset, __ATOMIC_RELAXED);
	return frame->address;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int on_module(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_module_file file;
	char room[PATH_MAX];

	(void)size;
	if (!tt_module_file(info, &file))
		return 0;
	struct module module = {.name = base_name(tt_module_path(file.path, room)), .begin = file.base};
	return for_each_frame(data, place, &module); /* all known: the end */
}

bool tt_steer_plan_find(struct tt_steer_plan *plan)
{
	int saved = errno;
	int all = dl_iterate_phdr(on_module, plan);

	errno = saved;
	return all;
}

static bool is_at(const struct tt_steer_frame *frame, uint64_t address)
{
	uintptr_t placed = __atomic_load_n(&frame->address, __ATOMIC_RELAXED);

	return placed && placed == address;
}

static bool matches(const struct tt_steer_site *site, const struct tt_stack *chain)
{
	for (unsigned i = 1; i < site->n && i <= chain->n; i++)
		if (!is_at(&site->frames[i], chain->frames[i - 1]))
			return false;
	return true;
}

uint32_t tt_steer_plan_match(const struct tt_steer_plan *plan, enum tt_steer_kind kind, const void *caller)
{
	struct tt_stack room;
	const struct tt_stack *chain = NULL;
	uint32_t edges = 0;

	for (unsigned i = 0; i < plan->n; i++) {
		const struct tt_steer_site *site = &plan->edges[i].sites[kind];
		if (!is_at(&site->frames[0], (uintptr_t)caller))
			continue;
		if (!chain)
			chain = tt_stack_depth > 1 ? tt_stack_take(&room, caller) : &tt_stack_none;
		if (matches(site, chain))
			edges |= UINT32_C(1) << i;
	}
	return edges;
}
