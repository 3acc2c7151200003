/* SPDX-License-Identifier: MIT
 * Code that is gone by the end. -DFIRST and -DSECOND: plug-ins that take two mutexes of the program's, in two orders.
 * -DOUTER: a library that opens `libinner.so` by that name, which lies where its own RUNPATH says. Else a program
 * (-rdynamic) that loads, uses and closes those it is told, one after the other, mostly at one address.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

extern pthread_mutex_t one, other;
void *use(void *unused);

#if defined(FIRST)

void *use(void *unused)
{
	pthread_mutex_lock(&one);
	pthread_mutex_lock(&other); /* in first */
	pthread_mutex_unlock(&other);
	pthread_mutex_unlock(&one);
	return unused;
}

#elif defined(SECOND)

void *use(void *unused)
{
	pthread_mutex_lock(&other);
	pthread_mutex_lock(&one); /* in second */
	pthread_mutex_unlock(&one);
	pthread_mutex_unlock(&other);
	return unused;
}

#elif defined(OUTER)

void *use(void *unused)
{
	if (!dlopen("libinner.so", RTLD_NOW) || !dlmopen(LM_ID_BASE, "libinner.so", RTLD_NOW))
		puts(dlerror());
	return unused;
}

#else

pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		void *library = dlopen(argv[i], RTLD_NOW);
		void *address = library ? dlsym(library, "use") : NULL;
		void *(*start)(void *);
		pthread_t thread;

		if (!address) {
			puts(dlerror());
			return 1;
		}
		memcpy(&start, &address, sizeof start);
		pthread_create(&thread, NULL, start, NULL);
		pthread_join(thread, NULL);
		dlclose(library);
	}
	puts("done");
	return 0;
}

#endif
