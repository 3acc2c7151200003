/* SPDX-License-Identifier: MIT
 * A lost wakeup: a thread looks, finds nothing, and goes to wait; but the news came in between, and it waits for ever.
 *
 * The reader looks for mail without holding the condition, so a letter and its notify can slip in before it waits. Two
 * events bring that moment about. The remedy is to look while holding it:
 *
 *     TTHR_WITH(&mailbox) {
 *             while (!mail)
 *                     tthr_condition_wait(&mailbox);
 *     }
 */
#include <err.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <trace_thr.h>

static tthr_condition mailbox = TTHR_CONDITION_INIT("mailbox");
static atomic_bool mail;

static tthr_event looked = TTHR_EVENT_INIT("reader has looked");
static tthr_event delivered = TTHR_EVENT_INIT("letter is delivered");

static void *read_letter(void *arg)
{
	(void)arg;
	if (!mail) {
		tthr_log_info("sees no letter");
		tthr_event_set(&looked);
		tthr_event_wait(&delivered);
		TTHR_WITH (&mailbox) {
			tthr_log_info("waits for one");
			tthr_condition_wait(&mailbox);
		}
	}
	tthr_log_info("reads the letter");
	return NULL;
}

static void *write_letter(void *arg)
{
	(void)arg;
	tthr_event_wait(&looked);
	TTHR_WITH (&mailbox) {
		mail = true;
		tthr_condition_notify(&mailbox, 1);
		tthr_log_info("has sent a letter");
	}
	tthr_event_set(&delivered);
	return NULL;
}

int main(void)
{
	tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_INFO, .format = "%(threadName)s %(message)s"});

	tthr_thread *reader, *writer;

	if (tthr_thread_new(&reader, &(struct tthr_thread_options){.name = "reader", .target = read_letter}) ||
	    tthr_thread_new(&writer, &(struct tthr_thread_options){.name = "writer", .target = write_letter}) ||
	    tthr_thread_start(reader) || tthr_thread_start(writer))
		errx(EXIT_FAILURE, "cannot start the threads");

	tthr_thread_join(writer);
	tthr_thread_join(reader);
	tthr_thread_unref(writer);
	tthr_thread_unref(reader);
	return 0;
}
