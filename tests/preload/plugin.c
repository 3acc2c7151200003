/* SPDX-License-Identifier: MIT */
/* A library with a mutex (-DLIBRARY), and a program that loads and unloads it, mostly at the same address, ROUNDS
 * times. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#ifdef LIBRARY

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void use(void);
void use(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
}

#else

enum { ROUNDS = 50 };

int main(int argc, char **argv)
{
	for (int i = 0; i < ROUNDS && argc > 1; i++) {
		void *library = dlopen(argv[1], RTLD_NOW);
		void *address = library ? dlsym(library, "use") : NULL;
		void (*use)(void);
		if (!address) {
			puts(dlerror());
			return 1;
		}
		memcpy(&use, &address, sizeof use);
		use();
		dlclose(library);
	}
	puts("done");
	return 0;
}

#endif
