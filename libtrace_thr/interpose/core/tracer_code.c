/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/interpose/core/tracer_code.h"

#include <link.h>
#include <string.h>

struct tt_tracer tt_tracer;

static const char *const names[] = {"liblttng-ust", "liburcu", "libtrace_thr", "libunwind.so", "libunwind-x86"};

static bool is_one(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

static int look_at(struct dl_phdr_info *info, size_t size, void *data)
{
	struct tt_tracer *found = data;
	uintptr_t begin = UINTPTR_MAX, end = 0;

	(void)size;
	if (!is_one(info->dlpi_name) || found->n == TT_TRACER_MODULES)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + part->p_vaddr;

		if (part->p_type != PT_LOAD)
			continue;
		begin = at < begin ? at : begin;
		end = at + part->p_memsz > end ? at + part->p_memsz : end;
	}
	found->modules[found->n].begin = begin;
	found->modules[found->n++].end = end;
	if (!found->end || begin < found->begin)
		found->begin = begin;
	if (end > found->end)
		found->end = end;
	return 0;
}

void tt_tracer_find(void)
{
	struct tt_tracer found = {.n = 0};

	dl_iterate_phdr(look_at, &found);
	tt_tracer = found;
}

bool tt_tracer_has(uintptr_t address)
{
	for (unsigned i = 0; i < tt_tracer.n; i++)
		if (address - tt_tracer.modules[i].begin < tt_tracer.modules[i].end - tt_tracer.modules[i].begin)
			return true;
	return false;
}
