# SPDX-License-Identifier: MIT
# libtrace_thr.so: needs nothing but libc to run.

LIB_SOURCES := $(wildcard libtrace_thr/src/*/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o)
LIB         := $(BUILD)/libtrace_thr.so

FLAGS_libtrace_thr := -fPIC

# The version is written in types.h only.
VERSION = $(shell sed -n 's/^.define TTHR_VERSION "\(.*\)"$$/\1/p' libtrace_thr/include/trace_thr/types.h)

# nodelete: its threads and its exit handler outlive a dlclose. Bsymbolic: its calls of itself go straight there.
$(BUILD)/libtrace_thr.so.0: $(LIB_OBJECTS) libtrace_thr/libtrace_thr.map
	$(SAY) LINK $@
	$(Q)$(CC) -shared $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $(LIB_OBJECTS) -Wl,-soname,libtrace_thr.so.0 \
	    -Wl,--version-script=libtrace_thr/libtrace_thr.map -Wl,-z,defs,-z,nodelete,-Bsymbolic-functions -Wl,-rpath,'$$ORIGIN' \
	    -pthread -ldl -lm

$(LIB): $(BUILD)/libtrace_thr.so.0
	$(Q)ln -sf $(<F) $@

# Who calls is told by the return address: that of a tail call would be libc's, and these locks be the program's.
$(BUILD)/libtrace_thr/src/thread/fork.o: FLAGS += -fno-optimize-sibling-calls

# The interposer: the library and what stands before pthreads, in one, see interpose/core/preload.c.
PRELOAD_SOURCES := $(wildcard libtrace_thr/interpose/*/*.c)
PRELOAD_OBJECTS := $(PRELOAD_SOURCES:%.c=$(BUILD)/%.o)
PRELOAD         := $(BUILD)/libtrace_thr-preload.so
PRELOAD_MAP     := $(firstword $(wildcard libtrace_thr/interpose/preload-$(shell uname -m).map) \
                     libtrace_thr/interpose/preload.map)

# A cancellation unwinds through them.
$(PRELOAD_OBJECTS): FLAGS += -fexceptions

# A call of libc's in the last place is to be a jump there, whatever else the flags say.
$(BUILD)/libtrace_thr/interpose/process/dlclose.o: FLAGS += -foptimize-sibling-calls

$(PRELOAD): $(LIB_OBJECTS) $(PRELOAD_OBJECTS) $(PRELOAD_MAP)
	$(SAY) LINK $@
	$(Q)$(CC) -shared $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -o $@ $(LIB_OBJECTS) $(PRELOAD_OBJECTS) -Wl,-soname,$(@F) \
	    -Wl,--version-script=$(PRELOAD_MAP) -Wl,-z,defs,-z,nodelete,-Bsymbolic-functions -Wl,-rpath,'$$ORIGIN' \
	    -pthread -ldl -lm

all: $(LIB) $(PRELOAD)

install: install-lib
install-lib: $(LIB) $(PRELOAD) $(PROVIDER) $(BEACON)
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/trace_thr
	install -m 644 $(BUILD)/libtrace_thr.so.0 $(PRELOAD) $(PROVIDER) $(BEACON) $(DESTDIR)$(PREFIX)/lib
	ln -sf libtrace_thr.so.0 $(DESTDIR)$(PREFIX)/lib/libtrace_thr.so
	install -m 644 libtrace_thr/include/trace_thr.h $(DESTDIR)$(PREFIX)/include
	install -m 644 libtrace_thr/include/trace_thr/*.h $(DESTDIR)$(PREFIX)/include/trace_thr
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' libtrace_thr/trace_thr.pc.in \
	    >$(DESTDIR)$(PREFIX)/lib/pkgconfig/trace_thr.pc

.PHONY: install install-lib
