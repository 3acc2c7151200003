/* SPDX-License-Identifier: MIT
 * GLib's locks and conditions, which are made of futexes.
 *
 *     futex_glib passes|cond|abba
 */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

static GMutex first, second;
static GCond ready;
static gboolean is_ready;
static volatile pid_t tid;

static gpointer wait_until_ready(gpointer arg)
{
	g_atomic_int_set(&tid, gettid());
	g_mutex_lock(&first);
	while (!is_ready)
		g_cond_wait(&ready, &first);
	g_mutex_unlock(&first);
	return arg;
}

static gpointer take_first(gpointer arg)
{
	g_mutex_lock(&first);
	g_atomic_int_set(&tid, gettid());
	g_mutex_lock(&second);
	return arg;
}

/* Until the other thread sleeps in futex(2), by what the kernel says of it. */
static void await_asleep(void)
{
	g_autofree char *call = NULL;
	g_autofree char *futex = g_strdup_printf("%d ", (int)SYS_futex);

	while (!call || !g_str_has_prefix(call, futex)) {
		g_autofree char *path = g_strdup_printf("/proc/self/task/%d/syscall", g_atomic_int_get(&tid));
		g_free(g_steal_pointer(&call));
		g_file_get_contents(path, &call, NULL, NULL);
		g_usleep(200);
	}
}

static void make_ready(void)
{
	g_mutex_lock(&first);
	is_ready = TRUE;
	g_cond_signal(&ready);
	g_mutex_unlock(&first);
}

int main(int argc, char **argv)
{
	gboolean abba = argc == 2 && !strcmp(argv[1], "abba");
	GThread *thread;

	if (abba)
		g_mutex_lock(&second);
	thread = g_thread_new("worker", abba ? take_first : wait_until_ready, NULL);
	await_asleep();
	if (argc == 2 && !strcmp(argv[1], "passes"))
		make_ready();
	if (abba)
		g_mutex_lock(&first);
	g_thread_join(thread);
	return 0;
}
