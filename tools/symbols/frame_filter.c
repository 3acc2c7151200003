/* SPDX-License-Identifier: MIT */
#include "tools/symbols/frame_filter.h"

#include <string.h>

#include <glib.h>

static const char *const modules[] = {"libstdc++.so", "libc++.so",     "libc++abi.so",   "libc.so",
                                      "libc-2.",      "libpthread.so", "libpthread-2.",  "ld-linux",
                                      "libtrace_thr", "libasan.so",    "libtsan.so",     "liblsan.so",
                                      "libubsan.so",  "libclang_rt.",  "libglib-2.0.so", NULL};
static const char *const folders[] = {"/usr/include/", "/usr/lib/gcc",  "/usr/lib/llvm",  "/rustc/",
                                      "library/std/",  "library/core/", "library/alloc/", NULL};

/*
 * Of a program without debug information: what its copies of templates and of inlined functions are called, and of
 * clang's sanitizers, which are linked into it, what stands before libc's functions and what they begin threads with.
 */
static const char *const spaces[] = {
    "std::",        "__gnu_cxx::",     "__gthread_", "_start",  "__interceptor_", "___interceptor_",
    "__asan_",      "__lsan_",         "__msan_",    "__tsan_", "__sanitizer_",   "asan_thread_start",
    "MsanThread::", "ThreadStartFunc", "<std::",     "<core::", "<alloc::",       NULL};

static bool begins(const char *text, const char *const *with)
{
	for (; text && *with; with++)
		if (g_str_has_prefix(text, *with))
			return true;
	return false;
}

bool tt_is_internal_frame(const char *module, const char *path, const char *function)
{
	if (begins(module, modules))
		return false;
	if (path)
		return !begins(path, folders) && !strstr(path, "/include/c++/");
	return !begins(function, spaces);
}
