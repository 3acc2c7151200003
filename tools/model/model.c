/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "tools/model/model.h"

#include "tools/model/model_internal.h"

enum { RECENT_THREADS = 256, RECENT_OBJECTS = 1024 };

/*
 * The process, threads and objects asked for last: those of the next event are mostly among them, and are found here in
 * less time than in a hash table.
 */
struct tt_recent {
	struct tt_process *process;
	struct tt_thread *threads[RECENT_THREADS];
	struct tt_object *objects[RECENT_OBJECTS];
};

/* Ids are small numbers, and the same in each process of a program. */
static size_t place_of(const struct tt_process *process, uint64_t id, size_t n)
{
	return (id + 64 * (uint64_t)process->pid) % n;
}

static void free_thread(void *data)
{
	struct tt_thread *thread = data;

	g_ptr_array_free(thread->holds, TRUE);
	g_free(thread);
}

static void free_object(void *data)
{
	struct tt_object *object = data;

	g_ptr_array_free(object->holds, TRUE);
	g_ptr_array_free(object->waiters, TRUE);
	g_free(object);
}

static void free_process(void *data)
{
	struct tt_process *process = data;

	g_hash_table_destroy(process->by_thread);
	g_hash_table_destroy(process->by_object);
	g_ptr_array_free(process->threads, TRUE);
	g_ptr_array_free(process->objects, TRUE);
	g_free(process);
}

struct tt_model *tt_model_new(void)
{
	struct tt_model *model = g_new0(struct tt_model, 1);

	model->processes = g_ptr_array_new_with_free_func(free_process);
	model->by_pid = g_hash_table_new(NULL, NULL);
	model->recent = g_new0(struct tt_recent, 1);
	model->observers = g_array_new(FALSE, FALSE, sizeof(struct tt_watcher));
	model->stacks = tt_model_stacks_new();
	return model;
}

static void free_holds_of(struct tt_thread *thread)
{
	for (guint i = 0; i < thread->holds->len; i++)
		g_free(thread->holds->pdata[i]);
}

void tt_model_free(struct tt_model *model)
{
	if (!model)
		return;
	for (guint i = 0; i < model->processes->len; i++) {
		const struct tt_process *process = model->processes->pdata[i];
		for (guint j = 0; j < process->threads->len; j++)
			free_holds_of(process->threads->pdata[j]);
	}
	g_ptr_array_free(model->processes, TRUE);
	g_hash_table_destroy(model->by_pid);
	g_free(model->recent);
	g_array_free(model->observers, TRUE);
	g_hash_table_destroy(model->stacks);
	g_free(model);
}

void tt_model_observe(struct tt_model *model, const struct tt_observer *observer, void *data)
{
	struct tt_watcher watcher = {observer, data};
	g_array_append_val(model->observers, watcher);
}

static struct tt_process *make_process(struct tt_model *model, uint32_t pid, int64_t now)
{
	struct tt_process *process = g_new0(struct tt_process, 1);

	process->pid = pid;
	process->threads = g_ptr_array_new_with_free_func(free_thread);
	process->objects = g_ptr_array_new_with_free_func(free_object);
	process->by_thread = g_hash_table_new(g_int64_hash, g_int64_equal);
	process->by_object = g_hash_table_new(g_int64_hash, g_int64_equal);
	process->first_ns = now;
	g_ptr_array_add(model->processes, process);
	g_hash_table_insert(model->by_pid, GUINT_TO_POINTER(pid), process);
	process->recent = model->recent;
	process->recent->process = process;
	return process;
}

struct tt_process *tt_model_replace_process(struct tt_model *model, struct tt_process *process)
{
	return make_process(model, process->pid, model->now_ns);
}

struct tt_thread *tt_model_thread(struct tt_process *process, uint64_t id)
{
	struct tt_thread **recent = &process->recent->threads[place_of(process, id, RECENT_THREADS)];

	if (!*recent || (*recent)->id != id || (*recent)->process != process)
		*recent = g_hash_table_lookup(process->by_thread, &id);
	return *recent;
}

struct tt_object *tt_model_object(struct tt_process *process, uint64_t id)
{
	struct tt_object **recent = &process->recent->objects[place_of(process, id, RECENT_OBJECTS)];

	if (!*recent || (*recent)->id != id || (*recent)->process != process)
		*recent = g_hash_table_lookup(process->by_object, &id);
	return *recent;
}

static struct tt_object *make_object(struct tt_process *process, uint64_t id, enum tt_family family, const char *name)
{
	struct tt_object *object = g_new0(struct tt_object, 1);

	object->process = process;
	object->family = family;
	object->id = id;
	object->number = process->objects->len;
	object->name = g_intern_string(name);
	object->holds = g_ptr_array_new();
	object->waiters = g_ptr_array_new();
	object->bound = UINT64_MAX;
	g_ptr_array_add(process->objects, object);
	g_hash_table_replace(process->by_object, &object->id, object);
	process->recent->objects[place_of(process, id, RECENT_OBJECTS)] = object;
	return object;
}

struct tt_object *tt_model_get_or_add_object(struct tt_process *process, uint64_t id, enum tt_family family,
                                             const char *name)
{
	struct tt_object *object = tt_model_object(process, id);

	/* Ids are not used twice: another family means that the making of another object was lost. */
	if (object && object->family == family)
		return object;
	return make_object(process, id, family, name ? name : "?");
}

struct tt_thread *tt_model_get_or_add_thread(struct tt_process *process, uint64_t id, const char *name)
{
	struct tt_thread *thread = tt_model_thread(process, id);

	if (!thread) {
		g_autofree char *anonymous = name ? NULL : g_strdup_printf("thread %" G_GUINT64_FORMAT, id);
		thread = g_new0(struct tt_thread, 1);
		thread->process = process;
		thread->id = id;
		thread->number = process->threads->len;
		thread->name = g_intern_string(name ? name : anonymous);
		thread->object = make_object(process, id, TT_FAMILY_THREAD, thread->name);
		thread->object->thread = thread;
		thread->wait.timeout_ns = TT_NO_TIMEOUT;
		thread->holds = g_ptr_array_new();
		g_ptr_array_add(process->threads, thread);
		g_hash_table_insert(process->by_thread, &thread->id, thread);
	} else if (name && strcmp(name, thread->name) != 0) {
		thread->name = thread->object->name = g_intern_string(name);
	}
	return thread;
}

void tt_model_rename(struct tt_model *model, uint32_t pid, uint64_t id, const char *before, const char *name)
{
	struct tt_process *process = g_hash_table_lookup(model->by_pid, GUINT_TO_POINTER(pid));
	struct tt_object *object = process ? tt_model_object(process, id) : NULL;

	if (!object || strcmp(object->name, before) != 0)
		return;
	object->name = g_intern_string(name);
	if (object->thread)
		object->thread->name = object->name;
}

static struct tt_process *process_of(struct tt_model *model, const struct tt_event *event)
{
	struct tt_process **recent = &model->recent->process;

	if (!*recent || (*recent)->pid != event->pid)
		*recent = g_hash_table_lookup(model->by_pid, GUINT_TO_POINTER(event->pid));
	return *recent ? *recent : make_process(model, event->pid, event->time_ns);
}

void tt_model_feed(struct tt_model *model, const struct tt_event *event)
{
	struct tt_model_step step = {.model = model, .event = event};

	model->now_ns = event->time_ns;
	step.process = process_of(model, event);
	tt_model_apply(&step);
	step.process->last_ns = event->time_ns;
	TT_NOTIFY(&step, event, step.thread, step.object);
}
