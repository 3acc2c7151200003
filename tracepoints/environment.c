/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static struct variable {
	const char *name;
	char *place; /* NULL: not set, or not where the kernel puts them */
	char *text;  /* with its zero */
	size_t size;
} variables[] = {
    {.name = "LTTNG_UST_REGISTER_TIMEOUT"},
    {.name = "LTTNG_HOME"},
    {.name = "HOME"},
};

enum { N_VARIABLES = sizeof variables / sizeof *variables };

/* The kernel puts them below the name of the executed file, above any frame. */
static int is_of_kernel(const char *place)
{
	return (uintptr_t)place > (uintptr_t)&place && (uintptr_t)place < getauxval(AT_EXECFN);
}

void tt_environment_note(void)
{
	for (struct variable *variable = variables; variable < variables + N_VARIABLES; variable++) {
		char *place = getenv(variable->name);
		if (!place || !is_of_kernel(place) || !(variable->text = strdup(place)))
			continue;
		variable->place = place;
		variable->size = strlen(place) + 1;
	}
}

void tt_environment_swap(void)
{
	for (struct variable *variable = variables; variable < variables + N_VARIABLES; variable++)
		for (size_t i = 0; variable->place && i < variable->size; i++) {
			char c = variable->place[i];
			variable->place[i] = variable->text[i];
			variable->text[i] = c;
		}
}
